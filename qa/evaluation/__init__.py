"""Measuring: datasets, metrics, runs and reports. `from qa.evaluation import evaluate` measures any system.

>>> from qa.evaluation import Dataset, Question, evaluate
>>> dataset = Dataset(
...     "two questions",
...     (
...         Question("1", "Where is the sea?", "en", answers=("in Aden",)),
...         Question("2", "أين البحر؟", "ar", answers=("في عدن",)),
...     ),
... )
>>> metrics = evaluate(lambda question: "في عَدَن." if "أين" in question else "I do not know.", dataset)
>>> metrics["answers"]["contains_gold"]
0.5
>>> metrics["by"]["lang"]["ar"]["answers"]["exact_match"]
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
