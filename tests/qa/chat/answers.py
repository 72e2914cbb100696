"""One table of answers, of every kind that a tool may have to show, in both languages."""

from dataclasses import replace

from index.hits import Hit
from prompts import message
from qa.answer import Answer, Citation, Claim, Translation
from tests.qa.chat.platform import NASTY, QUESTION, SAID

OTHER = {"ar": "en", "en": "ar"}
MIXED = {
    "ar": "قالت شركة Acme (المعروفة باسم ACM-7) إن 30% من الجسور، ومنها London Bridge، أُغلقت في ٢٠٢١.",
    "en": "The firm أكمي closed 12 bridges, الجسر القديم among them (30%), in ٢٠٢١.",
}
MADE = {"ar": "أُغلق الجسر أمام السيارات.", "en": "The bridge was closed to cars."}


def cited(number, quote, **fields):
    known = {"title": f"جسر النهر {number}", "source": "BBC News", "date": "2021-11-05", "article_id": f"a/{number}"}
    known |= {"url": f"https://example.org/{number}?a=1&b=2", "language": "ar"}
    return Citation(number, passage_id=f"a#{number}", quote=quote, start=0, end=len(quote), **known | fields)


def extractive(language, *citations, said="", **fields):
    opening, closing = "«»" if language == "ar" else "“”"
    text = " ".join(filter(None, [said, *(f"{opening}{one.quote}{closing} [{one.marker}]" for one in citations)]))
    claims = tuple(Claim(one.quote, (one.marker,)) for one in citations)
    return Answer(QUESTION[language], language, text, None, False, 0.9, "extractive", claims, citations, **fields)


def refusal(language):
    hit = Hit("a#0", "a/1", SAID["ar"], 0, 50, 1.0, "ar", "جسر النهر", "BBC News", "2021-11-05", "https://example.org/a")
    near = (hit, replace(hit, passage_id="b#0", article_id="b/1", text=NASTY, title=NASTY, url=None))
    return Answer(QUESTION[language], language, message("refusal_near", language), None, True, 0.1, "extractive", passages=near)


def generative(language, *citations, **fields):
    """One claim in words of its own, that all citations carry."""
    markers = tuple(one.marker for one in citations)
    text = f"{MADE[language]} {' '.join(f'[{marker}]' for marker in markers)}"
    claims = (Claim(MADE[language], markers),)
    return Answer(QUESTION[language], language, text, None, False, 0.9, "generative", claims, citations, **fields)


def table(language):
    """The answers in one language, by what is special about each."""
    one = cited(1, SAID[language])
    two = cited(2, MIXED[language], source="صحيفة المدينة", url=None)
    made = Translation(MADE[language], language, "org/model-x")
    foreign = cited(1, SAID[OTHER[language]], language=OTHER[language], translation=made)
    three = (one, two, cited(3, SAID[OTHER[language]], title=None, source=None, date=None))
    lengthy = " ".join(f"{number}. {MIXED[language]}" for number in range(100))
    return {
        "plain": extractive(language, one),
        "refusal": refusal(language),
        "long": extractive(language, cited(1, lengthy, title=lengthy, source=lengthy), cited(2, SAID[language])),
        "mixed": extractive(language, cited(1, MIXED[language]), cited(2, MIXED[OTHER[language]], title=MIXED[language])),
        "three": extractive(language, *three),
        "no url": extractive(language, two),
        "hostile": extractive(language, cited(1, f"\x1b[31m\u202e{NASTY}", title=NASTY, source=NASTY, date=NASTY)),
        "translated": extractive(language, foreign),
        "long translation": extractive(language, replace(foreign, translation=Translation(lengthy, language, lengthy))),
        "differing": extractive(language, one, two, said=message("reports_differ", language), conflict=True),
        "written": generative(language, *three),
        "written, translated, differing": generative(language, foreign, two, conflict=True),
    }


ANSWERS = {f"{language}: {kind}": one for language in ("ar", "en") for kind, one in table(language).items()}
