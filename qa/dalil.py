"""The front door: open an index, put articles in, ask."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from index.article import Article, Language, Skipped
from index.collection import DATABASE, Collection
from index.database import shown
from index.errors import InputError
from index.hits import Filters, Hit
from index.indexing import Indexer, IndexReport, Progress
from index.language import detect_language
from index.opened import StoreError
from index.recall import Recall
from index.recall import measure as measure_recall
from index.retrieval import READ_AGAIN, select_by_article
from index.vectors import VectorIndex
from qa.answer import Answer, Event
from qa.composing import Asked, OnPrompt
from qa.conversation import Understood, understand
from qa.conversation.store import ConversationStore
from qa.conversation.talk import Talk
from qa.conversation.turns import Said, Turn
from qa.finding import Finder, make_reranking
from qa.models import ChatModel, load_chat_model
from qa.models.base import never
from qa.opening import articles, cutting, open_collection
from qa.pruning import vanished
from qa.settings import Settings, load_settings

if TYPE_CHECKING:
    from qa.answering import Answerer

_PARTS = ("faiss-cpu", "tantivy", "tiktoken", "sentence-transformers", "transformers", "torch", "trafilatura", "fastapi")


class Dalil:
    """An open index with everything needed to answer from it. Safe to share between threads.

    >>> dalil = Dalil.open(".dalil")
    >>> report = dalil.index(["articles/"])
    >>> answer = dalil.ask("متى أعلن العراق انتهاء الحرب؟")
    """

    def __init__(self, settings: Settings, origins: dict[str, str], collection: Collection) -> None:
        self.settings = settings
        self._origins = origins
        self._collection = collection
        self._finder = Finder(collection, make_reranking(settings))
        self._talk = Talk(settings.place, settings.conversation_days)
        self._indexer = Indexer(collection, cutting(settings))
        self.on_answer: Callable[[Answer], None] | None = None
        """Called with every answer, in the thread that made it; for counting."""

    @classmethod
    def open(cls, data: str | Path | None = None, *, create: bool = True, **settings: Any) -> Self:
        """Open the index in `data` (created when missing and `create`), with settings as keywords.

        Raises `IndexMissing` (nothing there and not `create`), `EncoderMismatch`, `SettingsError`, `StoreError`, and with
        Milvus `MissingExtra`, `SearchUnavailable`.
        """
        chosen, origins = load_settings(data=data, **settings)
        return cls(chosen, origins, open_collection(chosen, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # -- articles --------------------------------------------------------------------------------------------------------

    def index(
        self,
        sources: Sequence[str | Path],
        progress: Progress | None = None,
        *,
        prune: bool = False,
        ray: str | None = None,
    ) -> IndexReport:
        """Add or refresh articles from files, folders, feeds and URLs; `progress(done, total, what)` is called as it goes.

        With `prune`, articles that were once read from under `sources` and are no longer there are taken out. With `ray`,
        the address of a Ray cluster or `local`, they are read, cut and encoded there, for the same index: see
        `index.cluster`. Raises `ClusterError` and `MissingExtra` then.
        """
        items = articles(self.settings, self._collection, [str(source) for source in sources], ray)
        report, seen = self._indexer.add(items, progress)
        if prune:
            report.removed = len(self.remove(vanished(self._collection.store, sources, seen, report)))
        return report

    def add(self, articles: Sequence[Article | Skipped]) -> IndexReport:
        """Add or refresh articles that are already in memory; the report names what was skipped."""
        return self._indexer.add(articles)[0]

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Take articles out; returns the ids that were there. They are gone from every result when this returns."""
        return self._indexer.remove(list(article_ids))

    def article(self, article_id: str) -> Article:
        """One article as stored. Raises `NotFound`."""
        return self._collection.store.article(article_id)

    def articles(
        self, *, offset: int = 0, limit: int = 50, filters: Filters | None = None, newest: bool = False
    ) -> tuple[list[Article], int]:
        """A page of the articles that satisfy `filters`, by id or the `newest` first, and how many there are in all."""
        return self._collection.store.list_articles(offset, limit, filters, newest=newest)

    def sources(self) -> list[tuple[str, int]]:
        """Every outlet with the number of its articles, the largest first."""
        return self._collection.store.sources()

    # -- questions -------------------------------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        language: str | None = None,
        k: int | None = None,
        filters: Filters | None = None,
        history: Sequence[Said] | None = None,
        conversation: str | None = None,
        owner: str = "",
        cancelled: Callable[[], bool] = never,
        on_prompt: OnPrompt | None = None,
    ) -> Answer:
        """One grounded answer, or an honest refusal. Raises `InputError` for an empty or too long question.

        A follow-up is understood through `history`, the messages before it (`role` and `content`), or through the turns kept
        under the id `conversation`, where this turn is stored before it is returned; an unknown id begins a conversation.
        Each `owner` has conversations of their own.
        """
        events = self.stream(
            question,
            language=language,
            k=k,
            filters=filters,
            history=history,
            conversation=conversation,
            owner=owner,
            cancelled=cancelled,
            on_prompt=on_prompt,
        )
        *_, answer = events
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self,
        question: str,
        *,
        language: str | None = None,
        k: int | None = None,
        filters: Filters | None = None,
        history: Sequence[Said] | None = None,
        conversation: str | None = None,
        owner: str = "",
        cancelled: Callable[[], bool] = never,
        on_prompt: OnPrompt | None = None,
    ) -> Iterator[Event]:
        """The same as events: `PassagesFound`, then a `ClaimVerified` for each claim, then the `Answer`.

        Where a language model writes, closing the iterator, or `cancelled` becoming true, stops it; `on_prompt` is given every
        conversation that is sent to it.
        """
        text = self._question(question)
        before = self._talk.before(history, conversation, owner)
        wanted = self._language(language, text, before.turns), self._k(k), filters, self.settings.refuse_below
        answerer = self._answerer

        def events() -> Iterator[Event]:
            understood = self._understand(text, before.turns, cancelled)
            asked = Asked(understood, *wanted, cancelled, on_prompt)
            for event in self._talk.kept(answerer.events(asked), understood, before):
                if isinstance(event, Answer) and self.on_answer is not None:
                    self.on_answer(event)
                yield event

        return events()

    @cached_property
    def model(self) -> ChatModel | None:
        """The language model of the settings, `None` where there is none. Raises `SettingsError`, `MissingExtra`."""
        return load_chat_model(self.settings)

    @cached_property
    def _answerer(self) -> "Answerer":
        # Here: a search needs none of what reads and writes, which is a good part of its start.
        from qa.answering import Answerer
        from qa.generative import make_writer
        from qa.translation import make_quote_translator

        writer, translator = make_writer(self.settings, self.model), make_quote_translator(self.settings, self.model)
        return Answerer(self._collection, self._finder, writer, translator, self.settings.remembered)

    def search(
        self, query: str, *, k: int | None = None, filters: Filters | None = None, history: Sequence[Said] | None = None
    ) -> list[Hit]:
        """Passages only, best first; each article's best passage before further ones of the same article."""
        wanted = self._k(k)
        understood = self._understand(self._question(query), self._talk.before(history, None).turns)
        found = self._finder.find(understood, filters, keep=max(READ_AGAIN, 4 * wanted), pool=max(100, 4 * wanted)).found
        return select_by_article([item.hit for item in found], wanted)

    @property
    def conversations(self) -> ConversationStore:
        """The conversations kept beside the index. Raises `ConversationError`."""
        return self._talk.store

    def _understand(self, question: str, turns: Sequence[Turn], cancelled: Callable[[], bool] = never) -> Understood:
        longest, prompts = self.settings.max_question, self.settings.prompts
        model = self.model if turns else None
        return understand(question, turns, model=model, prompts=prompts, longest=longest, cancelled=cancelled)

    def _question(self, question: str) -> str:
        """The question without control characters. Raises `InputError` where nothing is left, or too much."""
        readable = (char if char.isprintable() or unicodedata.category(char) == "Cf" else " " for char in question)
        text = " ".join("".join(readable).split())
        if not any(char.isalnum() for char in text):
            raise InputError("the question is empty: ask in a few words, in Arabic or English")
        if len(text) > self.settings.max_question:
            raise InputError(f"the question has {len(text)} characters; at most {self.settings.max_question} are read")
        return text

    def _language(self, wanted: str | None, question: str, turns: Sequence[Turn] = ()) -> Language:
        chosen = wanted or self.settings.language
        if chosen == "auto":
            lettered = any(char.isalpha() for char in question) or not turns
            return detect_language(question if lettered else turns[-1].question)
        if chosen not in ("ar", "en"):
            raise InputError(f"the language of an answer is auto, ar or en, not {chosen!r}")
        return "ar" if chosen == "ar" else "en"

    def _k(self, wanted: int | None) -> int:
        k = self.settings.k if wanted is None else wanted
        if not 1 <= k <= 100:
            raise InputError(f"k is the number of passages, from 1 to 100, not {k}")
        return k

    def size(self) -> dict[str, int]:
        """How many articles, duplicates among them, and passages there are."""
        return self._collection.store.counts()

    @property
    def generation(self) -> int:
        """The state of the index that was last answered from: a number that grows with every change of articles."""
        return self._collection.generation

    # -- state -----------------------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, dict[str, Any]]:
        """What `dalil doctor` shows: facts about the index and the models, and each setting with its origin."""
        from qa.parts import model_facts, setting_facts

        self._collection.refresh()
        encoder, vectors = self._collection.encoder, self._collection.vectors
        index = self._collection.store.counts() | {
            "folder": str(self._collection.folder),
            "articles in": shown(self._collection.place.at(DATABASE)),
            "engine": self._collection.engine.name,
            "vectors": len(vectors),
            "vector search": vectors.kind,
            "BM25 passages": self._collection.lexical.documents,
            "to compact": self._collection.gone_shares(),
            "languages": ", ".join(self._collection.languages()),
        }
        return {
            "index": index,
            "encoder": {"name": encoder.name, "dimensions": encoder.dimensions},
            "models": model_facts(self.settings, self._origins),
            "parts": {name: _version(name) for name in _PARTS},
            "settings": setting_facts(self.settings, self._origins),
        }

    def recall(self, count: int = 200) -> Recall:
        """What the vector search finds of the 10 and of the 100 nearest passages, asked with `count` of the passages.

        Reads every vector. Raises `StoreError` where the files of the vectors are not what was written, and `InputError` where
        they are in Milvus, which cannot be asked for all of them.
        """
        self._collection.refresh()
        vectors = self._collection.vectors
        if not isinstance(vectors, VectorIndex):
            raise InputError(f"recall is measured where FAISS searches; here it is {self._collection.engine.name}")
        try:
            vectors.check_files()
        except (OSError, ValueError) as error:
            folder = self._collection.folder / "vectors"
            raise StoreError(
                f"the vectors in {folder} are damaged ({error}): `dalil doctor --repair` makes them again"
            ) from None
        return measure_recall(vectors, count)

    def compact(self) -> dict[str, int]:
        """Give back the space of articles that were changed or removed; bytes before and after. Others go on reading.

        Raises `IndexBusy`, `StoreError`.
        """
        before = _bytes_in(self._collection.folder)
        self._collection.compact()
        return {"bytes before": before, "bytes after": _bytes_in(self._collection.folder)}

    def close(self) -> None:
        """Release files, the database, and the connections of the language model."""
        if (model := self.__dict__.get("model")) is not None:
            model.close()
        self._talk.close()
        self._collection.close()


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # here: a twentieth of a question's start

    try:
        return version(package)
    except PackageNotFoundError:
        return f"missing: pip install {package}"
