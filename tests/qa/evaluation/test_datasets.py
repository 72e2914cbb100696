"""Datasets of every kind, and what is said about bad ones."""

import gzip
import json
from pathlib import Path

import pytest

from qa.evaluation.datasets import Dataset, Question, load_dataset, load_datasets
from qa.evaluation.errors import DatasetError

CORPUS = [
    {"id": "a1", "title": "الحرب", "text": "انتهت الحرب في 30 أبريل.", "source": "راديو"},
    {"id": "a2", "title": "Rain", "text": "Rain fell on Aden all day."},
]
QUESTIONS = [
    {
        "id": "q1",
        "question": "متى انتهت الحرب؟",
        "lang": "ar",
        "article_id": "a1",
        "answers": ["30 أبريل"],
        "answers_en": ["30 April"],
        "type": "when",
        "evidence": "انتهت الحرب في 30 أبريل.",
    },
    {"id": "q2", "question": "Who won?", "answers": []},
    {"id": 3, "question": "Where did rain fall?", "article_id": "a2"},
]
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "عدن",
            "paragraphs": [
                {
                    "context": "عدن مدينة في اليمن.",
                    "qas": [
                        {"id": "s1", "question": " أين عدن؟ ", "answers": [{"text": "اليمن", "answer_start": 13}] * 2},
                        {"id": "s2", "question": "من بناها؟", "answers": [], "is_impossible": True},
                    ],
                },
                {
                    "context": "صنعاء عاصمة اليمن.",
                    "qas": [{"id": "s1", "question": "ما العاصمة؟", "answers": [{"text": "صنعاء", "answer_start": 0}]}],
                },
                {"context": "عدن مدينة في اليمن.", "qas": []},
            ],
        }
    ],
}


