"""The targets of the fuzzer without the fuzzer: what was found once, what they begin with, and some thousand changed inputs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.found import FOUND
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

EXAMPLES = {"html": 8, "pdf": 8, "docx": 12, "settings": 10, "keys": 5, "dataset": 12, "gate": 12}


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, inputs in FOUND.items() for data in inputs])
def test_what_was_found_stays_mended(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_inputs(name: str) -> None:
    target = TARGETS[name]
    for seed in target.seeds:
        target.run(seed)

    @settings(
        max_examples=EXAMPLES.get(name, 25),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(changed(target))
    def run(data: bytes) -> None:
        target.run(data)

    run()


def changed(target: Target) -> st.SearchStrategy[bytes]:
    """A seed with some pieces taken out, doubled, or put in."""
    piece = st.one_of(st.sampled_from([*target.words, b"\0", b"\xff"]), st.binary(max_size=4))
    edit = st.tuples(st.integers(0, 400), st.integers(0, 40), piece, st.integers(0, 3))
    return st.builds(_edited, st.sampled_from(list(target.seeds)), st.lists(edit, max_size=6))


def _edited(seed: bytes, edits: list[tuple[int, int, bytes, int]]) -> bytes:
    for at, length, piece, times in edits:
        place = at % (len(seed) + 1)
        seed = seed[:place] + piece * times + (seed[place : place + length] if times == 0 else seed[place + length % 3 :])
    return seed
