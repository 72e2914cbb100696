"""What every chat tool shares: a message becomes a question in its conversation, and an answer is kept for thumbs.

A tool's own file only reads that tool's messages and shows answers its way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from index.article import Language
from index.errors import DalilError, InputError
from index.language import detect_language
from prompts import message
from qa.answer import Answer
from qa.chat.ledger import Ledger
from qa.dalil import Dalil
from qa.failures import describe
from qa.feedback import FeedbackStore, Thumb
from qa.settings import Settings

T = TypeVar("T")


_QUIET_S, _LOOK_S, _LAST_WORDS_S = 0.2, 0.05, 3.0


class _StoppedError(Exception):
    """Raised where a question is still unanswered when the time to finish is over."""


class NotTheirs(DalilError):
    """Raised for a delivery that the platform did not sign, or signed too long ago."""

    code = "bad_signature"
    status = 401


class Run(Protocol):
    """Runs blocking work beside the event loop, with a bound on how much of it there is."""

    def __call__(self, call: Callable[..., T], /, *args: Any, **keywords: Any) -> Awaitable[T]: ...  # noqa: D102


class Channel(Protocol):
    """One chat tool, behind an address of the service."""

    async def handle(self, request: Request) -> Response:
        """Answer one delivery of the platform at once; what takes time goes on behind it."""
        ...

    async def close(self) -> None:
        """Finish."""
        ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A question from a chat tool.

    `conversation` names what follow-ups belong to, such as a thread; `shared` says that others read along.
    """

    text: str
    conversation: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What to show: an `answer` with its `id` for thumbs, or the `problem` that kept it from being given."""

    language: Language
    answer: Answer | None = None
    id: str = ""
    problem: str = ""


class Desk:
    """Answers what comes from the chat tools. Who made the ledger and the feedback closes them."""

    def __init__(self, dalil: Dalil, run: Run, ledger: Ledger, thumbs: FeedbackStore, settings: Settings) -> None:
        self.settings = settings
        self._dalil, self._run, self._ledger, self._thumbs = dalil, run, ledger, thumbs
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = asyncio.Event()
        # It would write whole addresses, and those of some platforms hold a token.
        logging.getLogger("httpx").setLevel(logging.WARNING)

    async def first(self, delivery: str) -> bool:
        """Whether a delivery comes for the first time. Raises `LedgerError`."""
        return await asyncio.to_thread(self._ledger.first, delivery)

    def later(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this after the platform has its answer; what fails is told to the log alone."""

        async def done() -> None:
            try:
                await work()
            except Exception as error:
                describe(error)

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def answer(self, incoming: Incoming) -> Reply | None:
        """The reply; `None` where nothing is found and the settings want silence in front of others."""
        language = self.language(incoming.text)
        left = Event()
        try:
            async with asyncio.timeout(self.settings.longest_answer_s):
                answer, kept = await self._unless_stopped(self._run(self._ask, incoming, left.is_set))
        except _StoppedError:
            return Reply(language, problem=message("chat.busy", language))
        except InputError:
            most = self.settings.max_question
            key = "chat.too_long" if len(incoming.text) > most else "chat.empty"
            return Reply(language, problem=message(key, language, most=most))
        except TimeoutError:
            return Reply(language, problem=message("chat.slow", language))
        except Exception as error:
            _, code, _ = describe(error)
            return Reply(language, problem=message("chat.busy" if code == "busy" else "chat.failed", language))
        finally:
            left.set()
        silent = answer.refused and incoming.shared and self.settings.chat_refusals == "silent"
        return None if silent else Reply(answer.language, answer, kept)

    async def _unless_stopped(self, work: Awaitable[T]) -> T:
        working, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise _StoppedError
            return working.result()
        finally:
            working.cancel()
            stopped.cancel()

    def language(self, text: str) -> Language:
        """The language in which to speak to who wrote this."""
        chosen = self.settings.language
        return detect_language(text) if chosen == "auto" else chosen

    def quiet(self, incoming: Incoming) -> bool:
        """Whether nothing may be shown before there is an answer."""
        return incoming.shared and self.settings.chat_refusals == "silent"

    def _ask(self, incoming: Incoming, left: Callable[[], bool]) -> tuple[Answer, str]:
        turns = self._ledger.turns(incoming.conversation)
        answer = self._dalil.ask(incoming.text, history=turns or None, cancelled=left)
        return answer, self._ledger.keep(incoming.conversation, answer)

    async def forget(self, conversation: str) -> None:
        """Begin a conversation anew."""
        await asyncio.to_thread(self._ledger.forget, conversation)

    async def rate(self, answer_id: str, thumb: str, user: str) -> str:
        """Store a thumb, once from each user for each answer; gives the words to thank with."""
        return await asyncio.to_thread(self._rate, answer_id, thumb, user)

    def _rate(self, answer_id: str, thumb: str, user: str) -> str:
        document = self._ledger.answer(answer_id)
        if document is None or thumb not in ("up", "down"):
            return message("chat.thumb_late", "ar") + " " + message("chat.thumb_late", "en")
        language: Language = document["language"]
        if self._ledger.first(f"thumb:{answer_id}:{user}:{thumb}"):
            chosen: Thumb = "up" if thumb == "up" else "down"
            self._thumbs.add(
                document["standalone"] or document["question"],
                chosen,
                answer_id=answer_id,
                answer=document["answer"],
                citations=document["citations"],
                language=language,
            )
        return message("chat.thanks", language)

    @property
    def under_way(self) -> int:
        """How many deliveries are being worked on."""
        return len(self._tasks)

    async def finish(self, over: Callable[[], bool]) -> None:
        """Wait until nothing is under way. Once `over()`, who still waits is told so, and what then takes long is dropped."""
        quiet = 0.0
        # A tool's SDK may be about to begin what it has just acknowledged.
        while quiet < _QUIET_S and not over():
            await asyncio.sleep(_LOOK_S)
            quiet = 0.0 if self._tasks else quiet + _LOOK_S
        self._stopped.set()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=_LAST_WORDS_S)
        await self.close()

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
