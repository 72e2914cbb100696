"""The neural reader without torch: which words of which sentence answer, and how likely it is that none do.

`qa.reading.training.torch_network` has the same network for training and says what it is made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from index.arrays import mapped_arrays
from index.embedding import BUNDLED, Encoder, load_encoder
from index.embedding.static import StaticEncoder
from qa.reading.inputs import Inputs

LONGEST_SPAN = 24  # words
LENGTH_STEPS = (1, 2, 3, 4, 6, 9, 14)  # a span's length counts in these steps
_NEVER = -1e4
_LIKELIEST = 64  # spans among which the short answer is chosen

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` of a sentence, and the F1 to be expected of them against the true answer, if there is one."""

    sentence: int
    first: int
    last: int
    expected: float


@dataclass(frozen=True, slots=True)
class Found:
    """Probabilities of the sentences (k,) and of silence, which add up to 1, and the best span of each sentence, best first."""

    sentences: NDArray[np.float64]
    silence: float
    spans: tuple[Span, ...]


class Network:
    """The network with its weights, as training names them. Reading changes nothing: it is safe in threads."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self._w = {name: np.asarray(values, np.float32) for name, values in weights.items()}
        self._threads = ThreadpoolController()
        self._dilations = self._w["dilations"].astype(int).tolist()

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Read the file that training wrote."""
        return cls(mapped_arrays(path))

    def read(self, inputs: Inputs, vectors: Array, evidence: NDArray[np.float64]) -> Found:
        """What is found. `vectors` (words, dimensions) are of `distinct(inputs)`, `evidence` (k, features) of the sentences."""
        # On matrices this small the threads of BLAS cost more than they bring.
        with self._threads.limit(limits=1, user_api="blas"):
            scores, silence = self._scores(inputs, vectors, (evidence - self._w["evidence_mean"]) / self._w["evidence_scale"])
        highest = max(float(scores.max()), silence)
        shares = np.exp(scores - highest)
        total = float(shares.sum()) + float(np.exp(silence - highest))
        shares /= total
        sentences = np.add.reduceat(shares.sum(axis=1), inputs.starts[:-1])
        return Found(sentences, float(np.exp(silence - highest)) / total, _best_spans(shares, inputs))

    def _linear(self, name: str, x: Array) -> Array:
        out: Array = x @ self._w[f"{name}.weight"].T
        bias = self._w.get(f"{name}.bias")
        if bias is not None:
            out += bias
        return out

    def _hashed(self, hashes: NDArray[np.int16]) -> list[Array]:
        return [self._w[f"hashed.{table}.weight"][hashes[:, table]] for table in range(hashes.shape[1])]

    def _convolution(self, name: str, x: Array, beside: NDArray[np.intp]) -> Array:
        """Three words wide; see `_beside`."""
        around = np.concatenate([x, np.zeros((1, x.shape[1]), np.float32)])[beside].reshape(len(x), -1)
        out = self._linear(f"{name}.mix", around)
        np.maximum(out, 0, out=out)
        out += x
        out -= (out @ np.full(out.shape[1], 1 / out.shape[1], np.float32))[:, None]
        out /= np.sqrt(np.einsum("ij,ij->i", out, out) / out.shape[1] + 1e-5)[:, None]
        out *= self._w[f"{name}.norm.weight"]
        out += self._w[f"{name}.norm.bias"]
        return out

    def _scores(self, inputs: Inputs, vectors: Array, evidence: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Scores of spans (words, span), `[i, n]` from word `i` to `i + n`, and of silence."""
        number = {form: at for at, form in enumerate(distinct(inputs))}
        asked_at = np.array([number[form] for form in inputs.asked], np.intp)
        read_at = np.array([number[form] for form in inputs.read], np.intp)
        line = np.repeat(np.arange(len(inputs.starts) - 1), np.diff(inputs.starts))
        projected, likeness = self._linear("project", vectors), self._linear("likeness", vectors)

        words = np.hstack([projected[asked_at], *self._hashed(inputs.asked_hashes), inputs.asked_features])
        words = np.maximum(self._linear("asked", words), 0)
        words = self._convolution("asked_convolution", words, _beside(np.zeros(len(words), np.intp), 1))
        question = _softmax(self._linear("asked_weight", words)[:, 0]) @ words + self._w["kind.weight"][inputs.kind]

        like = likeness[read_at] @ likeness[asked_at].T
        most = _sigmoid(like.max(axis=1, keepdims=True))
        shown = np.hstack([projected[read_at], _softmax(like) @ words, *self._hashed(inputs.hashes), inputs.features, most])
        h = np.maximum(self._linear("read", shown) + self._linear("read_asked", question), 0)
        beside = {dilation: _beside(line, dilation) for dilation in set(self._dilations)}
        for at, dilation in enumerate(self._dilations):
            h = self._convolution(f"convolutions.{at}", h, beside[dilation])

        edges = self._linear("edges", h)
        start = h @ self._linear("start", question) + edges[:, 0]
        end = h @ self._linear("end", question) + edges[:, 1]
        best = np.maximum.reduceat(np.where(inputs.inside[:, None], h, _NEVER), inputs.starts[:-1], axis=0).clip(-10)
        asks = np.broadcast_to(question, best.shape)
        lacks = (inputs.lacking @ words).reshape(len(best), -1)
        alike = np.maximum.reduceat(np.where(inputs.inside[:, None], like, _NEVER), inputs.starts[:-1], axis=0)
        wanted = _sigmoid(self._linear("wanted", words)[:, 0])
        unlike = (wanted * (1 - _sigmoid(alike))) @ words
        about = np.hstack([best, best * asks, lacks, unlike, asks, evidence.astype(np.float32)])
        summary = np.maximum(self._linear("summary", about), 0)
        sentence = (self._linear("sentence", summary) + self._linear("evidence", evidence.astype(np.float32)))[:, 0]
        pooled = _softmax(sentence) @ summary
        quiet = np.maximum(self._linear("silence", np.concatenate([pooled, question])), 0)
        silence = float(self._linear("silent", quiet)[0])
        return self._spans(inputs, line, start, end, sentence), silence

    def _spans(self, inputs: Inputs, line: NDArray[np.intp], start: Array, end: Array, sentence: Array) -> NDArray[np.float64]:
        steps = np.searchsorted(LENGTH_STEPS, np.arange(1, LONGEST_SPAN + 1), side="left")
        lengths = self._w["lengths.weight"][inputs.kind * (len(LENGTH_STEPS) + 1) + steps, 0]
        lasts = np.arange(len(line))[:, None] + np.arange(LONGEST_SPAN)
        reached = np.minimum(lasts, len(line) - 1)
        allowed = (lasts < len(line)) & (line[reached] == line[:, None]) & inputs.inside[reached] & inputs.inside[:, None]
        scores = start[:, None] + end[reached] + sentence[line][:, None] + lengths
        return np.where(allowed, scores, _NEVER).astype(np.float64)


def _beside(line: NDArray[np.intp], dilation: int) -> NDArray[np.intp]:
    """(words, 3): the numbers of the word before each word, of itself, and of the one after; -1 for one of another line."""
    here = np.arange(len(line))
    numbers = np.stack([here - dilation, here, here + dilation], axis=1)
    known = (numbers >= 0) & (numbers < len(line))
    return np.where(known & (line[numbers * known] == line[:, None]), numbers, -1)


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.maximum(x, -50))))


def _softmax(x: Array) -> Array:
    shares = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def _best_spans(shares: NDArray[np.float64], inputs: Inputs) -> tuple[Span, ...]:
    """For each sentence the span with the highest expected F1 over the likeliest spans, given that there is an answer."""
    flat = shares.ravel()
    likeliest = np.argpartition(-flat, min(_LIKELIEST, flat.size - 1))[:_LIKELIEST]
    likeliest = likeliest[flat[likeliest] > 0]
    first, extra = np.divmod(likeliest, shares.shape[1])
    last, share = first + extra, flat[likeliest]
    common = np.minimum(last[:, None], last) - np.maximum(first[:, None], first) + 1
    f1 = 2 * np.maximum(0, common) / (extra[:, None] + extra + 2)
    expected = f1 @ share / max(float(flat.sum()), 1e-12)
    order = np.argsort(-expected, kind="stable")
    sentence = np.searchsorted(inputs.starts, first, side="right") - 1
    of_sentence: dict[int, int] = {}
    for at in order.tolist():
        of_sentence.setdefault(int(sentence[at]), at)
    best = list(of_sentence.values())
    columns = sentence[best], inputs.piece[first[best]], inputs.piece[last[best]], expected[best]
    return tuple(map(Span, *(column.tolist() for column in columns)))


def distinct(inputs: Inputs) -> list[str]:
    """The word forms of question and sentences, each once."""
    return list(dict.fromkeys((*inputs.asked, *inputs.read)))


def directions(encoder: StaticEncoder, forms: Sequence[str]) -> Array:
    """(len(forms), dimensions): the directions of the words' vectors; zero for unknown words."""
    vectors = encoder.word_vectors(forms)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0))


def words_encoder(encoder: Encoder) -> StaticEncoder:
    """The encoder whose word vectors the network was trained on: the bundled one, whichever the collection is searched with."""
    return encoder if isinstance(encoder, StaticEncoder) else _bundled_encoder()


@cache
def _bundled_encoder() -> StaticEncoder:
    encoder = load_encoder(BUNDLED)
    assert isinstance(encoder, StaticEncoder)
    return encoder


@cache
def bundled() -> Network:
    """The shipped weights, read once."""
    with as_file(files(__package__).joinpath("model", "reader.safetensors")) as path:
        return Network.load(path)
