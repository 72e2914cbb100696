"""The articles of a dataset in an index, or the index that is there as a dataset's articles."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.article import Article
from index.errors import NotFound
from qa.evaluation.datasets import Dataset
from qa.evaluation.errors import DatasetError
from qa.evaluation.systems import DalilSystem

if TYPE_CHECKING:
    from index.indexing import IndexReport
    from qa.dalil import Dalil

_NOT_DECISIVE = frozenset(("data", "database", "host", "port", "max_body_mb", "request_timeout_s", "remembered"))
_PAGE = 500
_LISTED = 3


@contextmanager
def build(
    dataset: Dataset, folder: Path, progress: Callable[[int, int | None, str], None] | None
) -> Iterator[tuple[DalilSystem, Dataset, float]]:
    """A new index in `folder`. Raises `DatasetError` when the dataset has no articles or none of them can be read."""
    from qa.dalil import Dalil

    if not dataset.articles and not dataset.sources:
        raise DatasetError(f"{dataset.name} brings no articles: name them with --articles, or an index with --data")
    dalil = Dalil.open(folder, database="", remembered=0)  # never into the database that the settings name
    try:
        started = time.perf_counter()
        own = {article.id for article in dataset.articles}
        reports: list[IndexReport] = []
        if dataset.sources:
            reports.append(dalil.index([str(path) for path in dataset.sources], progress=progress))
            own -= {article.id for article in _all_articles(dalil)} | set(reports[0].duplicates)
        if added := [article for article in dataset.articles if article.id in own]:
            reports.append(dalil.add(added))
        seconds = time.perf_counter() - started
        duplicates = {old: new for report in reports for old, new in report.duplicates.items()}
        skipped = [pair for report in reports for pair in report.skipped]
        stored = _all_articles(dalil)
        if not stored:
            raise DatasetError(
                f"no article of {dataset.name} could be indexed: {skipped[0][1] if skipped else 'they are empty'}"
            )
        notes = dataset.notes
        if duplicates:
            notes += (f"{len(duplicates)} articles repeat another and stand under its id",)
        if skipped:
            notes += (f"{len(skipped)} articles were skipped: {'; '.join(f'{a}: {b}' for a, b in skipped[:_LISTED])}",)
        yield (
            DalilSystem(dalil, _settings(None), duplicates),
            _checked(replace(dataset, notes=notes), stored, duplicates),
            seconds,
        )
    finally:
        dalil.close()


@contextmanager
def adopt(dataset: Dataset, data: Path) -> Iterator[tuple[DalilSystem, Dataset]]:
    """The index in `data`. Raises `IndexMissing` when there is none."""
    from qa.dalil import Dalil

    dalil = Dalil.open(data, create=False, remembered=0)
    try:
        stored = _all_articles(dalil)
        # Only the index knows under which id it keeps the copies of a story.
        kept = {article.id for article in stored}
        wanted = dict.fromkeys(name for question in dataset.questions for name in question.relevant if name not in kept)
        duplicates = {name: kept_as for name in wanted if (kept_as := _kept_as(dalil, name))}
        yield (
            DalilSystem(dalil, _settings(data), duplicates),
            _checked(replace(dataset, articles=stored, sources=()), stored, duplicates),
        )
    finally:
        dalil.close()


def _checked(dataset: Dataset, stored: tuple[Article, ...], duplicates: dict[str, str]) -> Dataset:
    """The dataset with a note on gold articles that the index does not have. Raises `DatasetError` when it has none of them."""
    kept = {article.id for article in stored} | set(duplicates)
    wanted = dict.fromkeys(name for question in dataset.questions for name in question.relevant)
    missing = [name for name in wanted if name not in kept]
    if wanted and len(missing) == len(wanted):
        raise DatasetError(f"the index has none of the gold articles of {dataset.name} (first: {missing[0]!r})")
    if not missing:
        return dataset
    note = f"{len(missing)} gold articles are not in the index ({', '.join(missing[:_LISTED])}...): their questions are misses"
    return replace(dataset, notes=(*dataset.notes, note))


def _all_articles(dalil: "Dalil") -> tuple[Article, ...]:
    out: list[Article] = []
    while True:
        page, total = dalil.articles(offset=len(out), limit=_PAGE)
        out += page
        if not page or len(out) >= total:
            return tuple(out)


def _kept_as(dalil: "Dalil", article_id: str) -> str | None:
    try:
        return dalil.article(article_id).id
    except NotFound:
        return None


def _settings(data: Path | None) -> dict[str, Any]:
    from qa.settings import load_settings

    settings, _ = load_settings(data=data)
    return settings.model_dump(mode="json", exclude=set(_NOT_DECISIVE))
