import pytest

from index.crosslingual import QueryTerm, relatives, translate_query
from index.language import fold
from index.language.stemming import stem


def everywhere(term: str) -> int:
    return 3


def only(*words: str):
    """A collection in which just these words stand."""
    known = {stem(word) for word in words}
    return lambda term: int(term in known)


def stem_of(word: str) -> str:
    return stem(fold(word))


def options(terms: list[QueryTerm]) -> dict[str, list[str]]:
    return {term.source: [option for option, _ in term.options] for term in terms}


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("coalition", "تحالف"),
        ("hospital", "مستشفى"),
        ("governor", "محافظ"),
        ("November", "نوفمبر"),
        ("November", "تشرين"),
        ("Mosul", "الموصل"),
        ("Daesh", "داعش"),
        ("U.S.", "الأمريكية"),
        ("killed", "قتل"),
        ("Prince", "أمير"),
    ],
)
def test_english_words_have_their_arabic_stems(english, arabic):
    (term,) = translate_query(english, "ar", everywhere)
    assert stem_of(arabic) in options([term])[term.source]
    assert term.known


@pytest.mark.parametrize(
    ("arabic", "english"), [("التحالف", "coalit"), ("المستشفى", "hospit"), ("وزير", "minist"), ("مصر", "egypt")]
)
def test_arabic_words_have_their_english_stems(arabic, english):
    (term,) = translate_query(arabic, "en", everywhere)
    assert english in [option for option, _ in term.options]


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("Gedney", "غيدني"),
        ("Glynn", "غلين"),
        ("Hawija", "الحويجه"),
        ("Dawadmi", "الدوادمي"),
        ("Seuss", "سوس"),
        ("Southampton's", "ساوثهامبتون"),
        ("Fatimids", "الفاطميين"),
        ("gedney", "غيدني"),
    ],
)
def test_names_are_found_in_the_spelling_that_the_collection_has(name, spelling):
    (term,) = translate_query(name, "ar", only(spelling, "كتاب"))
    assert term.known
    assert term.options[0][0] == stem(spelling)


def test_arabic_names_are_found_in_latin_letters():
    (term,) = translate_query("غيدني", "en", only("gedney"))
    assert [option for option, _ in term.options] == ["gedney"]


def test_question_words_are_left_out_and_order_is_kept():
    found = translate_query("Which officer was killed in Hawija in 2015?", "ar", everywhere)
    assert [term.source for term in found] == ["officer", "killed", "hawija", "2015"]


@pytest.mark.parametrize(("text", "option"), [("1.44", "1.44"), ("١٬٥٠٠", "1500"), ("العراق", "عراق")])
def test_numbers_and_words_of_the_target_pass_through(text, option):
    (term,) = translate_query(text, "ar", only())
    assert (term.options, term.known) == (((option, 1.0),), True)


@pytest.mark.parametrize("name", ["WISE", "Routes", "FIBA"])
def test_latin_names_may_stand_in_arabic_articles(name):
    (term,) = translate_query(f"the {name}", "ar", only(name.lower()))
    assert (stem(name.lower()), 1.0) in term.options


@pytest.mark.parametrize(
    ("question", "word", "arabic", "not_arabic"),
    [
        ("Who was fined over the bridge?", "fined", "غرامة", "بخير"),
        ("Which officer was sentenced?", "sentenced", "حكم", "جملة"),
        ("What is Beirut's plan?", "beirut's", "بيروت", "برت"),
        ("Who lives in Beirut?", "beirut", "بيروت", "برت"),
        ("Who is the crown prince?", "crown", "ولي", "حكومة"),
    ],
)
def test_written_translations_of_words_and_names(question, word, arabic, not_arabic):
    found = options(translate_query(question, "ar", everywhere))[word]
    assert stem_of(arabic) in found
    assert stem_of(not_arabic) not in found


def test_a_name_that_no_article_spells_so_is_spelled_by_sound():
    found = options(translate_query("Who lives in Beirut?", "ar", only("بيروث")))
    assert stem_of("بيروت") not in found["beirut"]
    assert options(translate_query("Who is Gedney?", "ar", only("غيدني")))["gedney"] == [stem_of("غيدني")]


@pytest.mark.parametrize(
    ("question", "america"),
    [
        ("Can you tell us about the Jeddah flood?", False),
        ("What did the US say about Jeddah?", True),
        ("us president in jeddah", True),
    ],
)
def test_us_is_a_country_where_it_is_written_like_one(question, america):
    found = {option for term in translate_query(question, "ar", everywhere) for option, _ in term.options}
    assert (not found.isdisjoint(map(stem_of, ("أمريكا", "أميركا", "المتحدة")))) is america


def test_relatives_are_those_that_articles_have():
    assert [term for term, _ in relatives(stem_of("قتل"), only("مقتل", "اغتيال"))] == [stem_of("مقتل"), stem_of("اغتيال")]
    assert relatives(stem_of("قتل"), only("بيت")) == relatives("qqq", everywhere) == []


def test_what_no_article_holds_is_unknown():
    (term,) = translate_query("coalition", "ar", lambda term: 0)
    assert term == QueryTerm("coalition", 1.0, (), False)


@pytest.mark.parametrize("question", ["Which coalition announced the war?", "متى أعلن التحالف انتهاء الحرب في الموصل؟"])
def test_options_come_best_first_with_weights_up_to_one(question):
    for term in translate_query(question, "ar" if question.isascii() else "en", everywhere):
        weights = [weight for _, weight in term.options]
        assert weights == sorted(weights, reverse=True)
        assert all(0 < weight <= 1 for weight in weights)


@pytest.mark.parametrize("text", ["", "?", "the of", "\ud800", "x" * 3000, "1" * 300])
def test_odd_questions_do_no_harm(text):
    assert isinstance(translate_query(text, "ar", everywhere), list)
