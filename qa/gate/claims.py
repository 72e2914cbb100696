"""What a model claims, what can be wrong with it, and the verdict on it."""

from dataclasses import dataclass
from enum import StrEnum

from qa.grounding import Located


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model claims: `text` in the asker's language, resting on the words `quote` of passage number `passage`, from 1."""

    text: str
    passage: int
    quote: str


class Problem(StrEnum):
    """Why a claim does not pass."""

    EMPTY = "empty"
    UNSAFE = "unsafe"
    NO_SUCH_PASSAGE = "no_such_passage"
    FABRICATED = "fabricated"
    STITCHED = "stitched"
    MISATTRIBUTED = "misattributed"
    WRONG_LANGUAGE = "wrong_language"
    NUMBER = "number"
    NAME = "name"
    NEGATED = "negated"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a draft. `problem` is `None` where it passes.

    `reason` is one English line that can be sent back to the model, empty where it passes; it never repeats words of the
    passages. `located` is the exact span of the quote wherever one was found: for `MISATTRIBUTED` in the passage that has it.
    """

    draft: Draft
    problem: Problem | None
    reason: str
    located: Located | None

    @property
    def passes(self) -> bool:
        """Whether the claim may be shown."""
        return self.problem is None
