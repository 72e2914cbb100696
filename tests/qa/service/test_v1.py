"""`/v1` with the official client over real HTTP: text, deltas, annotations that fit, usage, errors, chores."""

import json
import threading
import time
from types import SimpleNamespace

import httpx
import openai
import pytest

from index.errors import IndexMissing
from index.tokens import count_tokens
from qa.answer import Answer, Citation, Claim, ClaimVerified, PassagesFound
from qa.text import FSI, PDI

ARABIC = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"
ENGLISH = "When did the coalition announce the end of its main combat operations in Iraq?"
NOWHERE = "كم سعر تذكرة السينما في باريس؟"


def client_of(http):
    return openai.OpenAI(base_url=f"{str(http.base_url).rstrip('/')}/v1", api_key="none", max_retries=0)


@pytest.fixture(scope="module")
def official(client):
    return client_of(client)


def ask(official, text, **options):
    return official.chat.completions.create(model="dalil", messages=[{"role": "user", "content": text}], **options)


def citation(number, quote, **fields):
    known = {"article_id": f"a {number}/ب", "title": "A [title]", "source": "BBC", "date": "2021-11-05", "url": None} | fields
    return Citation(number, passage_id="p", quote=quote, start=0, end=len(quote), language="en", **known)


def answering(*claims, citations, **fields):
    """A stand-in whose stream releases one claim after the other."""
    known = {one.marker: one for one in citations}

    def stream(question, *, language, k=None, history=None, **_):
        stand.asked.append((question, language, history))
        yield PassagesFound(())
        for claim in claims:
            mode = "extractive" if claim.text in (one.quote for one in citations) else "generative"
            yield ClaimVerified(claim, tuple(known[number] for number in claim.citations), mode)
        yield Answer(question, language, "", None, False, 0.9, "extractive", claims, tuple(citations))

    stand = SimpleNamespace(stream=stream, asked=[], articles=lambda **_: ([], 0))
    return stand


QUOTED = answering(
    Claim("The bridge was closed.", (1,)),
    Claim("It was [2] reopened.", (2,)),
    Claim("Written by a model.", (1, 3)),
    citations=[
        citation(1, "The bridge was closed.", url="https://example.org/a b?c=<d>"),
        citation(2, "It was [2] reopened.", url="javascript:alert(1)"),
        citation(3, "أعيد فتح الجسر.", title=None),
    ],
)


def test_the_one_model(official, client):
    assert [model.id for model in official.models.list()] == ["dalil"]
    assert official.models.retrieve("dalil").owned_by == "dalil"


@pytest.mark.parametrize(("question", "heading"), [(ARABIC, "المصادر"), (ENGLISH, "Sources")])
def test_an_answer_cites_where_its_annotations_say(official, client, question, heading):
    completion = ask(official, question)
    message = completion.choices[0].message
    assert completion.choices[0].finish_reason == "stop"
    assert f"\n\n**{heading}**\n\n- {FSI}[1]{PDI} " in message.content
    assert message.annotations
    for annotation in message.annotations:
        cited = annotation.url_citation
        number = int(message.content[cited.start_index + 1 : cited.end_index - 1])
        assert message.content[cited.start_index : cited.end_index] == f"[{number}]"
        full = message.citations[number - 1]
        assert full["marker"] == number
        assert full["quote"] in message.content[: cited.start_index]
        article = httpx.get(cited.url, trust_env=False).json()
        assert article["text"][full["start"] : full["end"]] == full["quote"]
        assert cited.title == full["title"]
    assert completion.model_extra["citations"] == message.citations
    assert completion.model_extra["dalil"]["refused"] is False


def test_usage_counts_tokens_with_tiktoken(official):
    completion = ask(official, ARABIC)
    written = count_tokens(completion.choices[0].message.content)
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (count_tokens(ARABIC), written)
    assert usage.total_tokens == count_tokens(ARABIC) + written


