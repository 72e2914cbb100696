"""The bilingual lexicon: IBM Model 1 in both directions, made to agree.

Brown et al. 1993, "The mathematics of statistical machine translation"; the two directions are joined by multiplying their
link posteriors, as in Liang, Taskar and Klein 2006, "Alignment by agreement". All arrays; a link is one pair of an English and
an Arabic token of one sentence pair.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.crosslingual.words import Words
from index.embedding.training.sources import Pair
from index.language.stemming import terms

logger = logging.getLogger(__name__)
MAX_TOKENS = 45
LEAST = 0.003  # expected counts below this are noise
OTHERS = 0.15  # what a learned translation weighs where others are written
FLATTEN = 0.7  # counts are raised to this power: much of one subject's texts says little about a word elsewhere


@dataclass(frozen=True)
class Counts:
    """Expected counts of translations: `english[i]` stands for `arabic[i]` about `count[i]` times (weights included)."""

    english: list[str]
    arabic: list[str]
    count: NDArray[np.float64]


@dataclass(frozen=True)
class _Links:
    """All links of all pairs: type of the link, and the English and Arabic token it joins; weights per link."""

    kind: NDArray[np.int64]  # (links,) number of the (english, arabic) type
    kinds: NDArray[np.int64]  # (types, 2) the English and the Arabic word of each type
    english_token: NDArray[np.int64]
    arabic_token: NDArray[np.int64]
    weight: NDArray[np.float64]


def _number(tokens: Sequence[list[str]]) -> tuple[list[str], list[NDArray[np.int64]]]:
    words = ["", *sorted({token for sentence in tokens for token in sentence})]
    number = {word: i for i, word in enumerate(words)}
    return words, [np.array([0] + [number[token] for token in sentence]) for sentence in tokens]


def _links(
    english: list[NDArray[np.int64]], arabic: list[NDArray[np.int64]], weights: NDArray[np.float64], width: int
) -> _Links:
    """The links of every pair but those between the two empty words (number 0, which open every sentence)."""
    keys, en_tokens, ar_tokens, per_link = [], [], [], []
    en_base = ar_base = 0
    for en, ar, weight in zip(english, arabic, weights, strict=True):
        keys.append((en[:, None] * width + ar[None, :]).ravel()[1:])
        en_tokens.append(np.repeat(np.arange(en_base, en_base + len(en)), len(ar))[1:])
        ar_tokens.append(np.tile(np.arange(ar_base, ar_base + len(ar)), len(en))[1:])
        per_link.append(np.full(len(en) * len(ar) - 1, weight))
        en_base += len(en)
        ar_base += len(ar)
    kinds, kind = np.unique(np.concatenate(keys), return_inverse=True)
    return _Links(
        kind.astype(np.int64),
        np.stack([kinds // width, kinds % width], axis=1),
        np.concatenate(en_tokens),
        np.concatenate(ar_tokens),
        np.concatenate(per_link),
    )


def _posterior(table: NDArray[np.float64], links: _Links, token: NDArray[np.int64]) -> NDArray[np.float64]:
    """How likely each link is among the links of its `token`."""
    probability = table[links.kind]
    return probability / np.maximum(np.bincount(token, probability), 1e-30)[token]


def align(pairs: Sequence[Pair], iterations: int = 6, alone: int = 2) -> Counts:
    """Expected translation counts over all `pairs`, stems as `terms` gives them.

    The directions learn apart for `alone` rounds, then from the links on which they agree.
    """
    english, arabic, weights = [], [], []
    for pair in pairs:
        en, ar = terms(pair.english), terms(pair.arabic)
        if 0 < len(en) <= MAX_TOKENS and 0 < len(ar) <= MAX_TOKENS:
            english.append(en)
            arabic.append(ar)
            weights.append(pair.weight)
    en_words, en_ids = _number(english)
    ar_words, ar_ids = _number(arabic)
    links = _links(en_ids, ar_ids, np.array(weights), len(ar_words))
    logger.info("%d pairs, %d links, %d kinds of link", len(weights), len(links.kind), len(links.kinds))
    from_en, from_ar = links.kinds[:, 0], links.kinds[:, 1]
    empty = (links.kinds == 0).any(axis=1)
    no_english, no_arabic = (from_en == 0)[links.kind], (from_ar == 0)[links.kind]
    to_arabic, to_english = _normalise(np.ones(len(empty)), from_en), _normalise(np.ones(len(empty)), from_ar)
    agreed = np.zeros(len(empty))
    for round_ in range(iterations):
        # Given English, an Arabic token comes from one English token (or the empty word), and the other way round.
        forward = np.where(no_arabic, 0.0, _posterior(to_arabic, links, links.arabic_token))
        backward = np.where(no_english, 0.0, _posterior(to_english, links, links.english_token))
        agreed = _count(links, forward * backward)
        apart = empty if round_ >= alone else np.ones_like(empty)  # where each direction keeps its own counts
        to_arabic = _normalise(np.where(apart, _count(links, forward), agreed) + 1e-9, from_en)
        to_english = _normalise(np.where(apart, _count(links, backward), agreed) + 1e-9, from_ar)
    real = ~empty & (agreed > LEAST)
    kept = links.kinds[real]
    flat = np.asarray(agreed[real] ** FLATTEN, np.float64)
    return Counts([en_words[i] for i in kept[:, 0]], [ar_words[i] for i in kept[:, 1]], flat)


def _count(links: _Links, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(links.kind, links.weight * posterior, len(links.kinds)), np.float64)


def _normalise(counts: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    return counts / np.maximum(np.bincount(group, counts), 1e-30)[group]


Table = Mapping[str, Mapping[str, float]]
"""For each word the words that it stands for, and their weights."""
_NONE: Table = {}


def pack(
    counts: Counts,
    options: int = 12,
    least: float = 0.04,
    *,
    written: Table = _NONE,
    forms: Table = _NONE,
    names: Table = _NONE,
    spelled: Table = _NONE,
    relatives: Table = _NONE,
) -> dict[str, NDArray[np.generic]]:
    """The arrays that `index.crosslingual.lexicon.Lexicon` reads.

    A learned option weighs P(target | source) times the root of P(source | target), the best of a word scaled to 1, and
    `OTHERS` of that where `written` has English stems (or, turned round, Arabic ones) with theirs. `forms` are English words
    that have options of their own, `names` those of names; `spelled` are Arabic stems with the English names that they spell,
    kept where nothing was learned of them; `relatives` are Arabic stems with others.
    """
    en, ar = np.unique(counts.english, return_inverse=True), np.unique(counts.arabic, return_inverse=True)
    to_arabic, to_english = _normalise(counts.count, en[1]), _normalise(counts.count, ar[1])
    learned = {
        "en-ar": _table(counts.english, counts.arabic, _scaled(to_arabic * np.sqrt(to_english), en[1])),
        "ar-en": _table(counts.arabic, counts.english, _scaled(to_english * np.sqrt(to_arabic), ar[1])),
    }
    tables = {
        "en-ar": _joined(learned["en-ar"], written),
        "ar-en": _joined(learned["ar-en"], _likelier(_turned(written), learned["ar-en"])),
        "form-ar": forms,
        "name-ar": names,
        "kin-ar": relatives,
        "spelled-en": {term: found for term, found in spelled.items() if term not in learned["ar-en"]},
    }
    sides = {direction.split("-")[0]: set(table) for direction, table in tables.items()}
    sides["en"] |= {other for found in tables["spelled-en"].values() for other in found}
    sides["ar"] |= {other for table in (forms, names, relatives) for found in table.values() for other in found}
    numbers = {}
    arrays: dict[str, NDArray[np.generic]] = {}
    for language, side in sides.items():
        ordered = sorted(side, key=str.encode)
        numbers[language] = {word: i for i, word in enumerate(ordered)}
        arrays[f"{language}.bytes"], arrays[f"{language}.offsets"] = Words.pack(ordered)
    for direction, table in tables.items():
        source, target = (numbers[language] for language in direction.split("-"))
        rows = [(source[word], target[other], weight) for word, found in table.items() for other, weight in found.items()]
        columns = np.array(rows or np.zeros((0, 3)), np.float64).T
        best = _best(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2], len(source), options, least)
        arrays |= {f"{direction}.{part}": array for part, array in best.items()}
    return arrays


def _scaled(weight: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    best = np.zeros(group.max(initial=-1) + 1)
    np.maximum.at(best, group, weight)
    return np.asarray(weight / best[group])


def _table(source: Sequence[str], target: Sequence[str], weights: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for word, other, weight in zip(source, target, weights.tolist(), strict=True):
        table.setdefault(word, {})[other] = weight
    return table


def _turned(table: Table) -> dict[str, dict[str, float]]:
    turned: dict[str, dict[str, float]] = {}
    for word, found in table.items():
        for other, weight in found.items():
            turned.setdefault(other, {})[word] = weight
    return turned


def _likelier(written: Table, learned: Table) -> Table:
    """Turned round, all words with one at the head of their list are alike: those come first that translations have."""
    return {
        word: {other: weight * (1 + learned.get(word, {}).get(other, 0.0)) / 2 for other, weight in found.items()}
        for word, found in written.items()
    }


def _joined(learned: Table, written: Table) -> Table:
    """Both, where both have a word: the written options, and the learned ones at `OTHERS` of their weight."""
    joined = dict(learned)
    for word, found in written.items():
        others = {other: OTHERS * weight for other, weight in learned.get(word, {}).items()}
        joined[word] = others | {other: max(weight, others.get(other, 0.0)) for other, weight in found.items()}
    return joined


def _best(
    source: NDArray[np.int64], target: NDArray[np.int64], weight: NDArray[np.float64], size: int, options: int, least: float
) -> dict[str, NDArray[np.generic]]:
    """For each of `size` source words its best targets, at most `options`, none below `least` of the best."""
    order = np.lexsort((target, -weight, source))
    source, target, weight = source[order], target[order], weight[order]
    first = np.searchsorted(source, np.arange(size))
    relative = weight / weight[first[source]]
    kept = (np.arange(len(source)) - first[source] < options) & (relative >= least)
    return {
        "starts": np.concatenate([[0], np.cumsum(np.bincount(source[kept], minlength=size))]).astype(np.uint32),
        "targets": target[kept].astype(np.uint32),
        "weights": np.maximum(np.round(255 * relative[kept]), 1).astype(np.uint8),
    }
