"""Between a language model and the reader: passages go out fenced, and only claims that hold come back."""

from qa.gate.claims import Draft, Judged, Problem
from qa.gate.fencing import fenced
from qa.gate.gate import Gate

__all__ = ["Draft", "Gate", "Judged", "Problem", "fenced"]