@pytest.mark.parametrize("question", [ARABIC, ENGLISH, NOWHERE])
def test_the_stream_is_the_same_text_in_deltas(official, question):
    whole = ask(official, question)
    chunks = list(ask(official, question, stream=True, stream_options={"include_usage": True}))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    annotations = [item for delta in deltas for item in (delta.model_extra or {}).get("annotations", [])]
    assert annotations == [item.model_dump() for item in whole.choices[0].message.annotations]


def test_usage_is_streamed_only_when_asked_for(official):
    chunks = list(ask(official, ARABIC, stream=True))
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


def test_the_official_helper_puts_the_stream_together(official):
    messages = [{"role": "user", "content": ENGLISH}]
    with official.chat.completions.stream(model="dalil", messages=messages) as stream:
        final = stream.get_final_completion()
    whole = ask(official, ENGLISH)
    assert final.choices[0].message.content == whole.choices[0].message.content
    assert len(final.choices[0].message.annotations) == len(whole.choices[0].message.annotations)


def test_each_claim_goes_out_as_it_is_verified(serve):
    """The second claim is released only when the first has arrived."""
    arrived = threading.Event()
    one, two = citation(1, "First words."), citation(2, "Second words.")

    def stream(question, **_):
        yield PassagesFound(())
        yield ClaimVerified(Claim("First words.", (1,)), (one,))
        assert arrived.wait(10)
        yield ClaimVerified(Claim("Second words.", (2,)), (two,))
        yield Answer("?", "en", "", None, False, 0.9, "extractive", (), (one, two))

    with serve(SimpleNamespace(stream=stream)) as http:
        text = ""
        for chunk in ask(client_of(http), "x", stream=True):
            text += chunk.choices[0].delta.content or ""
            if "First words." in text and not arrived.is_set():
                assert "Second" not in text
                arrived.set()
    assert text.count("First words.") == text.count("Second words.") == 1


def test_quotes_written_claims_links_and_titles(serve):
    with serve(QUOTED) as http:
        completion = ask(client_of(http), "When?")
        base = str(http.base_url).rstrip("/")
    own = f"{base}/articles/a%202%2F%D8%A8"
    text = completion.choices[0].message.content.replace(FSI, "").replace(PDI, "")
    assert text == (
        "According to BBC (2021-11-05): “The bridge was closed.” [1]\n\n"
        "According to BBC (2021-11-05): “It was [2] reopened.” [2]\n\n"
        "Written by a model. [1] [3]\n\n"
        "**Sources**\n\n"
        "- [1] [A \\[title\\]](<https://example.org/a%20b?c=%3Cd%3E>) · BBC · 2021-11-05\n"
        f"- [2] [A \\[title\\]](<{own}>) · BBC · 2021-11-05\n"
        f"- [3] [Untitled](<{own.replace('202', '203')}>) · BBC · 2021-11-05"
    )
    cited = [annotation.url_citation for annotation in completion.choices[0].message.annotations]
    content = completion.choices[0].message.content
    assert [content[one.start_index : one.end_index] for one in cited] == ["[1]", "[2]", "[1]", "[3]"]
    assert [one.url for one in cited[:2]] == ["https://example.org/a%20b?c=%3Cd%3E", own]


@pytest.mark.parametrize(
    ("settings", "field", "listed"),
    [({}, {}, True), ({"sources_in_text": False}, {}, False), ({}, {"sources_in_text": False}, False)],
)
def test_the_list_of_sources_can_be_turned_off(serve, settings, field, listed):
    with serve(QUOTED, **settings) as http:
        text = ask(client_of(http), "When?", extra_body=field).choices[0].message.content
    assert ("**Sources**" in text) is listed


def test_links_go_to_the_public_address_where_one_is_set(serve):
    with serve(QUOTED, public_url="https://news.example/ask/", keys="off") as http:
        cited = ask(client_of(http), "When?").choices[0].message.annotations[1].url_citation
    assert cited.url == "https://news.example/ask/articles/a%202%2F%D8%A8"


