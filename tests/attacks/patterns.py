"""Every regular expression of the code against long texts made to be hard for it.

`python -m tests.attacks.patterns` tries each in turn and ends with the first that takes longer than it may. The texts are built
from the pattern's own letters: one or two pieces over and over, and then something that the pattern does not want.
"""

import ast
import importlib
import itertools
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import regex

ROOT = Path(__file__).parents[2]
LENGTH = 10_000
SECONDS = 0.25
"""CPU time for one text. A pattern that reads it once takes a thousandth; one that begins anew at each letter takes more."""
SHORT = 2_000
SHORT_ONES = {
    "index.furniture._BREADCRUMB": "lines of 2,000 characters at most",
    "index.furniture._OPENING": "lines of 2,000 characters at most",
    "index.furniture._RELATED": "lines of 2,000 characters at most",
    "index.furniture._TAGS": "lines of 2,000 characters at most",
    "index.furniture._TWO_SENTENCES": "lines of 2,000 characters at most",
    "index.readers.markdown._FRONT_MATTER": "anchored, and each line of it is looked at twice at most",
    "qa.cli.render._INNER_QUOTE": "an answer of a few sentences",
    "qa.conversation.": "a question, or one word of it",
    "qa.evaluation.report.drawing.": "our own drawings",
    "qa.gate.safety.": "a claim, which a model has few tokens for",
    "qa.gate.names.": "a claim or a passage, word by word",
    "qa.reading.": "a question or a sentence of a passage",
    "qa.service.openai.tasks.": "a message that clients write themselves, of limited length",
}
"""Patterns that only ever see texts of limited length, and why; by how their names begin."""
_REGEX_ALONE = regex.V0 | regex.V1
_CALLS = frozenset(("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"))
_PIECES, _MOST_TEXTS = 4, 9


def modules() -> list[str]:
    """Every module of the three packages, but those that only train models."""
    paths = (path for package in ("index", "qa", "prompts") for path in sorted((ROOT / package).rglob("*.py")))
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
        if not {"training", "tiktoken_plugin", "__main__.py"} & set(path.parts)
    ]


def written(name: str) -> Iterator[tuple[str, str | bytes, int]]:
    """The patterns that stand in a module: compiled at its top, and literals in calls of `re` anywhere in it."""
    module = importlib.import_module(name)
    for variable, value in vars(module).items():
        for pattern in _inside(value):
            yield f"{name}.{variable}", pattern.pattern, pattern.flags
    for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS:
            first = node.args[0] if node.args else None
            # Those that are compiled at the top of a module are there already.
            literal = getattr(node.func.value, "id", "") == "re" and isinstance(first, ast.Constant)
            if literal and node.func.attr != "compile":
                yield f"{name}:{node.lineno}:{node.func.attr}", first.value, 0


def _inside(value: Any, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 3:
        yield from (found for item in value.values() for found in _inside(item, depth + 1))
    elif isinstance(value, list | tuple | set | frozenset) and depth < 3 and len(value) < 200:
        yield from (found for item in value for found in _inside(item, depth + 1))


def pieces(pattern: str | bytes, flags: int) -> list[str]:
    """Letters and words that the pattern speaks of, those under a repetition first."""
    source = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    repeated, other = list[str](), list[str]()
    _collect(_parser.parse(source, flags & ~re.UNICODE if isinstance(pattern, bytes) else flags), False, repeated, other)
    return list(dict.fromkeys([*repeated, *other, " ", "a"]))


def _collect(parsed: Any, inside: bool, repeated: list[str], other: list[str]) -> None:
    word = ""
    for operator, value in parsed:
        into = repeated if inside else other
        if operator is _constants.LITERAL:
            word += chr(value)
            into.append(chr(value))
            continue
        if len(word) > 1:
            into.append(word)
        word = ""
        if operator is _constants.IN:
            into += _examples(value)
        elif operator is _constants.NOT_LITERAL or operator is _constants.ANY:
            into.append("x")
        elif operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, getattr(_constants, "POSSESSIVE_REPEAT", None)):
            _collect(value[2], value[1] > 5 or inside, repeated, other)
        elif operator is _constants.SUBPATTERN:
            _collect(value[3], inside, repeated, other)
        elif operator is _constants.BRANCH:
            for one in value[1]:
                _collect(one, inside, repeated, other)
        elif operator in (_constants.ASSERT, _constants.ASSERT_NOT):
            _collect(value[1], inside, repeated, other)
        elif operator is getattr(_constants, "ATOMIC_GROUP", None):
            _collect(value, inside, repeated, other)
    if len(word) > 1:
        (repeated if inside else other).append(word)


_CLASSES = {
    "CATEGORY_DIGIT": "7",
    "CATEGORY_SPACE": " ",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_SPACE": "x",
    "CATEGORY_NOT_WORD": "-",
}


def _examples(items: Any) -> list[str]:
    out: list[str] = []
    for operator, value in items:
        if operator is _constants.NEGATE:
            return ["x", " ", "é"]
        if operator is _constants.LITERAL:
            out.append(chr(value))
        elif operator is _constants.RANGE:
            out.append(chr(value[0]))
        elif operator is _constants.CATEGORY:
            out.append(_CLASSES.get(str(value), "\n"))
    return out[:3]


def texts(found: list[str], length: int) -> Iterator[str]:
    """Long texts of one piece and of two, begun and ended in ways that let a pattern begin but not end."""
    few = found[:_PIECES]
    units = [*few, *("".join(pair) for pair in itertools.permutations(few, 2))]
    for unit in units[:_MOST_TEXTS]:
        body = unit * (length // len(unit))
        yield body + "\x00"
        yield few[0] + body
        yield "\n" + body + "!\n"


def hard(pattern: str | bytes, flags: int, methods: frozenset[str], length: int) -> None:
    """Try one pattern on all its texts, in the ways in which it is used; the process ends where one takes too long."""
    compiled = re.compile(pattern, flags)
    for text in texts(pieces(pattern, flags), length):
        data: Any = text.encode("latin-1", "replace") if isinstance(pattern, bytes) else text
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        if methods & {"match", "fullmatch"}:
            compiled.match(data)
            compiled.fullmatch(data)
        if methods - {"match", "fullmatch"}:
            for _ in compiled.finditer(data):
                pass
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def used(source: str, name: str) -> frozenset[str]:
    """The methods that a module calls on a pattern of its own; all of them where it is handed on."""
    found = frozenset(re.findall(rf"\b{re.escape(name)}\.(\w+)", source)) & _CALLS
    alone = re.search(rf"\b{re.escape(name)}\b(?!\.|\s*=)", source)
    return _CALLS if alone or not found else found


def main() -> int:
    """Try all, or the modules named."""
    seen = set()
    for name in sys.argv[1:] or modules():
        source = Path(importlib.import_module(name).__file__ or "").read_text(encoding="utf-8")
        for where, pattern, flags in written(name):
            if (pattern, flags) in seen or flags & _REGEX_ALONE:
                continue
            seen.add((pattern, flags))
            print(where, repr(pattern)[:120], flush=True)
            short = any(where.startswith(begins) for begins in SHORT_ONES)
            methods = (
                used(source, where.removeprefix(f"{name}.")) if ":" not in where else frozenset({where.rpartition(":")[2]})
            )
            hard(pattern, flags, methods, SHORT if short else LENGTH)
    print("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
