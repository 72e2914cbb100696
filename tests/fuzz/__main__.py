"""A coverage-guided fuzzer over everything that reads what others wrote.

`python -m tests.fuzz TARGET --minutes 10`, or `all`. Needs `pip install atheris` (Linux, Python 3.11 to 3.13). An input that
breaks something is left in the working folder and printed as a literal for `tests/fuzz/found.py`.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "dalil-fuzz"
_LONGEST_INPUT = 4096
_MEMORY_MB = 3000
_SECONDS_AN_INPUT = 10


def main() -> int:
    """Fuzz one target, or one after the other; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("target", nargs="+", help="names of targets, or `all`; `list` shows them")
    parser.add_argument("--minutes", type=float, default=10, help="for each target")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where inputs that were worth keeping stay between runs")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return _fuzz(options.target[0], options.minutes, options.folder)
    from tests.fuzz.targets import TARGETS

    if options.target == ["list"]:
        print("\n".join(TARGETS))
        return 0
    names = list(TARGETS) if options.target == ["all"] else options.target
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    failed = [name for name in names if _run(name, options.minutes, options.folder)]
    print("found something:", ", ".join(failed) if failed else "nothing")
    return 1 if failed else 0


def _run(name: str, minutes: float, folder: Path) -> bool:
    """Fuzz in a process of its own, as libFuzzer ends the process that it finds something in."""
    before = set(folder.glob(f"{name}-crash/*"))
    command = [sys.executable, "-m", "tests.fuzz", name, "--inside", "--minutes", str(minutes), "--folder", str(folder)]
    print(f"{name}: {minutes:g} minutes", flush=True)
    code = subprocess.run(command, check=False).returncode
    for file in sorted(set(folder.glob(f"{name}-crash/*")) - before):
        print(f"{file}: {file.read_bytes()!r}")
    return code != 0


def _word(word: bytes) -> str:
    escaped = "".join(f"\\x{byte:02x}" for byte in word)
    return f'"{escaped}"\n'


def _fuzz(name: str, minutes: float, folder: Path) -> int:
    try:
        import atheris
    except ModuleNotFoundError:
        print("this needs atheris: pip install atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["index", "qa"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    corpus, crashes, words = folder / name, folder / f"{name}-crash", folder / f"{name}.words"
    for place in (corpus, crashes):
        place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed{number}").write_bytes(seed)
    words.write_text("".join(_word(word) for word in target.words))
    limits = [
        f"-max_total_time={round(60 * minutes)}",
        f"-max_len={_LONGEST_INPUT}",
        f"-timeout={_SECONDS_AN_INPUT}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-artifact_prefix={crashes}/",
        f"-dict={words}",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *limits], target.run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