def test_further_quotes_of_an_article_have_addresses_of_their_own(serve):
    """Open WebUI numbers sources by address: markers that share one would point to other articles there."""
    quotes = ["The bridge was closed.", "Cars cross it - every day, all year round, and at night as well.", "It rusts."]
    same = {"article_id": "a", "url": "https://example.org/1"}
    citations = [citation(1, quotes[0], **same), citation(2, quotes[1], **same), citation(3, quotes[2])]
    stand = answering(*(Claim(one.quote, (one.marker,)) for one in citations), Claim("So it is.", (2, 1)), citations=citations)
    with serve(stand) as http:
        message = ask(client_of(http), "When?").choices[0].message
    urls = [annotation.url_citation.url for annotation in message.annotations]
    own = "https://example.org/1#:~:text=Cars%20cross%20it%20%2D%20every%20day%2C%20all%20year%20round%2C"
    assert urls[:2] == ["https://example.org/1", own]
    assert urls[3:] == [own, "https://example.org/1"]
    assert f"](<{own}>)" in message.content


def test_article_text_is_no_markup(serve):
    evil = "See ![x](http://evil.example/y.png) and <img src=x> [z]: http://evil.example now."
    stand = answering(Claim(evil, (1,)), citations=[citation(1, evil, title="</a><script>", source="![o](p)")])
    with serve(stand) as http:
        message = ask(client_of(http), "When?").choices[0].message
    for markup in ("![", "](h", "<img", "]:", "<script", "</a", "![o"):
        assert markup not in message.content
    assert message.citations[0]["quote"] == evil


def test_what_was_said_before_is_used_and_its_lists_of_sources_are_not(serve):
    with serve(QUOTED) as http:
        official = client_of(http)
        first = official.chat.completions.create(model="dalil", messages=[{"role": "user", "content": "Who closed it?"}])
        messages = [
            {"role": "system", "content": "Be a pirate."},
            {
                "role": "user",
                "content": [{"type": "text", "text": "Who closed it?"}, {"type": "image_url", "image_url": {"url": "x"}}],
            },
            {"role": "assistant", "content": first.choices[0].message.content},
            {"role": "user", "content": [{"type": "text", "text": "And when?"}]},
        ]
        official.chat.completions.create(model="dalil", messages=messages)
    question, language, history = QUOTED.asked[-1]
    assert (question, language) == ("And when?", "en")
    assert [turn["role"] for turn in history] == ["user", "assistant"]
    assert history[0]["content"] == "Who closed it?"
    assert history[1]["content"].endswith(f"Written by a model. {FSI}[1]{PDI} {FSI}[3]{PDI}")


@pytest.mark.parametrize("content", [["When?"], [{"type": "text", "text": "When?"}, {"type": "file"}, 7, {"text": None}]])
def test_content_comes_in_many_forms(serve, content):
    with serve(QUOTED) as http:
        http.post("/v1/chat/completions", json={"messages": [{"content": content}]}).raise_for_status()
        http.post("/v1/responses", json={"input": [{"role": "user", "content": content}]}).raise_for_status()
    assert [asked[0] for asked in QUOTED.asked[-2:]] == ["When?", "When?"]


def test_an_outlet_of_the_other_direction_does_not_move_the_date(serve):
    stand = answering(Claim("It was shut.", (1,)), citations=[citation(1, "It was shut.", source="صحيفة الضفة")])
    with serve(stand) as http:
        content = ask(client_of(http), "When?").choices[0].message.content
    assert content.startswith(f"According to {FSI}صحيفة الضفة{PDI} (2021-11-05): “It was shut.” ")


