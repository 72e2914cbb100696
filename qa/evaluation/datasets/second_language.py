"""The same questions in another language: a second file with the same ids."""

from dataclasses import replace
from pathlib import Path

from index.language.script import detect_language
from qa.evaluation.datasets.model import Dataset, Question
from qa.evaluation.datasets.reading import Row, json_document, json_rows, read_text
from qa.evaluation.datasets.squad import load_squad
from qa.evaluation.errors import DatasetError


def with_questions(dataset: Dataset, file: Path) -> Dataset:
    """`dataset` with its questions asked in the words of `file` (SQuAD JSON or JSON lines), matched by id.

    Gold articles and answers stay; answers that the file has in its own language become `answers_other`. A row whose id the
    dataset lacks may name its `paragraph` by number. Questions that the file does not have are left out, with a note.
    """
    text = read_text(file)
    known = {question.id: question for question in dataset.questions}
    other = _from_squad(text, file, known) if _is_squad(text) else _from_rows(text, file, dataset, known)
    if not other:
        raise DatasetError(f"has no question whose id is also in {dataset.name}", file=file)
    left_out = len(known) - sum(question.id in known for question in other)
    notes = (f"{left_out} questions are not in {file.name} and were left out",) if left_out else ()
    return replace(dataset, name=f"{dataset.name}+{file.name}", questions=tuple(other), notes=dataset.notes + notes)


def _is_squad(text: str) -> bool:
    head = text[:200_000].lstrip()
    return head.startswith("{") and '"data"' in text and '"paragraphs"' in head


def _from_squad(text: str, file: Path, known: dict[str, Question]) -> list[Question]:
    return [
        _asked(known[question.id], question.text, question.language, question.answers)
        for question in load_squad(json_document(text, file), file).questions
        if question.id in known
    ]


def _from_rows(text: str, file: Path, dataset: Dataset, known: dict[str, Question]) -> list[Question]:
    out: dict[str, Question] = {}
    for row in json_rows(text, file):
        identifier = row.identifier("id")
        if identifier in out:
            raise row.error("id", f"{identifier!r} stands there twice")
        words = row.text("question").strip()
        base = known.get(identifier) or _by_paragraph(row, identifier, dataset)
        given = (*row.texts("answers"), *row.texts("answers_en"), *row.texts("answers_ar"))
        out[identifier] = _asked(base, words, row.optional("lang") or detect_language(words), given)
    return list(out.values())


def _by_paragraph(row: Row, identifier: str, dataset: Dataset) -> Question:
    number = row.values.get("paragraph")
    if not isinstance(number, int) or not 0 <= number < len(dataset.paragraphs):
        raise row.error("id", f"{dataset.name} has no question {identifier!r}, and `paragraph` names none of its paragraphs")
    answers = row.texts("answers")
    return Question(identifier, row.text("question"), relevant=(dataset.paragraphs[number],), answers=answers)


def _asked(base: Question, words: str, language: str, answers: tuple[str, ...]) -> Question:
    other = tuple(dict.fromkeys(answer for answer in (*base.answers_other, *answers) if answer not in base.answers))
    return replace(base, text=words, language=language, answers_other=other)
