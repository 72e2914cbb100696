"""The front door: articles in, questions answered with exact citations, settings and state told."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from index.article import Article
from index.errors import EncoderMismatch, IndexMissing, InputError, NotFound, SettingsError
from index.hits import Filters
from qa import Dalil
from qa.answer import Answer, ClaimVerified, PassagesFound
from tests.samples import ARTICLES, BRIDGE, DAM, FESTIVAL, ORCHARD, ToyEncoder, numbered, pseudoword

ARABIC = "متى أعلن العراق انتهاء الحرب على داعش؟"
ENGLISH = "When did the coalition announce the end of its main combat operations in Iraq?"


@pytest.fixture
def dalil(tmp_path: Path) -> Iterator[Dalil]:
    """The sample articles; answers are given however unsure they are."""
    with Dalil.open(tmp_path / "data", refuse_below=0.0) as opened:
        opened.add(ARTICLES)
        yield opened


def check_exact(dalil: Dalil, answer: Answer) -> None:
    """Every claim is cited, and every citation stands in its article as it is shown."""
    markers = {citation.marker for citation in answer.citations}
    assert all(claim.citations and set(claim.citations) <= markers for claim in answer.claims)
    for citation in answer.citations:
        article = dalil.article(citation.article_id)
        assert article.text[citation.start : citation.end] == citation.quote
        assert (citation.title, citation.source, citation.date, citation.url) == (
            article.title,
            article.source,
            article.date,
            article.url,
        )
        assert citation.passage_id in {hit.passage_id for hit in answer.passages}
        assert citation.quote in answer.answer
        assert f"[{citation.marker}]" in answer.answer
    for hit in answer.passages:
        assert dalil.article(hit.article_id).text[hit.start : hit.end] == hit.text


# -- questions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("question", "language"), [(ARABIC, "ar"), (ENGLISH, "en")])
def test_seeds_answer_in_both_languages(seeds_dalil: Dalil, question: str, language: str) -> None:
    answer = seeds_dalil.ask(question)
    assert (answer.question, answer.language, answer.refused, answer.mode) == (question, language, False, "extractive")
    assert answer.citations
    check_exact(seeds_dalil, answer)
    assert set(answer.timings_ms) == {"retrieve", "answer", "total"}
    assert json.loads(json.dumps(answer.to_dict())) == json.loads(json.dumps(asdict(answer)))


def test_question_in_the_other_language_reaches_the_article(dalil: Dalil) -> None:
    answer = dalil.ask("Who chairs the jury of the film festival?")
    assert answer.language == "en"
    check_exact(dalil, answer)
    assert "festival" in {hit.article_id for hit in answer.passages}


@pytest.mark.parametrize(("wanted", "language"), [("ar", "ar"), ("en", "en"), ("auto", "ar"), (None, "ar")])
def test_language_of_the_answer(dalil: Dalil, wanted: str | None, language: str) -> None:
    answer = dalil.ask("كم كلف سد وادي الزهور؟", language=wanted)
    assert answer.language == language
    check_exact(dalil, answer)


def test_language_by_setting(tmp_path: Path) -> None:
    with Dalil.open(tmp_path, language="en", refuse_below=0.0) as dalil:
        dalil.add([DAM])
        assert dalil.ask("كم كلف سد وادي الزهور؟").language == "en"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_refusal_shows_the_nearest_passages(tmp_path: Path, language: str) -> None:
    with Dalil.open(tmp_path, refuse_below=1.0) as dalil:
        dalil.add(ARTICLES)
        answer = dalil.ask("كم كلف سد وادي الزهور؟", language=language)
    assert (answer.refused, answer.citations, answer.claims, answer.short) == (True, (), (), None)
    assert answer.language == language
    assert answer.passages[0].article_id == "dam"
    assert all(hit.text not in answer.answer for hit in answer.passages)


def test_nothing_indexed_is_a_refusal(tmp_path: Path) -> None:
    with Dalil.open(tmp_path) as dalil:
        answer = dalil.ask("أي شيء؟")
    assert (answer.refused, answer.passages, answer.confidence) == (True, (), 0.0)


def test_stream_gives_the_same_step_by_step(dalil: Dalil) -> None:
    first, *claims, last = dalil.stream("How much would repairs of the iron bridge cost?")
    assert isinstance(first, PassagesFound)
    assert isinstance(last, Answer)
    assert all(isinstance(event, ClaimVerified) for event in claims)
    assert tuple(event.claim for event in claims if isinstance(event, ClaimVerified)) == last.claims
    assert set(first.passages) <= set(last.passages)
    check_exact(dalil, last)


FILTERED = [
    (Filters(sources=("Lune Gazette",)), {"bridge", "orchard"}),
    (Filters(language="ar"), {"dam", "festival"}),
    (Filters(date_from="2022-01-01"), {"festival", "orchard"}),
    (Filters(date_to="2021-12-31", language="en"), {"bridge"}),
    (Filters(sources=("nobody",)), set()),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERED)
def test_filters(dalil: Dalil, filters: Filters, expected: set[str]) -> None:
    question = "وزير الري، المهرجان، the iron bridge, the apple harvest"
    assert {hit.article_id for hit in dalil.search(question, filters=filters, k=20)} == expected
    answer = dalil.ask(question, filters=filters)
    assert {citation.article_id for citation in answer.citations} <= expected
    assert answer.refused or expected


def test_search_gives_k_passages_an_article_at_a_time(dalil: Dalil) -> None:
    hits = dalil.search("سد وادي الزهور", k=4)
    assert len(hits) == 4
    assert hits[0].article_id == "dam"
    assert len({hit.article_id for hit in hits}) == 4
    assert len(dalil.search("سد وادي الزهور", k=1)) == 1
    assert len(dalil.search("سد وادي الزهور")) == min(dalil.settings.k, dalil.facts()["index"]["passages"])


def test_the_same_story_is_cited_once_with_all_its_sources(dalil: Dalil) -> None:
    copy = replace(DAM, id="wire", source="وكالة الوادي", url="https://example.org/dam", date="2021-03-15")
    dalil.add([copy])
    question = "كم كلف مشروع سد وادي الزهور؟"
    answer = dalil.ask(question)
    cited = [citation for citation in answer.citations if citation.article_id == "dam"]
    assert cited
    assert all(
        citation.also
        == ({"article_id": "wire", "source": "وكالة الوادي", "url": "https://example.org/dam", "date": "2021-03-15"},)
        for citation in cited
    )
    assert "wire" not in {hit.article_id for hit in dalil.search(question, k=20)}
    dalil.remove(["dam"])
    answer = dalil.ask(question)
    assert {citation.article_id for citation in answer.citations} >= {"wire"}
    assert all(citation.also == () for citation in answer.citations)
    check_exact(dalil, answer)


BAD_QUESTIONS = ["", "  \n", "؟!", "\x00\x1b", "«»", "\u200f\u202b", "x" * 2001, "سؤال " * 500]


@pytest.mark.parametrize("question", BAD_QUESTIONS, ids=lambda question: repr(question[:12]))
@pytest.mark.parametrize("how", ["ask", "search", "stream"])
def test_unusable_question_is_refused_before_anything_is_done(seeds_dalil: Dalil, how: str, question: str) -> None:
    with pytest.raises(InputError):
        getattr(seeds_dalil, how)(question)


BAD_ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    ({"k": 0}, "from 1 to 100, not 0"),
    ({"k": 101}, "from 1 to 100, not 101"),
    ({"language": "fr"}, "auto, ar or en, not 'fr'"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD_ARGUMENTS)
def test_unusable_arguments(seeds_dalil: Dalil, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        seeds_dalil.ask(ARABIC, **arguments)


@pytest.mark.parametrize("question", ["متى\x00أعلن\x1b[31m العراق انتهاء\nالحرب؟", "متى أعلن العراق \ud83d انتهاء الحرب؟"])
def test_control_characters_and_half_characters_do_no_harm(seeds_dalil: Dalil, question: str) -> None:
    answer = seeds_dalil.ask(question)
    json.dumps(answer.to_dict(), ensure_ascii=False).encode()
    check_exact(seeds_dalil, answer)


# -- articles ------------------------------------------------------------------------------------------------------------


def write_articles(folder: Path, *articles: Article) -> None:
    folder.mkdir(exist_ok=True)
    for article in articles:
        (folder / f"{article.id}.txt").write_text(article.text, encoding="utf-8")


def test_files_again_changed_and_gone(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", DAM, BRIDGE, FESTIVAL)
    with Dalil.open(tmp_path / "data") as dalil:
        assert dalil.index([tmp_path / "in"]).added == 3
        assert dalil.index([tmp_path / "in"]).unchanged == 3
        write_articles(tmp_path / "in", replace(DAM, text="نص جديد عن قنطرة في الوادي."), ORCHARD)
        (tmp_path / "in" / "bridge.txt").unlink()
        report = dalil.index([tmp_path / "in"])
        assert (report.added, report.updated, report.unchanged, report.removed) == (1, 1, 1, 0)
        assert dalil.article("bridge").text == BRIDGE.text
        report = dalil.index([tmp_path / "in"], prune=True)
        assert (report.unchanged, report.removed) == (3, 1)
        with pytest.raises(NotFound):
            dalil.article("bridge")


def test_pruning_leaves_alone_what_was_read_elsewhere_or_is_unreadable_now(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", DAM, FESTIVAL)
    write_articles(tmp_path / "input", ORCHARD)
    with Dalil.open(tmp_path / "data") as dalil:
        dalil.index([tmp_path / "in", tmp_path / "input"])
        dalil.add([BRIDGE])
        (tmp_path / "in" / "dam.txt").write_bytes(b"")
        (tmp_path / "in" / "festival.txt").unlink()
        report = dalil.index([tmp_path / "in"], prune=True)
        assert (len(report.skipped), report.removed) == (1, 1)
        assert [article.id for article in dalil.articles()[0]] == ["bridge", "dam", "orchard"]


def test_one_bad_source_never_stops_the_rest(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", DAM)
    (tmp_path / "in" / "broken.pdf").write_bytes(b"no pdf")
    (tmp_path / "in" / "list.jsonl").write_text('{"id": "one", "text": "خبر قصير عن الميناء."}\n{"id": 3\n', encoding="utf-8")
    with Dalil.open(tmp_path / "data") as dalil:
        report = dalil.index([tmp_path / "missing", tmp_path / "in"])
        assert report.added == 2
        assert len(report.skipped) == 3
        assert all(origin and reason for origin, reason in report.skipped)
        assert {article.id for article in dalil.articles()[0]} == {"dam", "one"}


def test_add_and_remove(dalil: Dalil) -> None:
    assert dalil.add([numbered(1)]).added == 1
    assert dalil.search(pseudoword(1))[0].article_id == "n1"
    assert dalil.remove(["n1", "never there"]) == ["n1"]
    assert "n1" not in {hit.article_id for hit in dalil.search(pseudoword(1), k=20)}
    assert dalil.articles(offset=1, limit=2)[1] == 4


# -- opening -------------------------------------------------------------------------------------------------------------


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Dalil.open(tmp_path / "none", create=False)


def test_other_prefixes_are_another_encoder(dalil: Dalil) -> None:
    with pytest.raises(EncoderMismatch, match="bundled"):
        Dalil.open(dalil.settings.data, query_prefix="query: ")


def test_other_weights_are_another_encoder(dalil: Dalil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.opening.load_encoder", lambda *_, **__: ToyEncoder("bundled-of-another-release", 256))
    with Dalil.open(dalil.settings.data) as other, pytest.raises(EncoderMismatch, match="bundled-of-another-release"):
        other.ask("كم كلف السد؟")
    assert not dalil.ask("كم كلف سد وادي الزهور؟").refused


def test_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="setting 'k'"):
        Dalil.open(tmp_path, k=0)


def test_settings_reach_what_they_set(tmp_path: Path) -> None:
    (tmp_path / "dalil.toml").write_text("passage_tokens = 20\nk = 2", encoding="utf-8")
    with Dalil.open(tmp_path) as dalil:
        dalil.add(ARTICLES)
        assert dalil.facts()["index"]["passages"] > 8
        assert len(dalil.search("سد وادي الزهور")) == 2
        assert dalil.facts()["settings"]["k"] == {"value": 2, "origin": str(tmp_path / "dalil.toml")}


def test_facts(dalil: Dalil) -> None:
    dalil.add([replace(DAM, id="copy")])
    facts = dalil.facts()
    passages = facts["index"]["passages"]
    told = {key: facts["index"][key] for key in ("articles", "duplicates", "vectors", "vector search", "BM25 passages")}
    assert told == {"articles": 5, "duplicates": 1, "vectors": passages, "vector search": "exact", "BM25 passages": passages}
    assert facts["encoder"]["dimensions"] == 256
    assert set(facts["settings"]) == set(type(dalil.settings).model_fields)
    json.dumps(facts)


def test_two_open_at_once_and_many_threads(dalil: Dalil) -> None:
    other = Dalil.open(dalil.settings.data, refuse_below=0.0)
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            answers.extend(one.ask("كم كلف سد وادي الزهور؟") for one in (dalil, other) for _ in range(3))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    other.add([numbered(number) for number in range(10)])
    for thread in threads:
        thread.join()
    assert errors == []
    assert {answer.citations[0].article_id for answer in answers} == {"dam"}
    assert len(answers) == 24
    assert dalil.search(pseudoword(7))[0].article_id == "n7"
    other.close()


def test_pruning_takes_out_lines_that_are_gone_but_nothing_of_a_file_with_a_bad_line(tmp_path):
    file = tmp_path / "in" / "all.jsonl"
    file.parent.mkdir()
    lines = [json.dumps({"id": name, "text": f"نص المقال {name} عن مدينة {name}."}) for name in ("a", "b", "c")]
    with Dalil.open(tmp_path / "data") as dalil:
        file.write_text("\n".join(lines), encoding="utf-8")
        assert dalil.index([file], prune=True).removed == 0
        file.write_text("\n".join([lines[0], "{broken", lines[2]]), encoding="utf-8")
        assert dalil.index([file.parent], prune=True).removed == 0
        file.write_text("\n".join([lines[0], lines[2]]), encoding="utf-8")
        assert dalil.index([file.parent], prune=True).removed == 1
        assert [article.id for article in dalil.articles()[0]] == ["a", "c"]


def test_pruning_a_folder_leaves_what_came_from_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bridge.txt").write_text("The old iron bridge over the Lune was closed on Friday.")
    elsewhere = [
        Article("sent", "A frost destroyed most of the apple blossom.", origin="POST /articles"),
        Article("file", "A ferry carried many passengers on its first day.", origin="POST /articles/files: ferry.txt"),
        Article("page", "The harbour master counted the boats on Monday.", origin="https://news.example/boats"),
    ]
    with Dalil.open(tmp_path / "data") as dalil:
        dalil.add(elsewhere)
        assert dalil.index(["."], prune=True).removed == 0
        assert dalil.articles()[1] == 4
