"""What is measured, behind one small interface: an open Dalil, or any function from a question to an answer."""

import inspect
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from index.errors import NotFound
from qa.evaluation.datasets import Dataset
from qa.evaluation.results import Retrieved

if TYPE_CHECKING:
    from qa.dalil import Dalil


class Turn(tuple[str, str]):
    """A question asked before in the same conversation, and the text of its answer; `document` is all of that answer."""

    document: Mapping[str, Any]

    def __new__(cls, question: str, answer: str = "", document: Mapping[str, Any] | None = None) -> Self:
        """A pair that remembers more."""
        made = super().__new__(cls, (question, answer))
        made.document = document or {}
        return made


class System(Protocol):
    """What a run needs of a system. All methods may be called from several threads at once."""

    name: str

    def settings(self) -> dict[str, Any]:
        """What decides its answers, as plain JSON."""
        ...

    def answer(self, question: str, history: Sequence[Turn]) -> object:
        """Text, an answer document, an `Answer`, or `None` for a refusal."""
        ...

    def retrieve(self, question: str, depth: int, history: Sequence[Turn] = ()) -> Sequence[Retrieved] | None:
        """Passages, best first, with their texts; `None` where the system has no retrieval of its own to call."""
        ...

    def article_text(self, article_id: str) -> str | None:
        """The stored text of an article."""
        ...

    def known_as(self, article_id: str) -> str:
        """The id under which the system holds an article: another one where it keeps duplicates once."""
        ...

    def warm_up(self) -> None:
        """Load what is loaded on first use, so that it does not count as latency."""
        ...


@dataclass
class CallableSystem:
    """A function of the question, or of the question and the turns before it (a parameter called `history`).

    What it retrieved is read from its answer: `retrieved` (article ids, or objects with `article_id`), else `passages`.
    """

    function: Callable[..., object]
    dataset: Dataset
    name: str = ""
    texts: dict[str, str] = field(init=False, repr=False)
    takes_history: bool = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.name or getattr(self.function, "__name__", type(self.function).__name__)
        self.texts = {article.id: article.text for article in self.dataset.articles}
        try:
            self.takes_history = "history" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):
            self.takes_history = False

    def settings(self) -> dict[str, Any]:
        """Unknown: the caller's own affair."""
        return {}

    def answer(self, question: str, history: Sequence[Turn]) -> object:
        """What the function says."""
        return self.function(question, history=list(history)) if self.takes_history else self.function(question)

    def retrieve(self, question: str, depth: int, history: Sequence[Turn] = ()) -> Sequence[Retrieved] | None:
        """Read from the answer instead, see `from_answer`."""
        return None

    def article_text(self, article_id: str) -> str | None:
        """From the dataset."""
        return self.texts.get(article_id)

    def known_as(self, article_id: str) -> str:
        """The same id."""
        return article_id

    def warm_up(self) -> None:
        """Nothing is known that could be loaded."""


@dataclass
class DalilSystem:
    """An open Dalil. `duplicates` maps articles that were not kept to the ones that tell the same story."""

    dalil: "Dalil"
    chosen: Mapping[str, Any] = field(default_factory=dict)
    duplicates: Mapping[str, str] = field(default_factory=dict)
    name: str = "dalil"

    def settings(self) -> dict[str, Any]:
        """The settings the index was opened with."""
        return dict(self.chosen)

    def answer(self, question: str, history: Sequence[Turn]) -> object:
        """One question, answered after the turns before it."""
        return self.dalil.ask(question, history=list(history))

    def retrieve(self, question: str, depth: int, history: Sequence[Turn] = ()) -> Sequence[Retrieved]:
        """A search of that depth."""
        return [
            Retrieved(hit.article_id, hit.score, hit.passage_id, hit.start, hit.end, hit.title, hit.text)
            for hit in self.dalil.search(question, k=depth, history=list(history))
        ]

    def article_text(self, article_id: str) -> str | None:
        """As stored."""
        try:
            return self.dalil.article(article_id).text
        except NotFound:
            return None

    def known_as(self, article_id: str) -> str:
        """The article that was kept."""
        return self.duplicates.get(article_id, article_id)

    def warm_up(self) -> None:
        """One question of each language that no dataset has."""
        for question in ("dalil warm up", "تهيئة دليل"):
            self.dalil.ask(question)


def from_answer(answer: Mapping[str, Any]) -> list[Retrieved] | None:
    """What an answer says was retrieved, best first; `None` where it says nothing of the kind."""
    listed = answer.get("retrieved")
    if listed is None:
        listed = answer.get("passages")
    if listed is None:
        return None
    found = []
    for rank, item in enumerate(listed):
        if isinstance(item, str):
            item = {"article_id": item}
        fields = {name: item[name] for name in ("passage_id", "start", "end", "title", "text") if item.get(name) is not None}
        score = len(listed) - rank if item.get("score") is None else item["score"]
        found.append(Retrieved(str(item["article_id"]), float(score), **fields))
    return found


@contextmanager
def dalil_system(
    dataset: Dataset, data: Path | None = None, progress: Callable[[int, int | None, str], None] | None = None
) -> Iterator[tuple[DalilSystem, Dataset, float | None]]:
    """An open system over the dataset's articles, the dataset as it is then, and the seconds that indexing took.

    With `data` the index there is measured as it is, and its articles become those of the dataset. Without, the articles are
    indexed into a temporary folder, from their files where they came from files of articles.
    """
    from qa.evaluation.indexing import adopt, build

    if data is not None:
        with adopt(dataset, data) as (system, known):
            yield system, known, None
        return
    with tempfile.TemporaryDirectory(prefix="dalil-eval-") as folder, build(dataset, Path(folder), progress) as built:
        yield built