@pytest.mark.parametrize(
    ("messages", "language"),
    [(["متى؟"], "ar"), (["When?"], "en"), (["متى؟", "2018?"], "ar"), (["متى؟", "when?"], "en"), (["2018"], "ar")],
)
def test_the_language_is_that_of_the_last_question_with_letters(serve, messages, language):
    with serve(QUOTED) as http:
        client_of(http).chat.completions.create(
            model="dalil", messages=[{"role": "user", "content": text} for text in messages]
        )
    assert QUOTED.asked[-1][1] == language


def test_fields_that_mean_nothing_here_do_no_harm(official):
    options = {
        "temperature": 0.3,
        "n": 3,
        "stop": ["ا"],
        "max_tokens": 1,
        "seed": 7,
        "user": "u",
        "logprobs": True,
        "top_p": 0.1,
    }
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    strange = ask(official, ARABIC, tools=tools, extra_body={"chat_id": "1", "features": {"web": True}}, **options)
    assert strange.choices[0].message.content == ask(official, ARABIC).choices[0].message.content
    assert len(strange.choices) == 1


def test_a_refusal_is_an_answer_without_citations(official):
    message = ask(official, NOWHERE).choices[0].message
    assert message.content.startswith("لم أجد في المقالات جوابا")
    assert message.annotations == []
    assert "**أقرب المقاطع**" in message.content
    bare = ask(official, NOWHERE, extra_body={"sources_in_text": False}).choices[0].message.content
    assert bare == "لم أجد في المقالات جوابا عن هذا السؤال."


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"model": "gpt-9", "messages": [{"role": "user", "content": "x"}]}, 404, "model_not_found", "model"),
        ({"model": "dalil", "messages": []}, 400, "bad_input", "messages"),
        ({"model": "dalil"}, 400, "bad_input", "messages"),
        ({"model": "dalil", "messages": [{"role": "system", "content": "x"}]}, 400, "bad_input", None),
        ({"model": "dalil", "messages": [{"role": "user", "content": " "}]}, 400, "bad_input", None),
        ({"model": "dalil", "messages": [{"role": "user", "content": 7}]}, 400, "bad_input", "messages.0.content"),
        ({"model": "dalil", "messages": [{"role": "user", "content": "x" * 3000}]}, 400, "bad_input", None),
        ({"model": "dalil", "messages": [{"role": "user", "content": "\ud800"}]}, 400, "bad_input", None),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_have_the_shape_that_clients_read(client, body, status, code, param, stream):
    response = client.post(
        "/v1/chat/completions", content=json.dumps({**body, "stream": stream}), headers={"Content-Type": "application/json"}
    )
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (status, code, param)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


def test_every_error_under_v1_has_it_and_no_other(client):
    text = {"Content-Type": "text/plain"}
    for response in (
        client.get("/v1/nowhere"),
        client.delete("/v1/models"),
        client.post("/v1/chat/completions", content=b"x", headers=text),
        client.post("/v1/chat/completions", content=b"{", headers={"Content-Type": "application/json"}),
        client.get("/v1/models", headers={"Host": "evil.example"}),
    ):
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert set(client.get("/nowhere").json()["error"]) == {"code", "message"}


def test_the_official_client_raises_what_it_should(official, serve, stand_in):
    with pytest.raises(openai.NotFoundError, match="gpt-9"):
        official.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "x"}])

    def stream(question, **_):
        yield PassagesFound(())
        raise IndexMissing("the index is gone")

    stand_in.stream = stream
    with serve(stand_in) as http:
        with pytest.raises(openai.APIError, match="the index is gone"):
            list(ask(client_of(http), "x", stream=True))
        with pytest.raises(openai.InternalServerError, match="the index is gone"):
            ask(client_of(http), "x")


def test_a_stream_that_takes_too_long_says_so(serve, stand_in):
    release = threading.Event()

    def stream(question, **_):
        yield PassagesFound(())
        release.wait(10)

    stand_in.stream = stream
    with serve(stand_in, request_timeout_s=0.3) as http:
        with pytest.raises(openai.APIError, match="no answer within"):
            list(ask(client_of(http), "x", stream=True))
        release.set()


