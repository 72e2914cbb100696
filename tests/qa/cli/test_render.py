"""Answers as lines: quotes marked in their passages, on a terminal, without colour, and in a pipe."""

from dataclasses import replace

import pytest

from index.hits import Hit
from qa.answer import Answer, Citation, Claim, Translation
from qa.cli.render import MARKED, PLAIN, Look, answer_lines, hit_lines, marked_passage
from qa.cli.text import width
from qa.text import FSI, PDI, RLM

PASSAGE = "قبل الاقتباس. أعلن التحالف انتهاء عملياته في 30 أبريل. بعد الاقتباس."
QUOTE = "أعلن التحالف انتهاء عملياته في 30 أبريل."
AT = PASSAGE.index(QUOTE)
HIT = Hit("a#0", "a", PASSAGE, 100, 100 + len(PASSAGE), 1.0, "ar", "عنوان", "BBC News", "2018-05-20", "https://example.org/1")
CITATION = Citation(
    1, "a", "عنوان", "BBC News", "2018-05-20", "https://example.org/1", "a#0", QUOTE, 100 + AT, 100 + AT + len(QUOTE), "ar"
)
ANSWER = Answer(
    "متى؟", "ar", f"بحسب BBC News: «{QUOTE}» [1]", None, False, 0.9, "extractive", (Claim(QUOTE, (1,)),), (CITATION,), (HIT,)
)
REFUSAL = replace(ANSWER, answer="لم أجد جوابا.", refused=True, claims=(), citations=())
PIPE, TERMINAL, NO_COLOUR = Look(), Look(80, styled=True, isolates=True), Look(80, isolates=True)


def shown(answer, look):
    return "\n".join(answer_lines(answer, look))


def test_in_a_pipe_the_words_stay_as_they_are_and_the_quote_stands_in_guillemets():
    text = shown(ANSWER, PIPE)
    assert f"قبل الاقتباس. «{QUOTE}» بعد الاقتباس." in text
    assert "\x1b" not in text
    assert f"{FSI}[1]{PDI}" in text


def test_a_quote_of_the_other_direction_stands_on_its_own_line():
    second = replace(CITATION, marker=2)
    words = f"According to قناة: “{QUOTE}” [1] “{QUOTE}” [2]"
    english = replace(ANSWER, language="en", answer=words, citations=(CITATION, second))
    lines = shown(english, PIPE).split("\n")[:3]
    assert lines == ["According to قناة:", f"“{QUOTE}” {FSI}[1]{PDI}", f"“{QUOTE}” {FSI}[2]{PDI}"]


@pytest.mark.parametrize("look", [PIPE, NO_COLOUR])
@pytest.mark.parametrize(
    "quote", ["Built in 1872 [1] by Moor [2] there.", "He said “yes” [1] again.", "«نعم [1]» قال «لا» [2] اليوم."]
)
def test_markers_and_quotes_of_the_article_stay_inside_its_quote(look, quote):
    hit = replace(HIT, text=quote, start=0, end=len(quote))
    citation = replace(CITATION, quote=quote, start=0, end=len(quote))
    answer = replace(ANSWER, answer=f"“{quote}” [1]", citations=(citation,), passages=(hit,))
    first = shown(answer, look).split("\n")[0]
    assert first.translate({ord(FSI): None, ord(PDI): None}) == f"“{quote}” [1]"


def test_quotes_of_one_passage_are_marked_in_it_together():
    words = "قبل الاقتباس."
    second = replace(CITATION, marker=2, quote=words, start=100, end=100 + len(words))
    both = replace(ANSWER, answer=f"«{QUOTE}» [1] «{words}» [2]", citations=(CITATION, second))
    text = shown(both, PIPE)
    assert f"{FSI}[1]{PDI} {FSI}[2]{PDI} {FSI}عنوان" in text
    assert f"«{words}» «{QUOTE}» بعد الاقتباس." in text
    assert text.count("بعد الاقتباس.") == 1


def test_a_quote_inside_a_sentence_is_isolated_as_a_whole():
    generated = replace(ANSWER, language="en", mode="generative", claims=(Claim(f"It said “{QUOTE}”", (1,)),))
    assert shown(generated, PIPE).split("\n")[0] == f"It said {FSI}“{QUOTE}”{PDI} {FSI}[1]{PDI}"


