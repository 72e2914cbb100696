"""From a question to a grounded answer. `from qa import Dalil` is the front door."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.dalil import Dalil

__all__ = ["Dalil"]


def __getattr__(name: str) -> Any:
    """`qa.Dalil` on first use, so that importing a small part of `qa` stays cheap."""
    if name == "Dalil":
        from qa.dalil import Dalil

        return Dalil
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
