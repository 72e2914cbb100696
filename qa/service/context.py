"""What every route needs: the index, the settings, and threads to work in."""

from dataclasses import dataclass

from fastapi import Request

from qa.dalil import Dalil
from qa.service.access import Access
from qa.service.work import Workers
from qa.settings import Settings

READERS = 8
"""Questions answered at the same time; the work is mostly in native code that lets other threads run."""


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

    def close(self) -> None:
        """End the threads and release the files that are the context's own."""
        self.readers.close()
        self.writer.close()
        self.access.close()


def make_context(dalil: Dalil, settings: Settings) -> Context:
    """A context with its own threads, which start when they are first needed."""
    return Context(dalil, settings, Workers("read", READERS), Workers("write", 1, waiting=20), Access(settings))


def context(request: Request) -> Context:
    """The context of the application that a request came to."""
    found: Context = request.app.state.context
    return found
