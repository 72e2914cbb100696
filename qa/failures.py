"""What is told of a failure, and what only the log hears."""

import logging
import traceback

from index.errors import DalilError

log = logging.getLogger("dalil.service")

UNEXPECTED = "something went wrong here; the log of the service says more"


def describe(error: BaseException) -> tuple[int, str, str]:
    """Status, code and message of any exception. What is unexpected is logged: where, never with which words."""
    if isinstance(error, DalilError):
        return error.status, error.code, str(error)
    # The message of an exception may hold the question, so only its type and its place are written.
    log.error("unexpected %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return 500, "internal", UNEXPECTED
