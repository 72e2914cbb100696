"""Claims made by rule from sentences in both languages: what is true passes, what is altered in one place does not."""

from dataclasses import dataclass
from itertools import product

import pytest

from index.hits import Hit
from qa.gate import Draft, Gate

GATE = Gate()
CITIES = {"Damascus": "دمشق", "Beirut": "بيروت", "Cairo": "القاهرة", "Berlin": "برلين"}
THINGS = {"hospital": "المستشفى", "school": "المدرسة", "bridge": "الجسر"}
YEARS, NUMBERS = (1998, 2017), (45, 320)
SENTENCES = {
    "en": "The old {thing} in {city} was closed in {year} and {number} workers left the city.",
    "ar": "أغلق {thing} القديم في {city} عام {year} وغادر {number} عاملا المدينة.",
}
NEGATED = {
    "en": "The old {thing} in {city} was not closed in {year} and {number} workers left the city.",
    "ar": "لم يغلق {thing} القديم في {city} عام {year} وغادر {number} عاملا المدينة.",
}
OTHER = {
    "en": "Farmers in the valley sold more oranges and wheat this season.",
    "ar": "باع المزارعون في الوادي مزيدا من البرتقال والقمح هذا الموسم.",
}


@dataclass(frozen=True)
class Fact:
    """What a sentence says, whichever language it is in."""

    thing: str
    city: str
    year: int
    number: int

    def said(self, sentences, language):
        spelled = {"ar": (THINGS[self.thing], CITIES[self.city]), "en": (self.thing, self.city)}[language]
        return sentences[language].format(thing=spelled[0], city=spelled[1], year=self.year, number=self.number)


def after(one, all_of_them):
    every = list(all_of_them)
    return every[(every.index(one) + 1) % len(every)]


def altered(fact, kind):
    match kind:
        case "city":
            return Fact(fact.thing, after(fact.city, CITIES), fact.year, fact.number)
        case "year":
            return Fact(fact.thing, fact.city, fact.year + 1, fact.number)
        case "number":
            return Fact(fact.thing, fact.city, fact.year, fact.number * 10)
    return fact


FACTS = [Fact(*values) for values in product(THINGS, CITIES, YEARS, NUMBERS)]


@pytest.mark.parametrize("claimed", ["ar", "en"])
@pytest.mark.parametrize("quoted", ["ar", "en"])
@pytest.mark.parametrize("kind", ["true", "city", "year", "number", "negated", "another sentence"])
def test_claims_made_by_rule(quoted, claimed, kind, request):
    if (kind, claimed) == ("city", "ar"):
        why = "Arabic has no capitals: a name that is as common as other words is not taken for one, and its neighbour passes"
        request.node.add_marker(pytest.mark.xfail(reason=why, strict=True))
    wrong = []
    for fact in FACTS:
        quote = fact.said(SENTENCES, quoted)
        sentences = {"negated": NEGATED, "another sentence": OTHER}.get(kind, SENTENCES)
        claim = altered(fact, kind).said(sentences, claimed)
        judged = GATE.judge(Draft(claim, 1, quote), [Hit("a#0", "a", quote, 0, len(quote), 1.0, quoted)], claimed)
        if judged.passes is not (kind == "true"):
            wrong.append((claim, judged.reason))
    assert not wrong