def lines(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return lines(tmp_path / "corpus.jsonl", CORPUS)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("packed", [False, True])
def test_squad_paragraphs_are_articles_with_ids_of_their_text(tmp_path: Path, indent: int | None, packed: bool) -> None:
    content = json.dumps(SQUAD, ensure_ascii=False, indent=indent).encode()
    # Named against its content on purpose: the first bytes decide.
    path = tmp_path / "set.txt"
    path.write_bytes(gzip.compress(content) if packed else content)
    dataset = load_dataset(path)
    assert [(item.id, item.answerable, item.answers) for item in dataset.questions] == [
        ("s1", True, ("اليمن",)),
        ("s2", False, ()),
        ("s1-2", True, ("صنعاء",)),
    ]
    assert dataset.questions[0].text == "أين عدن؟"
    assert len(dataset.articles) == 2
    assert dataset.articles[0].title == "عدن"
    assert dataset.paragraphs[0] == dataset.paragraphs[2] == dataset.questions[0].relevant[0]
    assert dataset.questions[1].relevant == ()
    reordered = {"data": [{"paragraphs": list(reversed(SQUAD["data"][0]["paragraphs"]))}]}
    path.write_text(json.dumps(reordered), encoding="utf-8")
    assert set(load_dataset(path).paragraphs) == set(dataset.paragraphs)


def test_our_lines_take_their_articles_from_a_corpus(tmp_path: Path, corpus: Path) -> None:
    dataset = load_dataset(lines(tmp_path / "questions.jsonl", QUESTIONS), articles=corpus)
    first, second, third = dataset.questions
    assert (first.relevant, first.answers, first.answers_other, first.source) == (
        ("a1",),
        ("30 أبريل",),
        ("30 April",),
        "راديو",
    )
    assert first.evidence == ("انتهت الحرب في 30 أبريل.",)
    assert (second.answerable, second.language) == (False, "en")
    assert (third.id, third.answerable, third.relevant) == ("3", None, ("a2",))
    assert dataset.sources == (corpus,)
    assert dataset.hash == load_dataset(tmp_path / "questions.jsonl", articles=corpus).hash


def test_a_folder_of_ours_is_one_dataset(tmp_path: Path, corpus: Path) -> None:
    lines(tmp_path / "questions.jsonl", QUESTIONS[:1])
    lines(tmp_path / "unanswerable.jsonl", QUESTIONS[1:2])
    dataset = load_dataset(tmp_path)
    assert [item.answerable for item in dataset.questions] == [True, False]
    assert len(dataset.articles) == 2


def test_conversations_become_turns_in_order(tmp_path: Path, corpus: Path) -> None:
    turns = [{"question": "متى انتهت؟", "article_id": "a1", "answers": ["30 أبريل"]}, {"question": "ومن فاز؟", "answers": []}]
    turns[1]["full"] = "من فاز في الحرب؟"
    dataset = load_dataset(lines(tmp_path / "c.jsonl", [{"id": "c", "lang": "ar", "turns": turns}]), articles=corpus)
    assert [(item.id, item.conversation, item.type) for item in dataset.questions] == [
        ("c/1", "c", "turn 1"),
        ("c/2", "c", "turn 2"),
    ]
    assert dataset.sample(1, seed=3).questions[0].id == "c/1"
    assert [item.full for item in dataset.questions] == [None, "من فاز في الحرب؟"]


def test_flat_rows_bring_their_paragraph(tmp_path: Path) -> None:
    rows = [
        {"question": "أين عدن؟", "context": "عدن في اليمن.", "answers": ["اليمن"], "lang": "ar", "title": "عدن"},
        {"question": "أين عدن؟", "context": "عدن في اليمن.", "answers": {"text": ["اليمن"], "answer_start": [7]}},
        {"question": "من بناها؟", "context": "عدن في اليمن.", "answers": []},
        {"question": "؟ماذا", "context": "نص آخر.", "answers": [""]},
    ]
    dataset = load_dataset(lines(tmp_path / "flat.jsonl", rows))
    assert len({item.id for item in dataset.questions}) == 4
    assert [item.answerable for item in dataset.questions] == [True, True, False, None]
    assert len(dataset.articles) == 2
    assert "blank" in dataset.notes[0]


@pytest.mark.parametrize("header", ["query-id\tcorpus-id\tscore\n", ""])
def test_beir_folders_keep_graded_judgements(tmp_path: Path, header: str) -> None:
    lines(tmp_path / "corpus.jsonl", [{"_id": "d1", "title": "T", "text": "one"}, {"_id": "d2", "title": "two", "text": ""}])
    lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": "what"}, {"_id": "unjudged", "text": "why"}])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(f"{header}q\td1\t2\nq\td2\t1\n", encoding="utf-8")
    dataset = load_dataset(tmp_path)
    (question,) = dataset.questions
    assert (question.relevant, question.grades, question.answerable) == (("d1", "d2"), (2, 1), None)
    assert dataset.articles[1].text == "two"
    assert dataset.notes == ("1 queries without judgement were left out",)


def test_questions_in_a_second_language(tmp_path: Path) -> None:
    base = tmp_path / "ar.json"
    base.write_text(json.dumps({"data": [{"paragraphs": SQUAD["data"][0]["paragraphs"][:1]}]}), encoding="utf-8")
    english = [
        {"id": "s1", "question": "Where is Aden?", "answers": ["اليمن"], "answers_en": ["Yemen"], "paragraph": 0},
        {"id": "new", "question": "Which country has Aden?", "answers": ["اليمن"], "paragraph": 0},
    ]
    dataset = load_dataset(base, questions=lines(tmp_path / "en.jsonl", english))
    first, second = dataset.questions
    assert (first.text, first.language, first.answers, first.answers_other) == ("Where is Aden?", "en", ("اليمن",), ("Yemen",))
    assert second.relevant == first.relevant == load_dataset(base).questions[0].relevant
    assert "1 questions are not in en.jsonl" in dataset.notes[-1]
    squad = {
        "data": [
            {"paragraphs": [{"context": "Aden.", "qas": [{"id": "s1", "question": "Where?", "answers": [{"text": "Yemen"}]}]}]}
        ]
    }
    (tmp_path / "en.json").write_text(json.dumps(squad), encoding="utf-8")
    (only,) = load_dataset(base, questions=tmp_path / "en.json").questions
    assert (only.text, only.answers_other) == ("Where?", ("Yemen",))
    alone = load_dataset(tmp_path / "en.jsonl", articles=base)
    assert alone.questions[0].relevant == first.relevant


def test_several_datasets_are_one(tmp_path: Path, corpus: Path) -> None:
    one, two = lines(tmp_path / "one.jsonl", QUESTIONS[:1]), lines(tmp_path / "two.jsonl", QUESTIONS[1:2])
    dataset = load_datasets([one, two], articles=corpus)
    assert dataset.name == "one.jsonl+two.jsonl"
    assert len(dataset.questions) == 2
    assert len(dataset.articles) == 2
    lines(two, QUESTIONS[:1])
    with pytest.raises(DatasetError, match=r"'q1' is in one\.jsonl and in two\.jsonl"):
        load_datasets([one, two], articles=corpus)


BAD = {
    "not json": ('{"id": 1}\n{"id": \n', r"bad\.jsonl.*no known kind"),
    "torn line": ('{"id": "q", "question": "x", "answers": []}\n{"id"\n', r"line 2: not JSON"),
    "no question": (
        '{"id": "q", "question": "x", "answers": []}\n\n{"id": "r", "answers": []}\n',
        r"line 3: field 'question': is missing",
    ),
    "blank question": ('{"id": "q", "question": " ", "answers": []}\n', r"line 1: field 'question': must be text"),
    "answers of numbers": (
        '{"id": "q", "question": "x", "answers": [1]}\n',
        r"line 1: field 'answers': must be a list of texts, got \[1\]",
    ),
    "blank answer": ('{"id": "q", "question": "x", "answers": [" "]}\n', r"field 'answers'"),
    "null answers": ('{"id": "q", "question": "x", "article_id": "a1", "answers": null}\n', r"field 'answers': is missing"),
    "no answers": ('{"id": "q", "question": "x"}\n', r"field 'answers': is missing"),
    "unknown article": (
        '{"id": "q", "question": "x", "article_id": "zz", "answers": []}\n',
        r"field 'article_id': there is no article 'zz'",
    ),
    "same id": ('{"id": "q", "question": "x", "answers": []}\n' * 2, r"line 2: field 'id': 'q' stands on line 1"),
    "paragraph": ('{"id": "q", "question": "x", "paragraph": 1, "answers": ["y"]}\n', r"field 'paragraph'"),
    "type": ('{"id": "q", "question": "x", "answers": [], "type": 3}\n', r"field 'type': must be text or null, got 3"),
    "array of numbers": ("[1, 2]", r"field '\[0\]': must be an object"),
    "turns": ('{"id": "c", "turns": [{"answers": []}]}\n', r"line 1: field 'turns\[0\]\.question'"),
    "empty": (" \n", r"is empty"),
    "squad": (
        '{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "1", "answers": []}]}]}]}',
        r"data\[0\]\.paragraphs\[0\]\.qas\[0\]\.question",
    ),
    "squad answers": (
        '{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "1", "question": "y"}]}]}]}',
        r"qas\[0\]\.answers': is missing",
    ),
    "squad impossible": (
        '{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "1", "question": "y", "is_impossible": 1}]}]}]}',
        r"is_impossible",
    ),
    "broken document": ('{\n"data": [\n}', r"line 3: not JSON"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD.keys())
def test_bad_files_say_where_and_what(tmp_path: Path, corpus: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_dataset(path, articles=corpus)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        load_dataset(tmp_path / "none.json")
    with pytest.raises(DatasetError, match="a folder must be"):
        load_dataset(tmp_path)
    (tmp_path / "x.jsonl").write_bytes('{"question": "متى"}\n'.encode("cp1256"))
    with pytest.raises(DatasetError, match=r"line 1: not UTF-8"):
        load_dataset(tmp_path / "x.jsonl")
    (tmp_path / "y.gz").write_bytes(gzip.compress(b"{}" * 100)[:-5])
    with pytest.raises(DatasetError, match="cannot be read"):
        load_dataset(tmp_path / "y.gz")


def test_bad_qrels_say_where(tmp_path: Path) -> None:
    lines(tmp_path / "corpus.jsonl", [{"_id": "d1", "text": "one"}])
    lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": "what"}])
    (tmp_path / "qrels").mkdir()
    for content, message in [
        ("q\td1\thigh\n", "line 1.*'score'"),
        ("q\td9\t1\n", "'corpus-id'.*'d9'"),
        ("q d1 1\n", "3 columns, has 1|3 columns"),
    ]:
        (tmp_path / "qrels" / "test.tsv").write_text(content, encoding="utf-8")
        with pytest.raises(DatasetError, match=message):
            load_dataset(tmp_path)


def test_the_hash_changes_with_questions_gold_and_articles(tmp_path: Path, corpus: Path) -> None:
    def hashed(**changes: str) -> str:
        row = {**QUESTIONS[0], **changes}
        return load_dataset(lines(tmp_path / "h.jsonl", [row]), articles=corpus).hash

    seen = {hashed(), hashed(question="متى؟"), hashed(type="x")}
    lines(corpus, [{**CORPUS[0], "text": "نص آخر"}, CORPUS[1]])
    seen.add(hashed())
    assert len(seen) == 4


def test_a_question_knows_its_language_and_whether_it_can_be_answered() -> None:
    assert Question("1", "أين؟").language == "ar"
    assert Question("1", "Where?", answers=("x",)).answerable is True
    assert Question("1", "Where?").answerable is None
    assert Dataset("d", (Question("1", "Where?"),)).hash != Dataset("d", (Question("1", "When?"),)).hash
