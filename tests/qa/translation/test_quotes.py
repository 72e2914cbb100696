"""Quotes in the other language, translated beside the answer: what the asker sees, whatever the translator does."""

import json

import pytest

from index.article import Article
from index.errors import ModelError
from qa import Dalil
from qa.answer import Answer, Citation, ClaimVerified
from qa.judges.bundled import BundledJudge
from qa.translation.quotes import QuoteTranslator
from tests.scripted_server import STALL, Reply, number_of, serve
from tests.tiny_models import make_marian

BRIDGE = Article(
    id="bridge",
    title="Bridge to be opened in 2027",
    language="en",
    text="The ministry said the new bridge will be opened in 2027. It will carry 900 cars every day.",
)
PALMS = Article(
    id="palms",
    title="حديقة النخيل",
    text="افتتحت بلدية المرجان السبت حديقة النخيل العامة. وتضم الحديقة 400 نخلة ومسارا للمشي.",
)
ASKED = {
    # the language of the asker: the question, the words it is answered with, and the claim
    "ar": ("كم سيارة يحمل الجسر الجديد كل يوم؟", "It will carry 900 cars every day", "ويحمل الجسر 900 سيارة كل يوم."),
    "en": ("How many palms does the palm park have?", "وتضم الحديقة 400 نخلة", "The park has 400 palms."),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("index")
    with Dalil.open(made) as dalil:
        dalil.add([BRIDGE, PALMS])
    return made


def ask(folder, language, says, **settings):
    """The answer and the events before it, where the model `says` this when it is asked to translate."""
    question, quote, text = ASKED[language]

    def reply(body):
        if "<passage" not in body["messages"][-1]["content"]:
            return says if isinstance(says, Reply) else Reply([says])
        claim = {"passage": number_of(body, quote), "quote": quote, "text": text}
        return Reply([json.dumps({"answered": True, "claims": [claim], "short": ""}, ensure_ascii=False)])

    settings = {"llm_retries": 0, "llm_form": "json", "refuse_below": 0.0, **settings}
    with serve(reply) as server, Dalil.open(folder, llm_url=server.url, **settings) as dalil:
        *events, answer = dalil.stream(question)
    assert isinstance(answer, Answer)
    assert answer.mode == "generative"
    assert answer.answer == f"{text} [1]"
    assert answer.note is None
    assert answer.citations[0].quote == quote
    return answer, events, server


SAYS = {
    # what the model says: whether it is shown
    "well": (lambda good: good, True),
    "thinks first": (lambda good: f"<think>hm</think>\n{good}", True),
    "a wrong digit": (lambda good: good.replace("00", "01"), False),
    "the wrong language": (lambda good: next(row[2] for row in ASKED.values() if row[2] != good), False),
    "nothing": (lambda good: "", False),
    "a link": (lambda good: f"{good} https://evil.example/?q=1", False),
    "breaks off": (lambda good: Reply([good], finish=None), False),
    "fails": (lambda good: Reply(status=500), False),
    "stalls": (lambda good: Reply([good[:5], STALL]), False),
}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("row", SAYS)
def test_the_language_model_translates_and_is_checked(folder, language, row):
    says, shown = SAYS[row]
    good = ASKED[language][2]
    answer, events, server = ask(folder, language, says(good), translate_timeout_s=0.5 if row == "stalls" else 20)
    made = answer.to_dict()["citations"][0]["translation"]
    assert made == ({"text": good, "language": language, "by": "the model"} if shown else None)
    assert ("translate" in answer.timings_ms) is shown
    claims = [event for event in events if isinstance(event, ClaimVerified)]
    assert len(claims) == 1
    assert claims[0].citations[0].translation is None  # a claim waits for no translation
    if shown:
        assert answer.usage["calls"] == 2
        assert server.requests[1]["messages"][-1]["content"].endswith(f" {answer.citations[0].quote}")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_translation_is_no_quote(folder, language):
    good = ASKED[language][2]
    answer, _, _ = ask(folder, language, good)
    (cited,) = answer.citations
    text = {one.id: one.text for one in (BRIDGE, PALMS)}[cited.article_id]
    assert text[cited.start : cited.end] == cited.quote
    assert good not in text


def test_nothing_is_translated_where_it_is_off_or_not_needed(folder):
    assert ask(folder, "ar", ASKED["ar"][2], translate_quotes="off")[0].citations[0].translation is None
    with serve(lambda _: Reply(["{}"])) as server, Dalil.open(folder, llm_url=server.url, refuse_below=0.0) as dalil:
        answer = dalil.ask("When will the new bridge be opened?")
        assert answer.citations[0].language == "en"
        assert all("<passage" in one["messages"][1]["content"] for one in server.requests)


def test_a_translation_model_serves_without_a_language_model(folder, tmp_path):
    quote = "وتضم الحديقة 400 نخلة ومسارا للمشي."
    make_marian(tmp_path / "tiny-ar-en", "The park has 400 palms and a path.")
    with Dalil.open(folder, translator=str(tmp_path / "tiny-{from}-{to}"), refuse_below=0.0, translate_timeout_s=60) as dalil:
        answer = dalil.ask(ASKED["en"][0])
        assert answer.mode == "extractive"
        made = {one.quote: one.translation for one in answer.citations}[quote]
        assert (made.text, made.language, made.by) == ("The park has 400 palms and a path.", "en", "tiny-ar-en")
        assert all(one.translation is None for one in dalil.ask(ASKED["ar"][0]).citations)  # there is no tiny-en-ar


class Broken:
    """A translator that is not there."""

    asks_chat = False

    def __init__(self) -> None:
        self.asked = 0

    def name(self, source, target):
        return "broken"

    def translate(self, text, source, target, *, stopped, spent=None):
        self.asked += 1
        raise ModelError("it is not on this machine")


def test_a_translator_that_is_not_there_is_left_alone_for_a_while():
    cited = Citation(1, "a", None, None, None, None, "a#0", "وتضم الحديقة 400 نخلة", 0, 21, "ar")
    broken = Broken()
    translator = QuoteTranslator(broken, BundledJudge(), 20)
    for _ in range(2):
        assert translator.translated([cited], "en") == (cited,)
    assert broken.asked == 1


def test_nobody_waits_for_a_translation_who_has_left():
    cited = Citation(1, "a", None, None, None, None, "a#0", "وتضم الحديقة 400 نخلة", 0, 21, "ar")
    broken = Broken()
    assert QuoteTranslator(broken, BundledJudge(), 3600).translated([cited], "en", cancelled=lambda: True) == (cited,)
    assert broken.asked == 0
