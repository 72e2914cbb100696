"""The bundled encoder without torch: the mean of word vectors, exactly as sentence-transformers' StaticEmbedding computes it.

The folder is an ordinary sentence-transformers model. Here its tokenizer is not run: words are found by
`index.language.stemming`, which the tokenizer imitates, and looked up in its vocabulary.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from itertools import chain, islice, takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import mapped_arrays
from index.errors import ModelError
from index.language.folding import fold
from index.language.stemming import stems, words
from index.remembered import Remembered

_BATCH = 64


def _is_ending(token: str) -> bool:
    return token.startswith("##")


class _Vocabulary:
    """Finds the token of a folded word, 0 for the unknown."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        # Training puts them first, behind the unknown token: looking at all of them would take longer than reading the file.
        self._endings = {token[2:] for token in takewhile(_is_ending, islice(vocabulary, 1, None))}
        self._longest = max(map(len, self._endings), default=0)

    def number(self, word: str) -> int:
        """The token of a word."""
        return self._find(stems((word,))[0] if "\u0620" <= word[0] <= "\u08ff" else word)

    def _find(self, token: str) -> int:
        """WordPiece: the longest known beginning, if what is left is made of known endings."""
        for end in range(len(token), 0, -1):
            found = self._vocabulary.get(token[:end])
            if found is not None:
                return found if self._ends(token[end:]) else 0
        return 0

    def _ends(self, rest: str) -> bool:
        while rest:
            for length in range(min(self._longest, len(rest)), 0, -1):
                if rest[:length] in self._endings:
                    rest = rest[length:]
                    break
            else:
                return False
        return True


class StaticEncoder:
    """The bundled encoder. Thread-safe: encoding changes nothing but the cache of words."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        rows: NDArray[np.int8],
        mapping: NDArray[np.int32],
        weights: NDArray[np.float32],
        name: str,
    ) -> None:
        self._tokens = tokens = Remembered(_Vocabulary(vocabulary).number)
        self._runs = Remembered(lambda run: tuple(map(tokens.__getitem__, words(fold(run)))))
        self._rows = rows
        self._mapping = mapping
        self._weights = weights
        self.name = name

    @classmethod
    def load(cls, folder: Path) -> "StaticEncoder":
        """Read the folder that training wrote."""
        try:
            vocabulary = json.loads((folder / "tokenizer.json").read_bytes())["model"]["vocab"]
            arrays = mapped_arrays(folder / "model.safetensors")
            version = sha256(arrays["weights"].tobytes()).hexdigest()[:8]
            return cls(vocabulary, arrays["embeddings"], arrays["mapping"], arrays["weights"], f"bundled-{version}")
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"The bundled encoder in {folder} cannot be read ({error}). Install Dalil again.") from error

    @property
    def dimensions(self) -> int:
        """The width of a vector."""
        return int(self._rows.shape[1])

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions); rows of length 1, or zero for a text without known words."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return np.concatenate([self._encode(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)])

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `encode_passages`: questions and passages are treated alike."""
        return self.encode_passages(texts)

    def encode_words(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """As `encode_passages`, for texts that are cut into folded words already (`index.language.stemming.words`)."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        find = self._tokens.__getitem__
        return np.concatenate(
            [self._mean([list(map(find, text)) for text in texts[at : at + _BATCH]]) for at in range(0, len(texts), _BATCH)]
        )

    def word_vectors(self, found: Sequence[str]) -> NDArray[np.float32]:
        """(len(found), dimensions) for folded words: what each adds to a text's sum, longer for the rarer; zero if unknown."""
        tokens = np.fromiter((self._tokens[word] for word in found), np.int64, len(found))
        return np.asarray(self._rows[self._mapping[tokens]] * self._weights[tokens, None], np.float32)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        find = self._runs.__getitem__
        return self._mean([list(chain.from_iterable(map(find, text.split()))) for text in texts])

    def _mean(self, tokens: Sequence[list[int]]) -> NDArray[np.float32]:
        known = [at for at, found in enumerate(tokens) if found]
        sums = np.zeros((len(tokens), self.dimensions), np.float32)
        if known:
            number: dict[int, int] = {}
            position = [number.setdefault(token, len(number)) for found in tokens for token in found]
            used = np.fromiter(number, np.int64, len(number))
            vectors = self._rows[self._mapping[used]] * self._weights[used, None]
            starts = np.cumsum([0, *(len(tokens[at]) for at in known[:-1])])
            # Not a matrix product: BLAS would start threads, which on a busy machine cost far more than they bring.
            sums[known] = np.add.reduceat(vectors[position], starts)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray(np.divide(sums, norms, out=np.zeros_like(sums), where=norms > 0), np.float32)
