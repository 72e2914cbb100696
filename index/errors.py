"""Every error that Dalil raises on purpose. Each says what was wrong with which input, and what to do.

Anything else that escapes is a bug. The command line prints the message alone; the service maps `status` to HTTP.
"""


class DalilError(Exception):
    """Base of all errors a user may see. `code` is stable for scripts; `status` is the HTTP status."""

    code = "error"
    status = 500


class InputError(DalilError):
    """Raised where a question, an argument or a request body cannot be used as given."""

    code = "bad_input"
    status = 400


class SettingsError(DalilError):
    """Raised when a setting has an unusable value, or half of a group of settings is missing."""

    code = "bad_settings"
    status = 500


class ReadError(DalilError):
    """Raised by readers: this one source cannot be read. Indexing counts it as skipped and goes on."""

    code = "unreadable"
    status = 422


class FetchRefused(ReadError):
    """Raised by the URL reader for an address, a size, a type or a time outside the limits."""

    code = "fetch_refused"


class NotFound(DalilError):
    """Raised when an article id is not in the store."""

    code = "not_found"
    status = 404


class ArticleDamaged(DalilError):
    """Raised when an article does not read as it did when it was stored: a disk failed, or the database was edited."""

    code = "article_damaged"
    status = 503


class IndexMissing(DalilError):
    """Raised when a folder holds no index yet and the caller did not ask to create one."""

    code = "no_index"
    status = 503


class IndexBusy(DalilError):
    """Raised when another process is writing to the index and did not finish in time."""

    code = "index_busy"
    status = 503


class SearchUnavailable(DalilError):
    """Raised when Milvus, which a setting names, cannot be reached or refuses; what the store holds is not touched by that."""

    code = "search_unavailable"
    status = 503


class ClusterError(DalilError):
    """Raised when the Ray cluster that was asked for cannot be reached, or fails; what was stored before that stays."""

    code = "cluster_unavailable"
    status = 503


class EncoderMismatch(DalilError):
    """Raised on open when the index was made with another encoder than the one that is set."""

    code = "encoder_mismatch"
    status = 503


class ModelError(DalilError):
    """Raised when a model that a setting names cannot be loaded."""

    code = "model_unavailable"
    status = 503


class MissingExtra(DalilError):
    """Raised when something optional is not installed; the message says what to install."""

    code = "missing_extra"
    status = 503
