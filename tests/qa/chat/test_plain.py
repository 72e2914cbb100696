"""Answers as plain text: every message fits, reads in its direction, and no citation is torn."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.hits import Hit
from qa.answer import Answer, Citation, Claim
from qa.chat.packing import SHORTEST_LIMIT, cut, units
from qa.chat.plain import plain_answer, plain_line
from qa.text import FSI, LRM, PDI, RLM

INVISIBLE = dict.fromkeys(map(ord, FSI + PDI + LRM + RLM))
URL = "https://example.org/a?b=1"


def citation(number, quote, **fields):
    known = {"title": "جسر النهر", "source": "BBC News", "date": "2021-11-05", "url": URL, "article_id": "a"} | fields
    return Citation(number, passage_id="a#0", quote=quote, start=0, end=len(quote), language="ar", **known)


def extractive(*citations, language="ar", lead="", short=None):
    opening, closing = "«»" if language == "ar" else "“”"
    text = " ".join(f"{lead}{opening}{one.quote}{closing} [{one.marker}]" for one in citations)
    claims = tuple(Claim(one.quote, (one.marker,)) for one in citations)
    return Answer("?", language, text, short, False, 0.9, "extractive", claims, citations)


ARABIC = "أغلقت BBC الجسر في 30 أبريل عام ٢٠٢١."
ENGLISH = "The bridge was closed on Friday."
HIT = Hit("a#0", "a", ARABIC, 0, 37, 1.0, "ar", "جسر النهر", "BBC News", "2021-11-05", URL)


def test_an_arabic_answer_in_full():
    [text] = plain_answer(extractive(citation(1, ARABIC), lead="بحسب BBC News: ", short="30 أبريل"))
    assert text == (
        f"باختصار: {FSI}30 أبريل{PDI}\n\n"
        f"بحسب {FSI}BBC News{PDI}: «أغلقت {FSI}BBC{PDI} الجسر في {FSI}30{PDI} أبريل عام ٢٠٢١.» {FSI}[1]{PDI}\n\n"
        f"المصادر\n{RLM}{FSI}[1]{PDI} {FSI}جسر النهر{PDI} · {FSI}BBC News{PDI} · {FSI}2021-11-05{PDI}\n{RLM}{FSI}{URL} {PDI}"
    )


def test_an_english_answer_with_an_arabic_quote():
    [text] = plain_answer(extractive(citation(1, ARABIC, url=None), language="en", lead="According to BBC News: "))
    assert text.split("\n") == [
        f"According to {FSI}BBC News{PDI}:",
        f"“أغلقت {FSI}BBC{PDI} الجسر في {FSI}30{PDI} أبريل عام ٢٠٢١.” {FSI}[1]{PDI}",
        "",
        "Sources",
        f"{LRM}{FSI}[1]{PDI} {FSI}جسر النهر{PDI} · {FSI}BBC News{PDI} · {FSI}2021-11-05{PDI}",
    ]


def test_quotes_of_one_article_share_an_entry_and_other_outlets_are_named():
    also = ({"article_id": "b", "source": "CNN", "url": None, "date": None},)
    answer = extractive(citation(1, ARABIC, also=also), citation(2, ENGLISH), citation(3, ENGLISH, article_id="c"))
    entries = plain_answer(answer)[0].partition("المصادر\n")[2].translate(INVISIBLE).split("\n")
    line = "جسر النهر · BBC News · 2021-11-05"
    assert entries == [f"[1] [2] {line}", f"{URL} ", "ورد أيضا في: CNN", f"[3] {line}", f"{URL} "]


@pytest.mark.parametrize(
    ("language", "first"),
    [("ar", f"{RLM}{FSI}BBC{PDI} أغلقت الجسر {FSI}[1]{PDI}."), ("en", f"He said {FSI}لا{PDI} {FSI}[1]{PDI}.")],
)
def test_written_answers_keep_the_direction_of_their_language_and_show_the_quotes_below(language, first):
    text = first.translate(INVISIBLE)
    written = Answer("?", language, text, None, False, 0.9, "generative", (Claim(text, (1,)),), (citation(1, ENGLISH),))
    [shown] = plain_answer(written)
    assert shown.startswith(first + "\n\n")
    assert f"{FSI}“{ENGLISH}”{PDI}" in shown


def test_a_note_stands_before_the_sources():
    noted = replace(extractive(citation(1, ENGLISH), language="en"), note="The model was slow.")
    assert f"{FSI}[1]{PDI}\n\nThe model was slow.\n\nSources\n" in plain_answer(noted)[0]


@pytest.mark.parametrize(
    ("line", "language", "shown"),
    [
        ("BBC قالت", "ar", f"{RLM}{FSI}BBC{PDI} قالت"),
        ("داعش was named", "en", f"{LRM}{FSI}داعش{PDI} was named"),
        ("only English", "ar", "only English"),
        ("2018", "ar", "2018"),
    ],
)
def test_a_line_is_in_the_direction_of_its_language_when_it_has_a_word_of_it(line, language, shown):
    assert plain_line(line, language) == shown


def test_a_refusal_names_the_nearest_articles_once():
    text = "لم أجد في المقالات جوابا عن هذا السؤال. هذه أقرب المقاطع إليه، وليست جوابا عنه."
    refusal = Answer("?", "ar", text, None, True, 0.1, "extractive", passages=(HIT, replace(HIT, passage_id="a#1")))
    [shown] = plain_answer(refusal)
    assert shown.translate(INVISIBLE) == f"{text}\n\nأقرب المقاطع\n• جسر النهر · BBC News · 2021-11-05\n{URL} "
    assert plain_answer(refusal, sources=False) == ["لم أجد في المقالات جوابا عن هذا السؤال."]
    assert plain_answer(replace(refusal, answer="No.", passages=())) == ["No."]


def test_hostile_text_of_an_article_is_made_harmless():
    evil = "\x1b[2J\x07\u202e"
    answer = extractive(citation(1, f"{evil}قال", title=f"a{evil}b", url=f"http://x/{evil}"), lead=f"x{evil}: ")
    [shown] = plain_answer(answer)
    assert not set(shown) & set("\x1b\x07\u202e")


def test_a_limit_that_leaves_no_room_is_refused():
    with pytest.raises(ValueError, match="200"):
        plain_answer(extractive(citation(1, ARABIC)), limit=SHORTEST_LIMIT - 1)


def test_a_long_quote_is_cut_between_sentences_and_every_part_has_its_marker():
    sentences = [f"هذه هي الجملة رقم {number} من الخبر الطويل عن الجسر القديم." for number in range(8)]
    messages = plain_answer(extractive(citation(1, " ".join(sentences)), lead="بحسب BBC News: "), sources=False, limit=200)
    shown = [text.translate(INVISIBLE) for text in messages]
    assert shown[0].startswith("بحسب BBC News: «")
    quotes = [re.fullmatch(r"(?:بحسب BBC News: )?«(.*)» \[1\]", text)[1] for text in shown]
    assert len(quotes) > 2
    assert " ".join(quotes) == " ".join(sentences)
    assert all(quote.endswith(".") for quote in quotes)


WORDS = st.lists(
    st.sampled_from(["قال", "BBC", "عَرَبِيّ", "30", "٢٠٢١", "انتهى.", "Done.", "«نعم»", "[1]", "و،", "x" * 90, "😀" * 150, "\n"]),
    min_size=1,
    max_size=60,
).map(" ".join)


LIMITS, LANGUAGES = st.integers(SHORTEST_LIMIT, 400), st.sampled_from(["ar", "en"])


@settings(deadline=None)
@example(quotes=["قال"], name="\n", limit=200, language="ar", generative=False)
@given(st.lists(WORDS, min_size=1, max_size=4), WORDS, LIMITS, LANGUAGES, st.booleans())
def test_every_message_fits_and_its_isolates_are_closed(quotes, name, limit, language, generative):
    url = f"https://example.org/{len(name) * 'p'}"
    citations = [citation(number, quote, title=name, source=name, url=url) for number, quote in enumerate(quotes, 1)]
    answer = extractive(*citations, language=language, lead=f"{name}: ", short=name)
    if generative:
        answer = replace(answer, mode="generative", answer=" ".join(f"{one.quote} [{one.marker}]" for one in citations))
    for text in plain_answer(answer, limit=limit):
        assert text.strip(f"{LRM}{RLM}")
        assert units(text) <= limit
        depths = [0]
        for char in text:
            depths.append(depths[-1] + (char == FSI) - (char == PDI))
        assert min(depths) == depths[-1] == 0


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), LIMITS, LANGUAGES)
def test_the_parts_of_a_quote_are_the_whole_quote_each_with_its_marker(quotes, limit, language):
    citations = [citation(number, quote) for number, quote in enumerate(quotes, 1)]
    messages = plain_answer(extractive(*citations, language=language), sources=False, limit=limit)
    said = "\n".join(messages).translate(INVISIBLE)
    opening, closing = "«»" if language == "ar" else "“”"
    for number, quote in enumerate(quotes, 1):
        parts = re.findall(rf"^{opening}(.*){closing} \[{number}\]$", said, re.MULTILINE)
        assert "".join("".join(parts).split()) == "".join(quote.split())


@settings(deadline=None)
@given(WORDS, st.integers(2, 50))
def test_cutting_loses_nothing_but_blanks(text, most):
    pieces = cut(text, lambda piece: len(piece) <= most)
    assert all(len(piece) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
