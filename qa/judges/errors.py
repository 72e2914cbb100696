"""What can go wrong with a judge."""

from index.errors import InputError


class JudgeError(InputError):
    """Raised when a judge of support cannot be loaded or does not answer."""

    code = "judge_unavailable"
