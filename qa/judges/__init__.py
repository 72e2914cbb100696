"""Judges of support: does this text bear out that statement?

`bundled` needs nothing; `nli:MODEL` is any sequence-classification model with an entailment label; `llm:MODEL@URL` asks a chat
model behind an OpenAI-compatible address and counts what it costs.
"""

from threading import Lock
from typing import Any, Protocol

from qa.judges.errors import JudgeError

THRESHOLD = 0.5
"""From here on a score means yes."""


class Judge(Protocol):
    """`name` says which judge it was, `usage()` what it cost (calls, tokens, money where known)."""

    name: str

    def supports(self, premise: str, hypothesis: str) -> float:
        """0.0 to 1.0: how sure it is that whoever believes `premise` must believe `hypothesis`."""
        ...

    def usage(self) -> dict[str, Any]:
        """Counts so far."""
        ...


def load_judge(name: str, *, key: str | None = None, price: tuple[float, float] | None = None) -> Judge:
    """The judge called `bundled`, `nli:MODEL` or `llm:MODEL@URL`. `price` is money for a million tokens in and out.

    Raises `JudgeError` for any other name and for a model that cannot be loaded.
    """
    kind, _, rest = name.partition(":")
    if name == "bundled":
        from qa.judges.bundled import BundledJudge

        return BundledJudge()
    if kind == "nli" and rest:
        from qa.judges.nli import NliJudge

        return NliJudge(rest)
    if kind == "llm" and "@" in rest:
        from qa.judges.llm import LlmJudge

        model, _, url = rest.partition("@")
        return LlmJudge(model, url, key=key, price=price)
    raise JudgeError(f"no judge is called {name!r}: there are bundled, nli:MODEL and llm:MODEL@URL")


class LazyJudge:
    """A judge that is loaded when it is first asked, once for all threads. Raises what `load_judge` raises."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()
        self._judge: Judge | None = None

    def supports(self, premise: str, hypothesis: str) -> float:
        """See `Judge.supports`."""
        with self._lock:
            judge = self._judge = self._judge or load_judge(self.name)
        return judge.supports(premise, hypothesis)

    def usage(self) -> dict[str, Any]:
        """Counts so far; none before it was asked."""
        return self._judge.usage() if self._judge else {}


def agrees(judge: Judge, premise: str, hypothesis: str) -> bool:
    """Whether the judge says yes. Nothing supports an empty statement, and an empty text supports nothing."""
    return bool(premise.strip() and hypothesis.strip()) and judge.supports(premise, hypothesis) >= THRESHOLD
