"""What every route needs: the index, the settings, and threads to work in."""

from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request

from qa.dalil import Dalil
from qa.service.access import Access
from qa.service.stopping import Stopping
from qa.service.work import Workers
from qa.settings import Settings

READERS = 8
"""Questions answered at the same time where answering waits for models: on a graphics card, or behind a server."""
READERS_ALONE = 4
"""The same where it is all work of this processor: more threads only make every question slower."""


_LAST_WRITE_S = 5.0
"""How long the end waits for a change of the index that is under way. One cut off later is not lost: nobody was told of it."""


@dataclass(frozen=True, slots=True)
class Context:
    """`readers` answer questions; one `writer` changes the index, so that long indexing never holds a question up.

    `access` says who may have either.
    """

    dalil: Dalil
    settings: Settings
    readers: Workers
    writer: Workers
    access: Access
    stopping: Stopping = field(default_factory=Stopping)

    def close(self) -> None:
        """End the threads and release the files that are the context's own."""
        self.readers.close()
        self.writer.close(_LAST_WRITE_S)
        self.access.close()


def make_context(dalil: Dalil, settings: Settings, shared: Path | None = None) -> Context:
    """A context with its own threads, which start when they are first needed.

    `shared` is the folder that the processes of one service share, where there are several.
    """
    alone = (settings.llm_url, settings.llm_model, settings.reranker, settings.translator) == (None,) * 4
    waiting, longest = settings.max_waiting, settings.max_wait_s
    readers = Workers("read", READERS_ALONE if alone else READERS, waiting, longest)
    return Context(dalil, settings, readers, Workers("write", 1, min(20, waiting), longest), Access(settings, shared))


def context(request: Request) -> Context:
    """The context of the application that a request came to."""
    found: Context = request.app.state.context
    return found
