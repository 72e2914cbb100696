"""Measuring: datasets, metrics, runs and reports. `from qa.evaluation import evaluate` measures any system.

>>> from qa.evaluation import Dataset, Question, evaluate
>>> dataset = Dataset(
...     "three questions",
...     (
...         Question("1", "Where is the lighthouse?", "en", answers=("in Aden",)),
...         Question("2", "أين المنارة؟", "ar", answers=("في عدن",)),
...         Question("3", "Who painted it?", "en", answerable=False),
...     ),
... )
>>> def oracle(question):
...     return "تقف المنارة في عَدَن منذ قرون." if "أين" in question else None
>>> metrics = evaluate(oracle, dataset)
>>> metrics["answers"]["contains_gold"], metrics["answers"]["accuracy"], metrics["abstention"]["refused_unanswerable"]
(0.5, 0.6666666666666666, 1.0)
>>> metrics["by"]["lang"]["ar"]["answers"]["contains_gold"]
1.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.evaluation.datasets import Dataset, Question, load_dataset
    from qa.evaluation.errors import DatasetError
    from qa.evaluation.evaluating import evaluate
    from qa.evaluation.running import run

__all__ = ["Dataset", "DatasetError", "Question", "evaluate", "load_dataset", "run"]

_HOMES = {
    "Dataset": "datasets",
    "DatasetError": "errors",
    "Question": "datasets",
    "evaluate": "evaluating",
    "load_dataset": "datasets",
    "run": "running",
}


def __getattr__(name: str) -> Any:
    """The public names on first use, so that the command line pays for nothing it does not need."""
    if name in _HOMES:
        return getattr(import_module(f"qa.evaluation.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'qa.evaluation' has no attribute {name!r}")
