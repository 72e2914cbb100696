import pytest

from index.crosslingual import translate_query
from index.crosslingual.phrases import together, written_short
from index.language import fold
from index.language.stemming import stem


def stems(*words: str) -> list[str]:
    return [stem(fold(word)) for word in words]


def only(*words: str):
    """A collection in which just these words stand."""
    known = set(stems(*words))
    return lambda term: int(term in known)


def options(question: str, *collection: str) -> list[tuple[str, list[str]]]:
    found = translate_query(question, "ar", only(*collection))
    return [(term.source, [option for option, _ in term.options]) for term in found]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Did the WHO help us?", {"who"}),
        ("U.S. aid", {"us"}),
        ("the US's aid", {"us"}),
        ("ماذا أعلنت WHO and the E.U. اليوم", {"who", "eu"}),
        ("WHO IS IT?", set()),
        ("who told us", set()),
        ("McDonald and iPHONE", set()),
    ],
)
def test_abbreviations_are_words_in_capitals_among_small_letters(text, short):
    assert written_short(text) == short


@pytest.mark.parametrize(
    ("question", "arabic"),
    [
        ("What did the WHO announce?", ("منظمة", "الصحة", "العالمية")),
        ("What does the IAEA say?", ("وكالة", "دولية", "طاقة", "ذرية")),
        ("Who leads the UN?", ("أمم", "متحدة")),
    ],
)
def test_an_abbreviation_is_the_words_it_stands_for_which_share_its_weight(question, arabic):
    found = [term for term in translate_query(question, "ar", only(*arabic)) if len(term.options) == 1 and term.weight < 1]
    assert [term.options[0][0] for term in found] == stems(*arabic)
    assert sum(term.weight for term in found) == pytest.approx(1)


def test_a_shorter_form_of_an_abbreviation_says_as_much_as_the_longer():
    united, states = translate_query("the US", "ar", only("الولايات", "المتحدة", "أمريكا"))
    assert {option for option, _ in united.options} & {option for option, _ in states.options} == set(stems("أمريكا"))


def test_us_is_the_pronoun_beside_an_abbreviation_or_in_small_letters():
    assert [source for source, _ in options("Does the UN help us?", "أمم", "متحدة", "أمريكا")] == ["un", "un", "help"]


def test_an_abbreviation_without_its_words_in_the_collection_is_a_word():
    (term,) = translate_query("the NATO", "ar", only("كتاب"))
    assert (term.source, term.known) == ("nato", False)


def test_a_phrase_chooses_among_the_translations_of_its_words():
    first = {
        question: dict(options(question, "دوري", "أبطال", "جامعة", "أبطال"))["league"][0]
        for question in ("the league", "the Champions League")
    }
    assert first["the Champions League"] == stem("دوري")


def test_a_stem_that_translates_no_word_of_the_phrase_stands_for_all_of_them():
    assert together([{"a": 1.0}, {}], [(["x"], 1.0)], lambda term: 1) == [{"x": 1.0, "a": 0.5}, {"x": 1.0}]


def test_a_form_that_the_collection_lacks_changes_nothing():
    alone = [{"a": 1.0}, {"b": 0.5}]
    assert together(alone, [(["a", "x"], 1.0)], lambda term: int(term != "x")) == alone


def test_translations_that_do_not_belong_to_the_phrase_weigh_less():
    first, second = together([{"a": 1.0, "b": 1.0}, {"c": 1.0}], [(["b", "c"], 1.0)], lambda term: 1)
    assert first["b"] == 1.0 > first["a"]
    assert second == {"c": 1.0}
