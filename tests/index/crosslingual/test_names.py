import pytest

from index.crosslingual import same_name
from index.crosslingual.transliteration import spellings

SAME = [
    ("Gedney", "غيدني"),
    ("Glynn", "غلين"),
    ("Hawija", "الحويجة"),
    ("Brett McGurk", "بريت ماكغورك"),
    ("Mohammad", "محمد"),
    ("Cairo", "القاهرة"),
    ("Mosul", "بالموصل"),
    ("Al Baha", "الباحة"),
]
DIFFERENT = [
    ("Gedney", "غلين"),
    ("Glynn", "غيدني"),
    ("Barack Obama", "أسامة بن لادن"),
    ("Hassan", "محمود"),
    ("Mosul", "بغداد"),
    ("", "محمد"),
    ("Obama", ""),
    ("12", "محمد"),
]


@pytest.mark.parametrize(("latin", "arabic"), SAME)
def test_spellings_of_one_name(latin, arabic):
    assert same_name(latin, arabic) > 0.3


@pytest.mark.parametrize(("latin", "arabic"), DIFFERENT)
def test_different_names(latin, arabic):
    assert same_name(latin, arabic) < 0.3


@pytest.mark.parametrize(("name", "target"), [("gedney", "ar"), ("غيدني", "en"), ("x", "ar"), ("ء", "en")])
def test_spellings_are_distinct_and_their_shares_sum_to_one(name, target):
    found = spellings(name, target)
    assert len({spelling for spelling, _ in found}) == len(found)
    assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)
    assert not found or sum(share for _, share in found) == pytest.approx(1)


@pytest.mark.parametrize("name", ["", "q" * 40, "日本", "42"])
def test_what_cannot_be_spelled_has_no_spellings(name):
    assert spellings(name, "ar") == ()
