"""Indexing: again is nothing, changed is replaced, gone is gone, the same story is kept once with all its sources."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

import index.indexing
from index.article import Article
from index.collection import Collection
from index.errors import SettingsError
from index.hits import Hit
from index.indexing import Cutting, Indexer, IndexReport, digest
from index.readers import Skipped
from tests.samples import ARTICLES, BRIDGE, CUTTING, DAM, FESTIVAL, ORCHARD, ToyEncoder, by_vector, by_words, numbered

REPEAT = replace(DAM, id="repeat", source="وكالة الوادي", url="https://example.org/dam", origin="wire/dam.txt")
THIRD = replace(DAM, id="third", text=DAM.text + "\nانتهى.", source="إذاعة السهل", origin="radio/dam.txt")


def passages(collection: Collection) -> set[Hit]:
    ids = [row.id for rows in collection.store.passages_after(0) for row in rows]
    return {hit for _, hit in collection.store.hits(ids)}


def owners(collection: Collection) -> list[str]:
    return sorted({hit.article_id for hit in passages(collection)})


def check_in_step(collection: Collection) -> None:
    count = collection.store.counts()["passages"]
    assert (collection.lexical.documents, len(collection.vectors)) == (count, count)


# -- again, changed, gone ------------------------------------------------------------------------------------------------


def test_counts(indexer: Indexer) -> None:
    report, seen = indexer.add([*ARTICLES, Skipped("broken.pdf", "it is broken")])
    assert report == IndexReport(added=4, skipped=[("broken.pdf", "it is broken")])
    assert seen == {article.id for article in ARTICLES}
    report, _ = indexer.add([replace(DAM, title="عنوان جديد"), BRIDGE, numbered(1)])
    assert report == IndexReport(added=1, updated=1, unchanged=1)


def test_again_changes_nothing(collection: Collection, indexer: Indexer, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [*ARTICLES, REPEAT]
    indexer.add(everything)
    before = (collection.store.generation(), collection.store.last_marks(), passages(collection))
    monkeypatch.setattr(ToyEncoder, "encode_passages", lambda *_: pytest.fail("nothing has to be encoded"))
    report, seen = indexer.add(everything)
    assert report == IndexReport(unchanged=5)
    assert seen == {article.id for article in everything}
    assert (collection.store.generation(), collection.store.last_marks(), passages(collection)) == before


CHANGES: dict[str, Callable[[Article], Article]] = {
    "text": lambda article: replace(article, text="نص آخر لا علاقة له بما كان."),
    "title": lambda article: replace(article, title="عنوان آخر"),
    "no title": lambda article: replace(article, title=None),
    "source": lambda article: replace(article, source="صحيفة أخرى"),
    "url": lambda article: replace(article, url="https://example.org/"),
    "date": lambda article: replace(article, date="2020-01-01"),
    "language": lambda article: replace(article, language="en"),
    "quotable": lambda article: replace(article, quotable=False),
    "notes": lambda article: replace(article, notes=("ملاحظة",)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_taken_over(filled: Collection, indexer: Indexer, change: Callable[[Article], Article]) -> None:
    changed = change(DAM)
    before = filled.store.last_marks()
    report, _ = indexer.add([changed])
    assert (report.added, report.updated, report.unchanged) == (0, 1, 0)
    assert filled.store.article("dam") == changed
    assert filled.store.last_marks().beyond(before)
    assert {(hit.title, hit.quotable) for hit in passages(filled) if hit.article_id == "dam"} == {
        (changed.title, changed.quotable)
    }
    assert by_words(filled, "الزهور")[:1] == (["dam"] if "الزهور" in f"{changed.text} {changed.title}" else [])
    check_in_step(filled)


@pytest.mark.parametrize("cutting", [Cutting(30, 0, "dalil_ar_en"), Cutting(60, 1, "dalil_ar_en")])
def test_other_cutting_makes_other_passages(filled: Collection, cutting: Cutting) -> None:
    report, _ = Indexer(filled, cutting).add(ARTICLES)
    assert report.updated == 4
    assert Indexer(filled, cutting).add(ARTICLES)[0].unchanged == 4


def test_moved_article_is_only_noted(filled: Collection, indexer: Indexer) -> None:
    before = filled.store.last_marks()
    moved = replace(DAM, origin="archive/news.jsonl:17")
    assert digest(moved, CUTTING) == digest(DAM, CUTTING)
    assert indexer.add([moved])[0] == IndexReport(unchanged=1)
    assert filled.store.article("dam") == moved
    assert filled.store.last_marks() == before


def test_removed_is_gone(filled: Collection, indexer: Indexer) -> None:
    assert indexer.remove(["dam", "never there", "dam"]) == ["dam"]
    assert "dam" not in by_words(filled, DAM.text)
    assert "dam" not in by_vector(filled, DAM.text)
    assert owners(filled) == ["bridge", "festival", "orchard"]
    check_in_step(filled)
    assert indexer.remove(["dam"]) == []
    assert indexer.add([DAM])[0].added == 1
    assert by_words(filled, DAM.text)[0] == by_vector(filled, DAM.text)[0] == "dam"


# -- the same story ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 100])
def test_the_same_story_is_kept_once(
    collection: Collection, indexer: Indexer, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.indexing, "_BATCH", batch)
    report, _ = indexer.add([DAM, BRIDGE, REPEAT])
    assert (report.added, report.duplicates) == (3, {"repeat": "dam"})
    assert owners(collection) == ["bridge", "dam"]
    assert by_words(collection, DAM.text) == ["dam"]
    assert collection.store.duplicates_of(["dam", "bridge"]) == {"dam": [REPEAT]}
    assert collection.store.article("repeat") == REPEAT
    assert collection.store.counts()["duplicates"] == 1


@pytest.mark.parametrize("figure", ["121", "1120", "12"])
def test_another_figure_is_another_story(collection: Collection, indexer: Indexer, figure: str) -> None:
    corrected = replace(DAM, id="corrected", text=DAM.text.replace("120", figure))
    report, _ = indexer.add([DAM, corrected])
    assert report.duplicates == {}
    assert owners(collection) == ["corrected", "dam"]


Act = Callable[[Indexer], object]
SUCCESSIONS: list[tuple[str, Act, list[str], dict[str, list[str]]]] = [
    ("the original is removed", lambda it: it.remove(["dam"]), ["bridge", "repeat"], {"repeat": ["third"]}),
    ("with the next in line", lambda it: it.remove(["repeat", "dam"]), ["bridge", "third"], {}),
    ("all are removed", lambda it: it.remove(["dam", "repeat", "third"]), ["bridge"], {}),
    ("a duplicate is removed", lambda it: it.remove(["repeat"]), ["bridge", "dam"], {"dam": ["third"]}),
    (
        "the original tells another story",
        lambda it: it.add([replace(FESTIVAL, id="dam")]),
        ["bridge", "dam", "repeat"],
        {"repeat": ["third"]},
    ),
    (
        "a figure of the original is corrected",
        lambda it: it.add([replace(DAM, text=DAM.text.replace("45", "54"))]),
        ["bridge", "dam", "repeat"],
        {"repeat": ["third"]},
    ),
    (
        "the original only gets another title",
        lambda it: it.add([replace(DAM, title="عنوان")]),
        ["bridge", "dam"],
        {"dam": ["repeat", "third"]},
    ),
    (
        "a duplicate tells another story",
        lambda it: it.add([replace(ORCHARD, id="repeat")]),
        ["bridge", "dam", "repeat"],
        {"dam": ["third"]},
    ),
    (
        "the original becomes the duplicate of another",
        lambda it: it.add([replace(BRIDGE, id="dam")]),
        ["bridge", "repeat"],
        {"bridge": ["dam"], "repeat": ["third"]},
    ),
    (
        "original and duplicate change together",
        lambda it: it.add([replace(FESTIVAL, id="dam"), replace(FESTIVAL, id="repeat")]),
        ["bridge", "dam", "third"],
        {"dam": ["repeat"]},
    ),
]


@pytest.mark.parametrize(
    ("act", "expected", "duplicates"), [row[1:] for row in SUCCESSIONS], ids=[row[0] for row in SUCCESSIONS]
)
def test_succession(
    collection: Collection, indexer: Indexer, act: Act, expected: list[str], duplicates: dict[str, list[str]]
) -> None:
    indexer.add([DAM, BRIDGE, REPEAT, THIRD])
    assert collection.store.duplicates_of(["dam"]) == {"dam": [REPEAT, THIRD]}
    act(indexer)
    assert owners(collection) == expected
    ids = [article.id for article in collection.store.list_articles(0, 99)[0]]
    found = {of: [article.id for article in repeats] for of, repeats in collection.store.duplicates_of(ids).items()}
    assert found == duplicates
    for article_id in expected:
        text = collection.store.article(article_id).text
        assert by_words(collection, text)[0] == by_vector(collection, text)[0] == article_id
    check_in_step(collection)


def test_whoever_takes_over_is_found_by_later_copies(collection: Collection, indexer: Indexer) -> None:
    indexer.add([DAM, REPEAT])
    indexer.remove(["dam"])
    report, _ = indexer.add([DAM, THIRD])
    assert report.duplicates == {"dam": "repeat", "third": "repeat"}
    assert owners(collection) == ["repeat"]


# -- what does not fit ---------------------------------------------------------------------------------------------------

UNSTORABLE = [
    (replace(DAM, id=""), "the id is empty"),
    (replace(DAM, id=" \n"), "the id is empty"),
    (replace(DAM, id="nul", text="قبل\0بعد"), "the text has a NUL character"),
    (replace(DAM, id="half", title="نصف \ud83d"), "the title has half a character"),
    (replace(DAM, id="\udc80"), "the id has half a character"),
    (replace(BRIDGE), "another article of this run has the id 'bridge'"),
]


@pytest.mark.parametrize(("article", "told"), UNSTORABLE)
def test_one_bad_article_never_stops_the_rest(collection: Collection, indexer: Indexer, article: Article, told: str) -> None:
    report, seen = indexer.add([BRIDGE, article, FESTIVAL])
    assert (report.added, seen) == (2, {"bridge", "festival"})
    ((origin, reason),) = report.skipped
    assert reason.startswith(told)
    assert origin == (article.origin or article.id)
    assert owners(collection) == ["bridge", "festival"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "😀"])
def test_articles_with_next_to_nothing_in_them(collection: Collection, indexer: Indexer, text: str) -> None:
    assert indexer.add([replace(DAM, id="bare", text=text, title=None), BRIDGE])[0].added == 2
    assert collection.store.article("bare").text == text
    assert by_words(collection, BRIDGE.text)[0] == "bridge"
    check_in_step(collection)


def test_only_empty_articles(collection: Collection, indexer: Indexer) -> None:
    assert indexer.add([replace(DAM, text="", title=None)])[0].added == 1
    collection.refresh()
    check_in_step(collection)


def test_bad_setting_stops_with_what_was_done_kept(filled: Collection) -> None:
    with pytest.raises(SettingsError, match="no token encoding"):
        Indexer(filled, Cutting(60, 0, "no such encoding")).add([numbered(1)])
    assert owners(filled) == ["bridge", "dam", "festival", "orchard"]
    check_in_step(filled)


def test_a_source_that_breaks_off_loses_nothing_before_it(
    collection: Collection, indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.indexing, "_BATCH", 2)

    def source() -> Iterator[Article]:
        yield from ARTICLES[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexer.add(source())
    assert owners(collection) == ["dam", "festival"]
    check_in_step(collection)
    assert indexer.add(ARTICLES)[0] == IndexReport(added=2, unchanged=2)


def test_notes_are_told_once(indexer: Indexer) -> None:
    noted = replace(DAM, notes=("رتبت أسطره من جديد",))
    assert indexer.add([noted, REPEAT])[0].notes == [("news/dam.txt", "رتبت أسطره من جديد")]
    assert indexer.add([noted])[0].notes == []
    assert indexer.add([replace(DAM, id="other")])[0].notes == []


def test_progress_after_every_batch(indexer: Indexer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.indexing, "_BATCH", 3)
    told: list[tuple[int, int | None, str]] = []
    items = [*ARTICLES, Skipped("broken.pdf", "it is broken")]
    indexer.add(items, lambda *step: told.append(step))
    assert told == [(3, None, "news/bridge.txt"), (5, None, "broken.pdf")]


def test_batches_are_bounded_by_text_too(indexer: Indexer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.indexing, "_BATCH_CHARACTERS", len(DAM.text))
    told: list[int] = []
    indexer.add(ARTICLES, lambda done, *_: told.append(done))
    assert len(told) > 1


def test_long_runs_can_be_followed(collection: Collection, indexer: Indexer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.indexing, "_BATCH", 5)
    monkeypatch.setattr(index.indexing, "_FOLLOW_EVERY", 10)
    documents: list[int] = []
    indexer.add((numbered(number) for number in range(40)), lambda *_: documents.append(collection.lexical.documents))
    assert 0 < documents[5] < documents[-1], "BM25 grows before the run is over"
