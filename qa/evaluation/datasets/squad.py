"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), and what has its shape: ARCD, XQuAD, MLQA, TyDi GoldP.

Each paragraph is one article. Its id depends on its text alone, so that it is the same in every file and order.
"""

from dataclasses import replace
from pathlib import Path

from index.article import Article
from index.language.script import detect_language
from qa.evaluation.datasets.model import Dataset, Question, text_id, unique_ids
from qa.evaluation.datasets.reading import Row


def load_squad(document: dict[str, object], file: Path) -> Dataset:
    """The dataset in a document with `data`. Raises `DatasetError` naming the field by its place in the document."""
    articles: dict[str, Article] = {}
    paragraphs: list[str] = []
    questions: list[Question] = []
    for entry in Row(document, file).rows("data"):
        title = entry.optional("title")
        for paragraph in entry.rows("paragraphs"):
            text = paragraph.text("context")
            article_id = text_id("p", text)
            paragraphs.append(article_id)
            articles.setdefault(article_id, Article(article_id, text, title=title, language=detect_language(text)))
            questions += [_question(row, article_id) for row in paragraph.rows("qas")]
    unique = unique_ids(questions)
    repeated = sum(old is not new for old, new in zip(questions, unique, strict=True))
    notes: tuple[str, ...] = (f"{repeated} question ids stand more than once and were numbered",) if repeated else ()
    if len(articles) < len(paragraphs):
        notes += (f"{len(paragraphs) - len(articles)} paragraphs repeat another word for word and are one article with it",)
    return Dataset(file.name, unique, tuple(articles.values()), paragraphs=tuple(paragraphs), notes=notes)


def _question(row: Row, article_id: str) -> Question:
    text = row.text("question").strip()
    impossible = row.values.get("is_impossible", False)
    if not isinstance(impossible, bool):
        raise row.error("is_impossible", "must be true or false")
    question = Question(row.identifier("id"), text, answerable=False, type=row.optional("type"))
    if impossible:
        return question
    answers = tuple(dict.fromkeys(answer.text("text") for answer in row.rows("answers")))
    return replace(question, relevant=(article_id,), answers=answers, answerable=bool(answers))
