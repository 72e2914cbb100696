"""How often the gate lets through what it should not, and the other way round, on parallel sentences.

`python tests/benchmarks/bench_gate.py FOLDER [--most 400] [--show KIND]`, where FOLDER holds `ntrex.tsv.gz` and
`flores.tsv.gz`, lines of `arabic<TAB>english`. A sentence is the passage and the quote, its translation the claim, in both
directions. The translation should pass; with one digit altered, one name swapped, the sentence negated or another sentence's
translation it should not. The bundled lexicon has seen these sentences in its training, and those of
`tico.tsv.gz` (`--sets tico`) too, which flatters the first figure: no parallel set here is held out.
"""

import argparse
import gzip
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from index.article import Language
from index.crosslingual import same_name
from index.crosslingual.transliteration import bundled
from index.hits import Hit
from index.language import fold
from qa.gate import Draft, Gate, Judged

SETS = ("ntrex", "flores")
_CAPITALISED = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
_ARABIC = re.compile(r"[\u0620-\u064a]{3,}")
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|may|should|must)\b(?! not|n't)")
_ARABIC_VERB = re.compile(
    r"\b(?:قال|أعلن|كان|كانت|يمكن|يكون|تكون|يقول|تم|أصبح|أكد|وقع|شهد|حصل|فاز|يعتقد|يوجد|هناك|بدأ|وصل|أدى|تعد|يعد)\b"
)
_NO = re.compile(r"\b(?:not|n't|no|never|without|nor|neither)\b|n't\b|\b(?:لا|لم|لن|ليس|ليست|غير|دون|بدون|عدم)\b")

Pair = tuple[str, str]  # Arabic, English
Names = list[tuple[str, str]]  # English, Arabic


def pairs(folder: Path, name: str, most: int) -> list[Pair]:
    """Some pairs of a set, always the same ones."""
    with gzip.open(folder / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
        found = [tuple(line.rstrip("\n").split("\t")) for line in lines]
    chosen = random.Random(7).sample([one for one in found if len(one) == 2 and 40 < len(one[1]) < 400], k=most)
    return [(one[0], one[1]) for one in chosen]


@cache
def names(pair: Pair) -> Names:
    """Names that stand in both sentences."""
    found = []
    for english in _CAPITALISED.findall(pair[1]):
        likely = max(_ARABIC.findall(pair[0]), key=lambda word: _sounds_like(english, word), default="")
        if likely and _sounds_like(english, likely) > 0.4:
            found.append((english, likely))
    return found


def _sounds_like(english: str, arabic: str) -> float:
    """By spelling alone: "Party" and «الحزب» are no name."""
    return bundled().likeness(fold(english), re.sub(r"\A[وبلفك]?(?:ال|ل)?(?=...)", "", fold(arabic)))


def altered_digit(claim: str, chance: random.Random) -> str | None:
    """The claim with one digit changed."""
    digits = [match.start() for match in re.finditer(r"[1-9]", claim)]
    if not digits:
        return None
    at = chance.choice(digits)
    other = chance.choice([digit for digit in "123456789" if digit != claim[at]])
    return claim[:at] + other + claim[at + 1 :]


def negated(claim: str, language: Language) -> str | None:
    """The claim turned into its contrary; `None` where it has a negation already or no place for one."""
    if _NO.search(claim):
        return None
    if language == "en":
        return _AUXILIARY.sub(r"\1 not", claim, count=1) if _AUXILIARY.search(claim) else None
    return _ARABIC_VERB.sub(lambda match: f"لم {match.group()}", claim, count=1) if _ARABIC_VERB.search(claim) else None


def swapped_name(claim: str, own: Names, pool: Names, language: Language, chance: random.Random) -> str | None:
    """The claim with one of its names replaced by one from elsewhere."""
    if not own:
        return None
    side = 0 if language == "en" else 1
    chosen = chance.choice(own)[side]
    for other in chance.sample(pool, k=min(len(pool), 20)):
        if fold(other[side]) not in fold(claim) and all(same_name(other[0], one[1]) < 0.1 for one in own):
            return claim.replace(chosen, other[side])
    return None


def claims(found: Sequence[Pair], language: Language) -> Iterator[tuple[str, str, str]]:
    """Kind, quote and claim, the claims in `language`."""
    chance = random.Random(11)
    quote_side, side = (0, 1) if language == "en" else (1, 0)
    pool = [name for pair in found for name in names(pair)]
    for number, pair in enumerate(found):
        quote, claim = pair[quote_side], pair[side]
        yield "translation", quote, claim
        yield "another sentence", quote, found[(number + 1) % len(found)][side]
        if (wrong := altered_digit(claim, chance)) is not None:
            yield "altered digit", quote, wrong
        if (wrong := negated(claim, language)) is not None:
            yield "negated", quote, wrong
        if (wrong := swapped_name(claim, names(pair), pool, language, chance)) is not None:
            yield "swapped name", quote, wrong


def main() -> None:
    """Print shares of claims that pass, per set, direction and kind, and the time per claim."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--show", help="print the claims of this kind that were judged wrongly")
    options = parser.parse_args()
    gate = Gate()
    for name in options.sets.split(","):
        if not (options.folder / f"{name}.tsv.gz").exists():
            sys.exit(f"{options.folder} holds no {name}.tsv.gz: name the folder of parallel sentences")
        found = pairs(options.folder, name, options.most)
        for language in ("en", "ar"):
            measure(gate, name, found, language, options.show)


def measure(gate: Gate, name: str, found: Sequence[Pair], language: Language, show: str | None) -> None:
    """Judge every claim of one set and direction."""
    judged: dict[str, list[Judged]] = defaultdict(list)
    times = []
    for kind, quote, claim in claims(found, language):
        hit = Hit("a#0", "a", quote, 0, len(quote), 1.0, "ar" if language == "en" else "en")
        began = time.process_time()
        verdict = gate.judge(Draft(claim, 1, quote), [hit], language)
        times.append(time.process_time() - began)
        judged[kind].append(verdict)
        if kind == show and verdict.passes is (kind != "translation"):
            print(f"--- {verdict.problem} {verdict.reason}\n  {quote}\n  {claim}")
    for kind, verdicts in judged.items():
        why = defaultdict(int)
        for verdict in verdicts:
            why[str(verdict.problem)] += verdict.problem is not None
        passed = sum(verdict.passes for verdict in verdicts)
        print(f"{name:7}{language}  {kind:18}{passed / len(verdicts):7.1%} pass of {len(verdicts):5}  {dict(why)}")
    middle, late = (1000 * float(np.quantile(times, share)) for share in (0.5, 0.95))
    print(f"{name:7}{language}  ms per claim: median {middle:.2f}, p95 {late:.2f}, mean {1000 * float(np.mean(times)):.2f}")


if __name__ == "__main__":
    main()
