"""Our own lines: questions over a corpus, conversations, and flat rows that bring their paragraph along."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from index.article import Article
from index.language.script import detect_language
from qa.evaluation.datasets.model import Dataset, Question, text_id, unique_ids
from qa.evaluation.datasets.reading import Row
from qa.evaluation.errors import DatasetError


def load_questions(rows: Iterable[Row], file: Path, corpus: Dataset | None) -> Dataset:
    """`{"id", "question", "lang", "article_id", "answers": [...]}`: empty answers = unanswerable, none given = retrieval only.

    Optional: `answers_en`/`answers_ar` (gold in the other language), `type`, `evidence`, `source`; `article_ids` for several;
    `paragraph`, the number of a paragraph of the corpus, instead of an id.
    """
    gold = _Gold(corpus)
    questions: dict[str, Question] = {}
    lines: dict[str, int | None] = {}
    for row in rows:
        question = gold.question(row, row.identifier("id"))
        if question.id in questions:
            raise row.error("id", f"{question.id!r} stands on line {lines[question.id]} already")
        questions[question.id], lines[question.id] = question, row.line
    return _with_corpus(file, tuple(questions.values()), corpus)


def load_conversations(rows: Iterable[Row], file: Path, corpus: Dataset | None) -> Dataset:
    """`{"id", "lang", "turns": [{"question", "article_id", "answers", ...}]}`: each turn is a question, `ID/NUMBER`.

    Optional in a turn: `full`, the question as it would be asked without the turns before it.
    """
    gold = _Gold(corpus)
    questions: list[Question] = []
    for row in rows:
        conversation = row.identifier("id")
        language = row.optional("lang")
        for number, turn in enumerate(row.rows("turns"), 1):
            values = {"lang": language, "type": f"turn {number}" if number < 3 else "turn 3+", **turn.values}
            question = gold.question(replace(turn, values=values), f"{conversation}/{number}")
            questions.append(replace(question, conversation=conversation, full=turn.optional("full")))
    return _with_corpus(file, unique_ids(questions), corpus)


def load_flat(rows: Iterable[Row], file: Path) -> Dataset:
    """`{"question", "context", "answers", "lang", "title"}`: each distinct context is an article (TyDi GoldP, MLQA, AQAD)."""
    articles: dict[str, Article] = {}
    questions: list[Question] = []
    blank = 0
    for row in rows:
        context, text = row.text("context"), row.text("question").strip()
        article_id = text_id("p", context)
        if article_id not in articles:
            articles[article_id] = Article(
                article_id,
                context,
                title=row.optional("title"),
                source=row.optional("source"),
                language=detect_language(context),
            )
        answers = row.texts("answers", blanks=True)
        unknown = not answers and bool(row.values.get("answers"))
        blank += unknown
        questions.append(
            Question(
                row.identifier("id") if "id" in row.values else text_id("q", text, context),
                text,
                _language(row, text),
                relevant=(article_id,) if answers or unknown else (),
                answers=answers,
                type=row.optional("type"),
                answerable=None if unknown else bool(answers),
                source=row.optional("source"),
            )
        )
    notes = (f"{blank} questions have a blank gold answer: measured for retrieval only",) if blank else ()
    return Dataset(file.name, unique_ids(questions), tuple(articles.values()), notes=notes)


def load_corpus(rows: Iterable[Row], file: Path) -> Dataset:
    """Articles, one a line; only `text` is required. An article without `id` is called by its line."""
    articles: dict[str, Article] = {}
    for row in rows:
        text = row.text("text")
        article_id = row.identifier("id") if "id" in row.values else f"line-{row.line}"
        if article_id in articles:
            raise row.error("id", f"{article_id!r} stands there twice")
        articles[article_id] = Article(
            article_id,
            text,
            title=row.optional("title"),
            source=row.optional("source"),
            url=row.optional("url"),
            date=row.optional("date"),
            language=detect_language(text),
        )
    return Dataset(file.name, (), tuple(articles.values()), sources=(file,))


class _Gold:
    """Reads the gold of a row and checks it against the corpus, where there is one to check against."""

    def __init__(self, corpus: Dataset | None) -> None:
        self.paragraphs = corpus.paragraphs if corpus else ()
        self.name = corpus.name if corpus else ""
        self.articles = {article.id: article for article in corpus.articles} if corpus else {}

    def question(self, row: Row, identifier: str) -> Question:
        text = row.text("question").strip()
        relevant = self._relevant(row)
        answers = row.texts("answers")
        other = tuple(answer for name in ("answers_en", "answers_ar", "answers_other") for answer in row.texts(name))
        given = row.values.get("answers") is not None
        if not given and (not relevant or "answers" in row.values):
            raise row.error("answers", "is missing (an empty list says that no article holds an answer)")
        article = self.articles.get(relevant[0]) if relevant else None
        return Question(
            identifier,
            text,
            _language(row, text),
            relevant=relevant,
            answers=answers,
            answers_other=tuple(answer for answer in other if answer not in answers),
            type=row.optional("type"),
            answerable=bool(answers or other) if given else None,
            evidence=row.texts("evidence"),
            source=row.optional("source") or (article.source if article else None),
        )

    def _relevant(self, row: Row) -> tuple[str, ...]:
        name = "article_ids" if row.values.get("article_ids") else "article_id"
        if row.values.get(name) is not None:
            relevant = (
                row.texts(name) if name == "article_ids" or isinstance(row.values[name], list) else (row.identifier(name),)
            )
            for article_id in relevant:
                if self.articles and article_id not in self.articles:
                    raise row.error(name, f"there is no article {article_id!r} in {self.name}")
            return relevant
        number = row.values.get("paragraph")
        if number is None:
            return ()
        if not self.paragraphs:
            raise row.error("paragraph", "counts paragraphs of a SQuAD file: name that file with --articles")
        if not isinstance(number, int) or not 0 <= number < len(self.paragraphs):
            raise row.error("paragraph", f"must be a number from 0 to {len(self.paragraphs) - 1}, got {number!r}")
        return (self.paragraphs[number],)


def _language(row: Row, text: str) -> str:
    return row.optional("lang") or row.optional("language") or detect_language(text)


def _with_corpus(file: Path, questions: tuple[Question, ...], corpus: Dataset | None) -> Dataset:
    if not questions:
        raise DatasetError("holds no questions", file=file)
    if corpus is None:
        return Dataset(file.name, questions)
    return replace(corpus, name=file.name, questions=questions)
