"""From what was measured to one honest table, as Markdown and as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.peers.environments import OURS
from tests.benchmarks.peers.material import Asked
from tests.benchmarks.peers.measuring import FREE, Results, same_for_all, score

_SCALE = (
    # the heading, the way to the figure, how it is written; less is better in all of them
    ("overhead per passage, CPU µs", ("index_cpu_us",), "{:.0f}"),
    ("indexing, s", ("index_wall_s",), "{:.0f}"),
    ("one question, CPU ms", ("query_cpu_ms",), "{:.1f}"),
    ("95 % within, CPU ms", ("query_p95_ms",), "{:.1f}"),
    ("first hits of a new process, CPU s", ("first", "cpu_s"), "{:.1f}"),
    ("peak memory indexing, MB", ("index_peak_mb",), "{:.0f}"),
    ("peak memory asking, MB", ("query_peak_mb",), "{:.0f}"),
    ("disk, MB", ("disk_mb",), "{:.0f}"),
)
_SCORES = (("first", "first"), ("five", "in five"), ("mrr", "MRR@10"))


def report(results: Mapping[str, Results], asked: Sequence[Asked], facts: Mapping[str, Any]) -> dict[str, Any]:
    """All figures as plain JSON: `facts` say when, where and on what they were measured."""
    same = same_for_all(results)
    retrieval = [
        {"system": result["about"]["name"], "retriever": retriever}
        | {one.direction: score(found[one.direction]["found"], one, same) for one in asked if one.direction in found}
        for result in results.values()
        for retriever, found in result["retrieval"].items()
    ]
    start = [
        {"system": result["about"]["name"], "retriever": retriever, **found}
        for result in results.values()
        for retriever, found in result["start"].items()
    ]
    scale = [{"system": result["about"]["name"], **result["scale"]} for result in results.values() if "scale" in result]
    about = {key: result["about"] for key, result in results.items()}
    failures = [(result["about"]["name"], *one) for result in results.values() for one in result["failed"].items()]
    tables = {"retrieval": retrieval, "start": start, "scale": scale}
    ours = results[OURS]["about"]["name"] if OURS in results else ""
    return {
        "facts": dict(facts),
        "about": about,
        **tables,
        "failed": {f"{system}: {name}": why for system, name, why in failures},
        "theirs": theirs(tables, asked, ours),
    }


def theirs(tables: Mapping[str, list[dict[str, Any]]], asked: Sequence[Asked], ours: str) -> list[str]:
    """Every column in which another system is better than ours, in words."""
    out = []
    for one in asked:
        for name, heading in _SCORES:
            rows = [(row[one.direction][name], row) for row in tables["retrieval"] if one.direction in row]
            out += _better(rows, ours, f"{one.direction} {heading}", "{:.1%}", less=False)
    for heading, way, form in _SCALE:
        out += _better([(_at(row, way), row) for row in tables["scale"]], ours, heading, form, less=True)
    rows = [(row["cpu_s"], row) for row in tables["start"] if FREE not in row["retriever"]]
    return out + _better(rows, ours, "first hits of a new process over the dataset, CPU s", "{:.2f}", less=True)


def _better(rows: Sequence[tuple[float, dict[str, Any]]], ours: str, heading: str, form: str, *, less: bool) -> list[str]:
    own = [value for value, row in rows if row["system"] == ours]
    if not own:
        return []
    best = min(own) if less else max(own)
    return [
        f"{row['system']}{', ' + row['retriever'] if 'retriever' in row else ''}: {heading} {form.format(value)}, "
        f"{ours} {form.format(best)}"
        for value, row in rows
        if row["system"] != ours and (value < best if less else value > best)
    ]


def _at(row: Mapping[str, Any], way: Sequence[str]) -> float:
    value: Any = row
    for name in way:
        value = value[name]
    return float(value)


def markdown(document: Mapping[str, Any], not_measured: Sequence[str]) -> str:
    """The page of it."""
    facts = document["facts"]
    parts = [
        "# Dalil beside its peers",
        f"{facts['day']}, {facts['cores']} cores ({facts['processor']}), load {facts['load']} at the start. "
        f"{facts['dataset']}: {facts['passages']} passages, {facts['questions']}.",
        "## Finding the right passage",
        _retrieval_table(document["retrieval"], facts["directions"]),
        "## A new process until its first hits",
        "Over the passages of the dataset: import, open what was persisted, search. Medians. What is called an answer is "
        "Dalil's whole answer; the others give none without a language model.",
        _start_table(document["start"]),
        f"## {facts['count']:,} passages, BM25 and vectors, with an encoder that costs nothing",
        _scale_table(document["scale"]),
        "Overhead is all that happens between the texts in memory and the index on disk, without the encoder's own time.",
        "## Where others are ahead of Dalil",
        _list(document["theirs"]) or ("Nowhere in these tables." if OURS in document["about"] else "Dalil was not measured."),
        "## Versions and settings",
        _list(_settings(document["about"])),
        "## Not measured",
        _list([*not_measured, *(f"{name} failed: {why}" for name, why in document["failed"].items())]),
    ]
    return "\n\n".join(parts) + "\n"


def _retrieval_table(rows: Sequence[Mapping[str, Any]], directions: Sequence[str]) -> str:
    head = ["system", "retriever", *(f"{direction} {heading}" for direction in directions for _, heading in _SCORES)]
    body = []
    for row in rows:
        cells = [row["system"], row["retriever"]]
        for direction in directions:
            scores = row.get(direction)
            cells += ["–" if scores is None else f"{100 * scores[name]:.1f}" for name, _ in _SCORES]
        body.append(cells)
    return _table(head, body)


def _start_table(rows: Sequence[Mapping[str, Any]]) -> str:
    body = [
        [row["system"], row["retriever"], f"{row['cpu_s']:.2f}", f"{row['wall_s']:.2f}", f"{row['peak_mb']:.0f}"]
        for row in rows
        if FREE not in row["retriever"]
    ]
    return _table(["system", "retriever", "CPU s", "s", "peak memory, MB"], body)


def _scale_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """One column for each system: the headings are long and the systems few."""
    body = [[heading, *(form.format(_at(row, way)) for row in rows)] for heading, way, form in _SCALE]
    return _table(["", *(str(row["system"]) for row in rows)], body)


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _settings(about: Mapping[str, Mapping[str, Any]]) -> list[str]:
    out = []
    for one in about.values():
        versions = ", ".join(f"{package} {version}" for package, version in one["versions"].items())
        out.append(f"**{one['name']}** ({versions})")
        out += [f"{one['name']}, {name}: {settings}" for name, settings in one["retrievers"].items()]
    return out
