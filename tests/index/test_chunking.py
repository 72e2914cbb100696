from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import Article, Passage
from index.chunking import DEFAULT_BUDGET, SMALLEST_BUDGET, chunk, embedding_text
from index.errors import SettingsError
from index.language import sentence_spans, trim
from index.tokens import count_tokens
from tests.index.texts import articles, texts

SEEDS = Path(__file__).parents[2] / "seeds"
SENTENCE = "وأشار غيدني إلى أن داعش لا يزال يشكل تهديدا على سلامة العراق وأكد أن المعركة ضده لم تنته بعد."

budgets = st.integers(SMALLEST_BUDGET, 80)
overlaps = st.integers(0, 3)


def article(text: str) -> Article:
    return Article("a1", text)


def sentences(text: str) -> list[tuple[int, int]]:
    return [inner for span in sentence_spans(text) if (inner := trim(text, span))[0] < inner[1]]


@example("\u0301" * 40 + "\x85" + "\u0301" * 40, SMALLEST_BUDGET, 0)  # a blank alone between two cuts
@given(texts | articles, budgets, overlaps)
def test_passages_are_exact_trimmed_and_numbered(text: str, budget: int, overlap: int) -> None:
    passages = chunk(article(text), budget=budget, overlap=overlap)
    for number, passage in enumerate(passages):
        assert text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        assert passage.id == f"a1#{number}"


@given(texts | articles, budgets, overlaps)
def test_every_character_that_is_not_blank_lies_in_a_passage(text: str, budget: int, overlap: int) -> None:
    covered = 0
    for passage in chunk(article(text), budget=budget, overlap=overlap):
        assert not text[covered : passage.start].strip()
        assert passage.end > covered
        covered = passage.end
    assert not text[covered:].strip()


@example("نص. كلمة" + " " * 13 + "\u0301 ", SMALLEST_BUDGET, 0)  # more tokens without the blank before it
@given(texts | articles, budgets, overlaps)
def test_no_passage_exceeds_the_budget(text: str, budget: int, overlap: int) -> None:
    assert all(count_tokens(passage.text) <= budget for passage in chunk(article(text), budget=budget, overlap=overlap))


@given(texts | articles, budgets, overlaps)
def test_a_sentence_is_cut_only_if_it_alone_exceeds_the_budget(text: str, budget: int, overlap: int) -> None:
    passages = chunk(article(text), budget=budget, overlap=overlap)
    starts, ends = {passage.start for passage in passages}, {passage.end for passage in passages}
    for start, end in sentences(text):
        cut = any(start < border < end for border in starts | ends)
        assert not cut or count_tokens(text[start:end]) > budget


@given(st.text(alphabet="بة\u064b\u0651\u0301é👩\u200d👧🏽🇸🇾ﷲ", min_size=40, max_size=200), budgets)
def test_no_passage_begins_or_ends_inside_a_grapheme(text: str, budget: int) -> None:
    graphemes = [match.span() for match in regex.finditer(r"\X", text)]
    for passage in chunk(article(text), budget=budget):
        for start, end in graphemes:
            inside = start < passage.start < end or start < passage.end < end
            assert not inside or count_tokens(text[start:end]) > budget


@given(articles, budgets)
def test_overlap_is_whole_sentences_and_never_the_whole_passage_before(text: str, budget: int) -> None:
    whole = set(sentences(text))
    starts = {start for start, _ in whole}
    for overlap in (0, 1, 2):
        for before, after in pairwise(chunk(article(text), budget=budget, overlap=overlap)):
            assert before.start < after.start
            repeated = [span for span in whole if after.start <= span[0] and span[1] <= before.end]
            assert len(repeated) <= overlap
            assert after.start >= before.end or (after.start in starts and repeated)


def test_the_sentence_before_is_repeated_where_there_is_room() -> None:
    text = " ".join(f"{number} {SENTENCE}" for number in range(24))
    passages = chunk(article(text))
    assert len(passages) > 2
    for before, after in pairwise(passages):
        assert (after.start, before.end) == sentences(text[: before.end])[-1]


def test_a_sentence_longer_than_a_third_of_the_budget_is_not_repeated() -> None:
    passages = chunk(article(" ".join([SENTENCE] * 6)), budget=count_tokens(SENTENCE) * 2 + 4)
    assert all(before.end < after.start for before, after in pairwise(passages))
    assert len(passages) >= 3


