"""The bilingual lexicon: which stems of the other language a stem (or a phrase of stems) may stand for, and how likely."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import mapped_arrays
from index.article import Language
from index.crosslingual.words import Words


class _Direction:
    """One direction: for source word `i`, `targets[starts[i]:starts[i + 1]]` with `weights` (1..255, 255 the best)."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]], source: Words, target: Words, name: str) -> None:
        self._source = source
        self._target = target
        self._starts = arrays[f"{name}.starts"]
        self._targets = arrays[f"{name}.targets"]
        self._weights = arrays[f"{name}.weights"]

    def find(self, word: str) -> list[tuple[str, float]]:
        number = self._source.find(word)
        if number is None:
            return []
        span = slice(int(self._starts[number]), int(self._starts[number + 1]))
        pairs = zip(self._targets[span].tolist(), self._weights[span].tolist(), strict=True)
        return [(self._target[target], weight / 255) for target, weight in pairs]


_APART = ("form", "name", "kin", "spelled")


class Lexicon:
    """Stems of both languages and their translations, as `index.embedding.training` wrote them.

    A phrase is its stems joined by blanks; only English phrases are kept, with the Arabic stems they stand for. Some English
    words have translations of their own: `fined` is no form of `fine`.
    """

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        english = Words(arrays["en.bytes"], arrays["en.offsets"])  # type: ignore[arg-type]
        arabic = Words(arrays["ar.bytes"], arrays["ar.offsets"])  # type: ignore[arg-type]
        sources = {kind: Words(arrays[f"{kind}.bytes"], arrays[f"{kind}.offsets"]) for kind in _APART}  # type: ignore[arg-type]
        self._forms, self._names, self._relatives = (
            _Direction(arrays, sources[kind], arabic, f"{kind}-ar") for kind in ("form", "name", "kin")
        )
        self._spelled = sources["spelled"]
        self._directions: dict[Language, _Direction] = {
            "ar": _Direction(arrays, english, arabic, "en-ar"),
            "en": _Direction(arrays, arabic, english, "ar-en"),
        }

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Read the file that training wrote."""
        return cls(mapped_arrays(path))

    def translations(self, term: str, target: Language) -> list[tuple[str, float]]:
        """Stems of the `target` language for a stem of the other one, best first, the best near 1; empty if unknown."""
        return self._directions[target].find(term)

    def of_word(self, word: str, term: str, target: Language) -> list[tuple[str, float]]:
        """What a folded word of the other language stands for: its own translations, or those of its stem `term`."""
        return (self._forms.find(word) if target == "ar" else []) or self.translations(term, target)

    def of_name(self, word: str) -> list[tuple[str, float]]:
        """Arabic stems for a folded English name: how it is spelled, or what it is called; empty where nobody settled that."""
        return self._names.find(word)

    def spells(self, term: str) -> bool:
        """Whether an Arabic stem spells a name, and is no word that translations have."""
        return self._spelled.find(term) is not None

    def relatives(self, term: str) -> list[tuple[str, float]]:
        """Arabic stems that may stand where `term` is asked for, best first: its plural, the verb to a noun, synonyms."""
        return [(other, weight) for other, weight in self._relatives.find(term) if other != term]
