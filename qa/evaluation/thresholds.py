"""`--min recall@5=0.9`: figures that a run must reach, for use in continuous integration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from index.errors import DalilError, InputError
from qa.evaluation.results import Metrics
from qa.evaluation.summary import SECTIONS, statistics


class ThresholdError(DalilError):
    """Raised when a figure is not where `--min` or `--max` wants it."""

    code = "threshold"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One bound on one figure, such as `f1`, `answers.f1`, `passages.recall@5` or `by.lang.en.recall@5`."""

    figure: str
    bound: float
    is_minimum: bool

    @classmethod
    def parse(cls, text: str, *, is_minimum: bool, k: int) -> "Threshold":
        """From `NAME=NUMBER`. Raises `InputError` for a number that is none and for a figure that there is not."""
        figure, equals, number = text.partition("=")
        figure = figure.strip()
        try:
            bound = float(number)
        except ValueError:
            raise InputError(f"{text!r} is not NAME=NUMBER, as in recall@5=0.9") from None
        if not equals or bound != bound:
            raise InputError(f"{text!r} is not NAME=NUMBER, as in recall@5=0.9")
        known = _names(k)
        if _plain(figure) not in known:
            raise InputError(
                f"there is no figure {figure!r}; there are {', '.join(sorted(name for name in known if '.' not in name))}"
            )
        return cls(figure, bound, is_minimum)

    def problem(self, metrics: Metrics) -> str | None:
        """What is wrong, or `None`."""
        value = look_up(metrics, self.figure)
        if value is None:
            return f"{self.figure} could not be measured"
        if (value < self.bound) if self.is_minimum else (value > self.bound):
            return f"{self.figure} is {value:.4g}, {'below' if self.is_minimum else 'above'} {self.bound:g}"
        return None


def check(metrics: Metrics, thresholds: Iterable[Threshold]) -> None:
    """Raises `ThresholdError` naming every figure that is out of bounds."""
    if problems := [problem for threshold in thresholds if (problem := threshold.problem(metrics))]:
        raise ThresholdError("; ".join(problems))


def look_up(metrics: Mapping[str, Any], figure: str) -> float | None:
    """The value of a figure by its name; sections are searched in their order where none is named."""
    if figure.startswith("by."):
        _, by, rest = figure.split(".", 2)
        groups = metrics.get("by", {}).get(by, {})
        for value in sorted(groups, key=len, reverse=True):
            if rest.startswith(f"{value}."):
                return look_up(groups[value], rest[len(value) + 1 :])
        return None
    section, _, name = figure.partition(".")
    if section in SECTIONS and name:
        return _number(metrics.get(section, {}).get(name))
    if figure in ("throughput", "questions"):
        return _number(metrics.get(figure))
    return next((_number(metrics[part][figure]) for part in SECTIONS if figure in metrics.get(part, {})), None)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _names(k: int) -> set[str]:
    named = {f"{section}.{name}" for section, names in statistics([], k).items() for name in names}
    return named | {name.split(".", 1)[1] for name in named} | {"throughput", "questions"}


def _plain(figure: str) -> str:
    """The figure without the group it is of: `by.lang.en.answers.f1` is `answers.f1`."""
    if not figure.startswith("by.") or figure.count(".") < 3:
        return figure
    parts = figure.split(".")
    return ".".join(parts[-2:]) if parts[-2] in SECTIONS and len(parts) > 4 else parts[-1]
