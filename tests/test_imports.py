"""Which package may import which; see DESIGN: one direction, no cycles."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("index", "qa", "prompts")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "tiktoken_plugin" not in path.parts
}
OUTER = ("qa.cli", "qa.service", "qa.chat", "qa.evaluation", "qa.feedback_api", "qa.reading.training")


def imports(tree: ast.AST, *, everywhere: bool) -> Iterator[str]:
    """The modules of ours that are imported: everywhere, or only while the importing module is being loaded."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in MODULES else str(node.module) for name in names)
        elif everywhere or not (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
        ):
            yield from imports(node, everywhere=everywhere)


@cache
def graph(*, everywhere: bool) -> dict[str, set[str]]:
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
    return {name: {found for found in imports(tree, everywhere=everywhere) if found in MODULES} for name, tree in trees.items()}


def test_no_module_imports_itself_round_a_corner():
    found = {name: others - {name} for name, others in graph(everywhere=False).items()}
    assert len(tuple(TopologicalSorter(found).static_order())) == len(MODULES) > 100


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("index", ("qa", "prompts")),
        ("prompts", ("qa",)),
        ("qa", OUTER),
        ("qa.service", ("qa.cli",)),
        ("qa.chat", ("qa.cli", "qa.service")),
    ],
    ids=["index", "prompts", "the core of qa", "the service", "the chat tools"],
)
def test_the_inner_never_imports_the_outer(inner: str, outer: tuple[str, ...]):
    def within(name: str, packages: tuple[str, ...]) -> bool:
        return any(name == package or name.startswith(f"{package}.") for package in packages)

    wrong = {
        (name, found)
        for name, others in graph(everywhere=True).items()
        if within(name, (inner,)) and not within(name, outer)
        for found in others
        if within(found, outer)
    }
    assert not wrong