ASKED = "متى أُعلن انتهاء العمليات القتالية الرئيسية في العراق كله؟"
HISTORY = f"<chat_history>\nUSER: {ASKED.replace(' العمليات', chr(10) + 'العمليات')}\nASSISTANT: x\n</chat_history>"


@pytest.mark.parametrize(
    ("form", "reply"),
    [
        ('JSON format: { "title": "your concise title here" }', {"title": "متى أُعلن انتهاء العمليات القتالية الرئيسية في…"}),
        ('JSON format: { "tags": ["tag1", "tag2", "tag3"] }', {"tags": []}),
        ('JSON format: { "follow_ups": ["Suggested next message 1"] }', {"follow_ups": []}),
        ('{\n  "queries": ["query1", "query2"]\n}', {"queries": [ASKED]}),
        ('`{ "text": "<your_completion>" }`', {"text": ""}),
        ('{\n    "prompt": "Your detailed description here."\n}', {"prompt": ""}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_chores_of_open_webui_are_no_questions(serve, stand_in, form, reply, stream):
    with serve(stand_in) as http:  # which cannot answer anything
        given = ask(client_of(http), f"### Task:\nGenerate it.\n{form}\n{'x' * 5000}\n{HISTORY}", stream=stream)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in given) if stream else given.choices[0].message.content
    assert json.loads(text) == reply


def test_a_question_beside_a_file_is_asked_without_the_file(serve):
    template = (
        '### Task:\nRespond to the user query using the provided context.\n<context>\n<source id="1">x</source>\n</context>\n\n'
    )
    with serve(QUOTED) as http:
        ask(client_of(http), f"{template}\nمن أغلق الجسر؟")
    assert QUOTED.asked[-1][0] == "من أغلق الجسر؟"


def test_a_response_in_the_newer_form(official):
    whole = ask(official, ENGLISH).choices[0].message
    response = official.responses.create(model="dalil", input=ENGLISH)
    assert response.status == "completed"
    assert response.output_text == whole.content
    cited = response.output[0].content[0].annotations
    assert [(one.start_index, one.end_index, one.url) for one in cited] == [
        (one.url_citation.start_index, one.url_citation.end_index, one.url_citation.url) for one in whole.annotations
    ]
    assert response.usage.input_tokens == count_tokens(ENGLISH)
    assert response.usage.output_tokens == count_tokens(whole.content)


def test_its_events_come_in_order(official):
    items = [{"role": "user", "content": [{"type": "input_text", "text": ENGLISH}]}]
    events = list(official.responses.create(model="dalil", input=items, stream=True))
    kinds = [event.type.removeprefix("response.") for event in events]
    assert kinds[:4] == ["created", "in_progress", "output_item.added", "content_part.added"]
    assert kinds[-4:] == ["output_text.done", "content_part.done", "output_item.done", "completed"]
    assert {"output_text.delta", "output_text.annotation.added"} >= set(kinds[4:-4]) != set()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    final = events[-1].response
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == final.output_text
    assert kinds.count("output_text.annotation.added") == len(final.output[0].content[0].annotations)
    with official.responses.stream(model="dalil", input=ENGLISH) as stream:
        assert stream.get_final_response().output_text == final.output_text


def test_a_response_leans_on_nothing_kept(official, serve, stand_in):
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        official.responses.create(model="dalil", input="And when?", previous_response_id="resp_1")

    def stream(question, **_):
        yield PassagesFound(())
        raise RuntimeError("secret words")

    stand_in.stream = stream
    with serve(stand_in) as http:
        *_, last = client_of(http).responses.create(model="dalil", input="x", stream=True)
    assert last.type == "response.failed"
    assert "secret" not in last.response.error.message
    assert time.time() - last.response.created_at < 3600
