"""Plots as SVG that takes its colours from the page, so that one picture serves light, dark and print.

matplotlib is imported here alone. It joins and orders Arabic letters itself, and turns them into outlines: no font of the
reader is needed. Charts of bars and dots are mirrored in Arabic; curves keep their axes.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from index.errors import MissingExtra
from qa.evaluation.report.labels import Interface

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Bar = tuple[float, float, float]
"""A figure with the bounds of its interval."""

WIDTH = 4.6
_INK, _QUIET, _LINE, _PAPER = "#1d2321", "#5b6662", "#dcdfdb", "#fffffe"
SERIES = ("#0b6e5e", "#c2570d", "#2f66b0", "#8a4a9e", "#7a6a00", "#a32638")
_COLOURS = {
    _INK: "var(--ink)",
    _QUIET: "var(--quiet)",
    _LINE: "var(--line)",
    _PAPER: "var(--card)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, 1)},
}
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "xtick.color": _LINE,
    "ytick.color": _LINE,
    "xtick.labelcolor": _QUIET,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
    "svg.fonttype": "path",
}
_NOISE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|\s+xmlns(?::\w+)?=\"[^\"]*\"", re.DOTALL)
_SIZE = re.compile(r'(<svg\b[^>]*?)\s+width="[^"]*"\s+height="[^"]*"')
_ID = re.compile(r'(\bid="|url\(#|xlink:href="#|\bhref="#)')
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def require() -> None:
    """Raise `MissingExtra` where plots cannot be drawn, before any work is done."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtra(
            "reports draw their plots with matplotlib, which is not installed: pip install matplotlib"
        ) from error


def label(text: str, longest: int = 28) -> str:
    """A label from a dataset or a run, without control characters, cut when it is long."""
    text = " ".join(_UNSEEN.sub(" ", text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


@contextmanager
def canvas(height: float, name: str, done: Callable[[str], None]) -> Iterator["Axes"]:
    """Axes to draw on; `done` gets the SVG. `name` keeps the ids of several plots on one page apart."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {**_STYLE, "svg.hashsalt": name}
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        yield axes
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    done(_for_page(out.getvalue(), name))


def _for_page(svg: str, name: str) -> str:
    svg = _SIZE.sub(r"\1", _NOISE.sub("", svg))
    svg = _ID.sub(rf"\g<1>{name}-", svg)
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    return svg.replace('<style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>', "").strip()


def dots(axes: "Axes", rows: Sequence[str], series: Sequence[tuple[str, Sequence[Bar | None]]], interface: Interface) -> None:
    """A row for each label, a dot with its interval for each series; the first row on top."""
    step = 0.7 / max(1, len(series))
    for number, (name, bars) in enumerate(series):
        colour = SERIES[number % len(SERIES)]
        points = [(at - 0.35 + step * (number + 0.5), bar) for at, bar in enumerate(bars) if bar is not None]
        if points:
            axes.hlines([y for y, _ in points], [b[1] for _, b in points], [b[2] for _, b in points], color=colour, linewidth=2)
            xs, ys = [bar[0] for _, bar in points], [y for y, _ in points]
            axes.plot(xs, ys, "o", color=colour, markersize=5, label=label(name), clip_on=False, zorder=3)
    axes.set_yticks(range(len(rows)), [label(row, 40) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.tick_params(length=0)
    mirror(axes, interface)
    if len(series) > 1:
        legend(axes, interface)


def mirror(axes: "Axes", interface: Interface) -> None:
    """Let a chart begin at the right in Arabic."""
    if interface == "ar":
        axes.invert_xaxis()
        axes.yaxis.tick_right()
        axes.spines["left"].set_visible(False)
        axes.spines["right"].set_visible(True)
        axes.tick_params(length=0)


def legend(axes: "Axes", interface: Interface) -> None:
    """Below the plot, markers on the side where reading begins."""
    axes.figure.legend(loc="outside lower center", ncols=3, markerfirst=interface == "en", fontsize=8.5, handlelength=1.2)


def per_cent(axis: Any) -> None:
    """Write the ticks of shares as per cent."""
    axis.set_major_formatter(lambda value, _: f"{value * 100:.0f}%")


def forest(
    axes: "Axes", rows: Sequence[str], bars: Sequence[Bar], gains: Sequence[float], sure: Sequence[bool], interface: Interface
) -> None:
    """Differences around 0; `gains` tells the better from the worse, full dots are sure."""
    axes.axvline(0, color=_QUIET, linewidth=1)
    for at, (bar, gain, full) in enumerate(zip(bars, gains, sure, strict=True)):
        colour = SERIES[0] if gain > 0 else SERIES[1] if gain < 0 else _QUIET
        axes.hlines(at, bar[1], bar[2], color=colour, linewidth=2)
        axes.plot(bar[0], at, "o", color=colour, markersize=6, markerfacecolor=colour if full else _PAPER)
    axes.set_yticks(range(len(rows)), [label(row, 40) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.tick_params(length=0)
    mirror(axes, interface)


def diverging(axes: "Axes", rows: Sequence[str], lost: Sequence[int], won: Sequence[int], interface: Interface) -> None:
    """Bars to both sides of 0: lost and won."""
    from matplotlib.ticker import MaxNLocator

    axes.barh(range(len(rows)), [-count for count in lost], color=SERIES[1], height=0.6)
    axes.barh(range(len(rows)), won, color=SERIES[0], height=0.6)
    axes.axvline(0, color=_QUIET, linewidth=1)
    most = max([*lost, *won, 1]) * 1.15
    axes.set_xlim(-most, most)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    axes.set_yticks(range(len(rows)), [label(row) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.tick_params(length=0)
    mirror(axes, interface)
