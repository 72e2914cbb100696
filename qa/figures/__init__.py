"""Numbers, dates and units of a text, in any script and spelling, as values that can be compared."""

from qa.figures.phrases import Number
from qa.figures.values import Figures, figures, missing_figure

__all__ = ["Figures", "Number", "figures", "missing_figure"]
