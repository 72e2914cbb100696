"""The gate, from the outside: what passes, and why the rest does not."""

import pytest

from index.hits import Hit
from qa.gate import Draft, Gate, Problem

TEXT_AR = "افتتح وزير الري سد وادي الزهور يوم الأحد. وقال إن السد يخزن 120 مليون متر مكعب من المياه، وإن أربع قرى ستشرب منه."
TEXT_EN = "The old iron bridge over the Lune was closed on Friday. The council said repairs would cost 2.4 million pounds."


def hit(number: int, text: str, language: str, **about: object) -> Hit:
    return Hit(f"a{number}#0", f"a{number}", text, 7, 7 + len(text), 1.0, language, **about)  # type: ignore[arg-type]


PASSAGES = (hit(1, TEXT_AR, "ar"), hit(2, TEXT_EN, "en"))
GATE = Gate()


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (Draft("السد يخزن 120 مليون متر مكعب من المياه.", 1, "السد يخزن ١٢٠ مليون متر مكعب"), None),
        (Draft("The bridge was closed on Friday.", 2, "bridge over the Lune was closed on Friday"), None),
        (
            Draft("افتتح وزير الري سد وادي الزهور يوم الأحد. السد انهار.", 1, "افتتح وزير الري سد وادي الزهور يوم الأحد"),
            Problem.UNSUPPORTED,
        ),
        (Draft("", 1, "السد يخزن 120 مليون متر مكعب"), Problem.EMPTY),
        (Draft("السد يخزن 120 مليون متر مكعب", 3, "السد يخزن 120 مليون متر مكعب"), Problem.NO_SUCH_PASSAGE),
        (Draft("السد يخزن 120 مليون متر مكعب", 0, "السد يخزن 120 مليون متر مكعب"), Problem.NO_SUCH_PASSAGE),
        (Draft("السد يخزن 120 مليون متر مكعب", -1, "السد يخزن 120 مليون متر مكعب"), Problem.NO_SUCH_PASSAGE),
        (Draft("السد يخزن 120 مليون متر مكعب", 2, "السد يخزن 120 مليون متر مكعب"), Problem.MISATTRIBUTED),
        (Draft("السد يخزن 130 مليون متر مكعب", 1, "السد يخزن 130 مليون متر مكعب"), Problem.FABRICATED),
        (Draft("افتتح وزير الري أربع قرى", 1, "افتتح وزير الري أربع قرى"), Problem.STITCHED),
    ],
)
def test_quotes(draft: Draft, problem: Problem | None):
    language = "ar" if draft.passage != 2 or not draft.text.isascii() else "en"
    judged = GATE.judge(draft, PASSAGES, language)
    assert judged.problem is problem
    assert judged.passes is (problem is None)
    assert bool(judged.reason) is (problem is not None)
    if judged.located is not None:
        passage = judged.located.passage
        assert passage is not None
        assert passage.text[judged.located.start - passage.start : judged.located.end - passage.start] == judged.located.quote