def test_a_long_sentence_is_cut_at_clause_marks() -> None:
    clause = "وقال القائد في المؤتمر إن الحرب انتهت، "
    passages = chunk(article((clause * 12).strip()), budget=50)
    assert len(passages) > 1
    assert all(passage.text.endswith("،") and passage.text.startswith("وقال") for passage in passages)


def test_a_long_clause_is_cut_at_blanks() -> None:
    words = [f"كلمة{number}" for number in range(100)]
    passages = chunk(article(" ".join(words)), budget=40)
    assert " ".join(passage.text for passage in passages).split() == words


def test_passages_end_with_paragraphs_where_that_is_cheap() -> None:
    paragraph = " ".join([SENTENCE] * 3)
    text = "\n\n".join([paragraph] * 4)
    budget = int(count_tokens(paragraph) * 1.4)
    passages = chunk(article(text), budget=budget, overlap=0)
    assert [passage.text for passage in passages] == [paragraph] * 4


def test_the_last_passage_is_no_mere_tail() -> None:
    text = " ".join([SENTENCE] * (DEFAULT_BUDGET // count_tokens(SENTENCE) + 1))
    sizes = [count_tokens(passage.text) for passage in chunk(article(text), overlap=0)]
    assert len(sizes) == 2
    assert min(sizes) > DEFAULT_BUDGET / 4


@pytest.mark.parametrize("name", ["000_4e84c7e255c49780.txt", "003_bdcf7e066c1938b0.txt"])
def test_a_news_article_gives_two_to_four_passages(name: str) -> None:
    assert 2 <= len(chunk(article((SEEDS / name).read_text(encoding="utf-8")))) <= 4


def test_a_short_article_is_one_passage() -> None:
    assert chunk(article(f"  {SENTENCE}\n")) == [Passage("a1", 0, 2, 2 + len(SENTENCE), SENTENCE, "ar")]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_an_empty_article_has_no_passages(text: str) -> None:
    assert chunk(article(text)) == []


def test_each_passage_has_its_own_language_and_else_the_articles() -> None:
    english = "The coalition announced the end of its main combat operations in Iraq on Monday. " * 12
    text = f"{SENTENCE}\n\n{english}\n\n" + "1 2 3 4 5 6 7 8 9\n" * 12
    for default in ("ar", "en"):
        passages = chunk(Article("a1", text, language=default), budget=60, overlap=0)
        languages = [passage.language for passage in passages]
        assert languages[0] == "ar"
        assert languages[3] == "en"
        assert languages[-1] == default


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"budget": 15}, "budget of 15 tokens is too small; set at least 16"),
        ({"overlap": -1}, "overlap of -1 sentences"),
        ({"encoding": "nope"}, "no token encoding 'nope'"),
    ],
)
def test_unusable_settings_say_what_to_set(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        chunk(article(SENTENCE), **settings)


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ({"title": "عنوان", "source": "راديو سوا", "date": "2018-05-20"}, "عنوان\nراديو سوا، 2018-05-20\n"),
        ({"title": "Iraq", "source": "Reuters", "date": "2018-05-20", "language": "en"}, "Iraq\nReuters, 2018-05-20\n"),
        ({"source": "راديو سوا"}, "راديو سوا\n"),
        ({"date": "2018-05-20"}, "2018-05-20\n"),
        ({"title": "تهديدا على سلامة العراق"}, ""),
        ({}, ""),
    ],
    ids=["all", "English", "outlet", "date", "title stands in the text", "nothing known"],
)
def test_embedding_text_has_what_is_known_before_the_passage(fields: dict[str, str], header: str) -> None:
    whole = Article("a1", SENTENCE, **fields)
    passage = chunk(whole)[0]
    assert embedding_text(whole, passage) == header + SENTENCE
    assert passage.text == SENTENCE


@pytest.mark.parametrize("unit", ["ب", "كلمة ", "كلمة، ", "،", "\u064b", "👩‍👩‍👧", '"'])
def test_a_long_text_without_sentences_is_cut_in_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    passages = chunk(article(text))
    assert passages[-1].end == len(text.rstrip())
    assert max(count_tokens(passage.text) for passage in passages) <= DEFAULT_BUDGET
