"""What can go wrong with a language model. All are `index.errors.ModelError`, so one `except` catches them.

The message says what happened without any word of the question, the articles or the server, so that it can be logged; what the
server said is in `detail`.
"""

from index.errors import ModelError


class _ChatError(ModelError):
    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class ModelUnavailable(_ChatError):
    """Raised when the model cannot be reached or loaded, or its server fails."""


class ModelFailed(ModelUnavailable):
    """Raised when the server is there and fails (HTTP 5xx)."""


class ModelTimeout(_ChatError):
    """Raised when the model did not answer in time."""

    code = "model_timeout"
    status = 504


class ModelOverloaded(_ChatError):
    """Raised when the server has too much to do (429, 503), or too many questions wait for the model here."""

    code = "model_overloaded"


class ModelRefused(_ChatError):
    """Raised when the server will not serve the request: the key, the name of the model, its length, its content.

    `final` where no other form of the request would fare better.
    """

    code = "model_refused"

    def __init__(self, message: str, detail: str = "", *, final: bool = False) -> None:
        super().__init__(message, detail)
        self.final = final


class ModelNonsense(_ChatError):
    """Raised when what comes back is not what the protocol says."""

    code = "model_nonsense"
    status = 502


class ModelCancelled(_ChatError):
    """Raised when the asker went away."""

    code = "model_cancelled"
