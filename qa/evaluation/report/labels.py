"""The words of the report in both languages, kept in `labels.json`, and how figures are written."""

import json
from collections.abc import Mapping
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


def written(value: float | None, how: str, *, sign: bool = False) -> str:
    """A figure as text.

    >>> written(0.1234, "share"), written(0.1234, "score"), written(12.4, "ms"), written(2345.6, "ms"), written(None, "share")
    ('12.3%', '0.123', '12 ms', '2.35 s', '–')
    >>> written(-0.021, "share", sign=True)
    '−2.1'
    """
    if value is None:
        return "–"
    plus = "+" if sign else ""
    if how == "share":
        text = f"{value * 100:{plus}.1f}" + ("" if sign else "%")
    elif how == "score":
        text = f"{value:{plus}.3f}"
    elif how == "ms":
        text = f"{value:{plus}.0f} ms" if abs(value) < 1000 else f"{value / 1000:{plus}.2f} s"
    else:
        text = f"{value:{plus}.1f}"
    return text.replace("-", "−")


def interval(bounds: list[float] | tuple[float, float] | None, how: str, *, sign: bool = False) -> str:
    """An interval as text, empty where there is none."""
    if not bounds:
        return ""
    low, high = (written(value, how, sign=sign).removesuffix("%") for value in bounds)
    return f"{low} to {high}"
