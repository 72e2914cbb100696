import pytest

from index.repair import WEIGHT, near


@pytest.mark.parametrize(
    ("term", "collection", "found"),
    [
        ("اظطراب", {"اضطراب": 9}, ["اضطراب"]),
        ("لمرض", {"مرض": 13}, ["مرض"]),
        ("ماترن", {"مارتن": 1}, ["مارتن"]),
        ("تحالف", {"تحالفا": 2}, ["تحالفا"]),
        ("تحالف", {"تخالف": 1, "حالف": 5, "تحلف": 3, "تحالفو": 2}, ["حالف", "تحلف", "تحالفو"]),
        ("تحالف", {"تحف": 7}, []),
        ("علم", {"علوم": 7}, []),
        ("gedney", {"gedne": 7}, []),
        ("ا" * 400, {"ا" * 399: 1}, []),
    ],
)
def test_stems_one_letter_away_that_articles_have_the_commonest_first(term, collection, found):
    assert near(term, lambda other: collection.get(other, 0)) == tuple((other, WEIGHT) for other in found)
