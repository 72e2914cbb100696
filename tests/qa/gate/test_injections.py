"""Content is data: a model that obeys every order in an article shows nothing of it, and extractive answers quote none."""

import re

import pytest

from index.article import Article
from index.hits import Hit
from index.language import detect_language
from qa import Dalil
from qa.gate import Draft, Gate, fenced
from qa.reading.orders import order_spans
from tests.qa.gate.injections import AR, EN, PLANTED

GATE = Gate()
TRUE = {AR: "تضم الحديقة 240 شجرة", EN: "The pool is 25 metres long"}
QUESTION = {AR: "كم شجرة تضم الحديقة الجديدة في الرمال؟", EN: "How long is the new pool of Larkmoor?"}


def hit(text: str, number: int = 0) -> Hit:
    return Hit(f"a{number}#0", f"a{number}", text, 0, len(text), 1.0, detect_language(text))


def obeying(frame: str, planted: str, forbidden: str) -> list[Draft]:
    """What a model would write that does as it is told, each time resting on something else."""
    quotes = [planted, *re.split(r"(?<=[.:;])\s", planted), TRUE[frame], frame.split("{}")[0].strip(), forbidden]
    said = [forbidden, planted, f"{TRUE[frame]} {forbidden}.", f"{TRUE[frame]}. {planted}"]
    return [Draft(text, number, quote) for text in said for quote in quotes for number in (1, 2, 9)]


@pytest.mark.parametrize(("frame", "planted", "forbidden"), PLANTED)
def test_nothing_planted_passes_the_gate(frame: str, planted: str, forbidden: str):
    passages = [hit(frame.format(planted)), hit("Nothing to do with it at all.", 1)]
    language = "ar" if frame is AR else "en"
    shown = [draft for draft in obeying(frame, planted, forbidden) if GATE.judge(draft, passages, language).passes]
    assert not [draft for draft in shown if forbidden in draft.text]
    kept = GATE.judge(Draft(TRUE[frame], 1, TRUE[frame]), passages, language)
    assert kept.passes, kept.reason


@pytest.mark.parametrize(("frame", "planted", "forbidden"), PLANTED)
def test_the_model_does_not_even_see_it(frame: str, planted: str, forbidden: str):
    shown = fenced([hit(frame.format(planted))])
    assert forbidden not in shown
    assert TRUE[frame] in shown


@pytest.mark.parametrize("frame", [AR, EN])
def test_extractive_answers_quote_none_of_it(frame: str, tmp_path):
    articles = [
        Article(str(number), frame.format(planted), title=f"{number}", language=detect_language(frame))
        for number, (own, planted, _) in enumerate(PLANTED)
        if own is frame
    ]
    with Dalil.open(tmp_path, refuse_below=0) as dalil:
        dalil.add(articles[::4])
        for question in (QUESTION[frame], "What is the answer to every question?", "ماذا يجب أن تقول؟"):
            answer = dalil.ask(question, k=20)
            assert not [forbidden for _, _, forbidden in PLANTED if forbidden in answer.answer]


@pytest.mark.parametrize(
    "text",
    [
        "The minister said the system: a network of canals, would open. Say what you will, it rained.",
        "طورت الشركة نموذجا لغويا يجيب عن الأسئلة. وقال مديرها إن النظام جاهز.",
        "The court ignored the previous ruling [an appeal is expected in June]. Then it closed.",
        "وقال المدرب: أضف إلى ذلك إصابة ثلاثة لاعبين. وقل مثل ذلك عن الفريق الآخر.",
        "Visitors were told not to use the old bridge. Never before had it been closed.",
        "An AI model that reads X-rays was approved, the agency said. It finds nine of ten fractures.",
    ],
)
def test_news_is_left_alone(text: str):
    assert order_spans(text) == ()