def test_on_a_terminal_the_quote_is_bold_and_underlined():
    text = shown(ANSWER, TERMINAL)
    marked = text[text.index(MARKED) :]
    inside = marked[len(MARKED) : marked.index(PLAIN)].replace(FSI, "").replace(PDI, "")
    assert QUOTE.startswith(inside)
    assert f"في {FSI}30{PDI} أبريل" in text


def test_without_colour_there_is_no_escape_sequence():
    text = shown(ANSWER, NO_COLOUR)
    assert "\x1b" not in text
    assert "«أعلن" in text


def test_the_source_is_named_with_title_outlet_date_and_address():
    text = shown(ANSWER, PIPE)
    for part in ("المصادر", "عنوان", "BBC News", "2018-05-20", "https://example.org/1"):
        assert part in text


def test_a_refusal_shows_the_nearest_passages_and_no_sources():
    text = shown(REFUSAL, PIPE)
    assert "أقرب المقاطع" in text
    assert PASSAGE in text
    assert "المصادر" not in text
    assert "أقرب المقاطع" not in shown(replace(REFUSAL, passages=()), PIPE)


@pytest.mark.parametrize("look", [PIPE, TERMINAL, NO_COLOUR])
def test_hostile_article_text_does_not_reach_the_terminal(look):
    evil = "\x1b[2J\x1b]0;x\x07\u202e"
    hit = replace(
        HIT, text=evil + HIT.text, start=HIT.start - len(evil), title=f"ti{evil}tle", source=evil, url=f"http://x{evil}"
    )
    also = ({"article_id": "b", "source": f"o{evil}", "url": None, "date": None},)
    citation = replace(CITATION, title=hit.title, source=hit.source, url=hit.url, also=also)
    text = shown(replace(ANSWER, answer=evil + ANSWER.answer, citations=(citation,), passages=(hit,)), look)
    text += "\n".join(hit_lines([hit], "ar", look))
    assert "\u202e" not in text
    assert "\x07" not in text
    assert not [part for part in text.split("\x1b")[1:] if not part.startswith(("[0m", "[1m", "[2m", "[1;4m"))]


def test_the_mark_stays_on_the_quote_when_text_before_it_is_cleaned_away():
    before = "\x1b[31mأ\x1b[0m "
    hit = replace(HIT, text=before + HIT.text, start=HIT.start - len(before))
    text, [(start, end)] = marked_passage([CITATION], [hit])
    assert text[start:end] == QUOTE
    assert text.startswith("أ قبل")


@pytest.mark.parametrize("passages", [[], [replace(HIT, passage_id="b#0")], [replace(HIT, start=90)]])
def test_a_quote_whose_passage_is_not_there_stands_alone(passages):
    assert marked_passage([CITATION], passages) == (QUOTE, [(0, len(QUOTE))])


def test_a_long_paragraph_is_broken_to_fit_and_each_line_keeps_its_direction():
    words = "كلمة " * 30 + "Latin words start this line " * 3 + "كلمة " * 10
    hit = replace(HIT, text=words.strip())
    lines = list(hit_lines([hit], "ar", Look(40, isolates=True)))[1:]
    assert len(lines) > 5
    assert all(width(line) <= 40 for line in lines)
    starts = [line.strip() for line in lines if line.strip(f" {RLM}{FSI}")[0].isascii()]
    assert starts
    assert all(line.startswith(RLM) for line in starts)


def test_also_names_the_other_outlets():
    citation = replace(CITATION, also=({"article_id": "b", "source": "CNN", "url": None, "date": None},))
    assert f"ورد أيضا في: {FSI}CNN{PDI}" in shown(replace(ANSWER, citations=(citation,)), PIPE)


@pytest.mark.parametrize(("language", "label"), [("en", "Machine translation by"), ("ar", "ترجمة آلية")])
def test_a_translation_stands_below_the_passage_and_says_who_made_it(language, label):
    made = Translation("The \x1b[31mcoalition\u202e ended its operations on 30 April.", language, "tiny-ar-en")
    text = shown(replace(ANSWER, language=language, citations=(replace(CITATION, translation=made),)), PIPE)
    last = text.split("\n")[-1]
    assert label in last
    assert f"{FSI}tiny-ar-en{PDI}" in last
    assert f"{FSI}The coalition ended its operations on 30 April.{PDI}" in last
    assert label not in shown(ANSWER, PIPE)
