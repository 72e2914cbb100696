"""The words of the report in both languages, kept in `labels.json`, and how figures are written."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

Interface = Literal["ar", "en"]
INTERFACES: tuple[Interface, ...] = ("en", "ar")

HEADLINES = (
    ("answers", "accuracy"),
    ("answers", "precision"),
    ("answers", "f1"),
    ("answers", "citation_validity"),
    ("answers", "citation_recall"),
    ("retrieval", "recall@5"),
    ("abstention", "refused_unanswerable"),
    ("latency_ms", "p95"),
)
"""What is shown first, and tested by language when runs are compared."""

BASE_SECTIONS = ("answers", "retrieval", "passages", "abstention", "latency_ms")
RIGHT = ("correct", "refused_rightly")


@cache
def labels() -> dict[str, Any]:
    """The whole of `labels.json`."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("labels.json").read_text(encoding="utf-8"))
    return document


def word(part: str, key: str, interface: Interface, **values: object) -> str:
    """One label; a key that is not known stands for itself, such as a type of question that only a dataset knows."""
    found = labels()[part].get(key)
    text = key if found is None else str(found[interface])
    return text.format(**values) if values else text


def figure(section: str, name: str, interface: Interface) -> str:
    """What a figure is called: `("retrieval", "recall@5")` is "Right article in the first 5"."""
    stem, _, cutoff = name.partition("@")
    entry = labels()["figures"].get(f"{section}/{stem}")
    return name if entry is None else str(entry[interface]).replace("{k}", cutoff)


def _entry(section: str, name: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = labels()["figures"].get(f"{section}/{name.partition('@')[0]}", {})
    return entry


def kind(section: str, name: str) -> str:
    """How a figure is written: `share` (per cent), `score` (three decimals), `ms` or `number`."""
    return str(_entry(section, name).get("kind", "number"))


def better(section: str, name: str) -> int:
    """1 where more is better, -1 where less is, 0 where neither."""
    return int(_entry(section, name).get("better", 0))


def group(section: str, name: str) -> str:
    """Under which heading a figure is shown: that of its section, but citations have their own."""
    return str(_entry(section, name).get("group", section))


def order(section: str, name: str) -> tuple[int, int]:
    """Where a figure stands in a report: as in `labels.json`, those it does not know last."""
    known = list(labels()["figures"])
    key = f"{section}/{name.partition('@')[0]}"
    heading = group(section, name)
    sections = list(labels()["sections"])
    return (
        sections.index(heading) if heading in sections else len(sections),
        known.index(key) if key in known else len(known),
    )


def written(value: float | None, how: str, *, sign: bool = False) -> str:
    """A figure as text.

    >>> written(0.1234, "share"), written(0.1234, "score"), written(12.4, "ms"), written(2345.6, "ms"), written(None, "share")
    ('12.3%', '0.123', '12 ms', '2.35 s', '–')
    >>> written(-0.021, "share", sign=True)
    '−2.1'
    """
    if value is None:
        return "–"
    if how == "share":
        text = _fixed(value * 100, 1) + ("" if sign else "%")
    elif how == "score":
        text = _fixed(value, 3)
    elif how == "ms":
        text = f"{_fixed(value, 0)} ms" if abs(value) < 1000 else f"{_fixed(value / 1000, 2)} s"
    else:
        text = _fixed(value, 1)
    return ("+" if sign and value > 0 else "") + text.replace("-", "−")


def _fixed(value: float, places: int) -> str:
    """Halves away from zero, as JavaScript's `toFixed` has it, so that page and Markdown show the same digits."""
    return str(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def interval(bounds: list[float] | tuple[float, float] | None, how: str, *, sign: bool = False) -> str:
    """An interval as text, empty where there is none."""
    if not bounds:
        return ""
    low, high = (written(value, how, sign=sign).removesuffix("%") for value in bounds)
    if low.endswith(" ms") and high.endswith(" ms"):
        low = low.removesuffix(" ms")
    return f"{low} to {high}"
