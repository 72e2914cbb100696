"""Reads the best candidates closely: how likely each holds the answer, and its few words that may be it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.embedding import Encoder
from index.retrieval import Query
from qa.reading.inputs import Inputs, inputs_for, words_of
from qa.reading.names import penalties
from qa.reading.network import Network, Span, bundled, directions, distinct, words_encoder
from qa.reading.ranker import Linear, models, rank
from qa.reading.sentences import FEATURES, Candidate

READ_CLOSELY = 12
# What the network must not see: the encoder was trained on most of its questions, there these look better than they are.
EVIDENCE = tuple(name for name in FEATURES if name not in ("cosine", "article_dense"))
EVIDENCE_AT = np.array([FEATURES.index(name) for name in EVIDENCE])
NETWORK_FEATURES = (
    "share",  # log of the sentence's share of the probability that there is an answer
    "expected",  # of its best span: log of the expected F1
)
RANKER_FEATURES = (*FEATURES, *NETWORK_FEATURES)
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Read:
    """A candidate with its score, the probability that it holds the answer if any of them does, and its best span."""

    candidate: Candidate
    score: float
    probability: float
    span: Span | None
    features: NDArray[np.float64]
    taken: float  # from its score: see `qa.reading.names`

    @property
    def few_words(self) -> tuple[int, int] | None:
        """Where the best span stands in the sentence's text."""
        if self.span is None:
            return None
        spans = words_of(self.candidate.sentence.text).spans
        return int(spans[self.span.first, 0]), int(spans[self.span.last, 1])


@dataclass(frozen=True, slots=True)
class Close:
    """What close reading gave: the sentences, best first, and the probability of the network that none answers."""

    reads: tuple[Read, ...]
    silence: float


def read_closely(
    query: Query,
    pool: Sequence[Candidate],
    encoder: Encoder,
    *,
    first: Linear | None = None,
    network: Network | None = None,
    ranker: Linear | None = None,
) -> Close:
    """Read the best of `pool` (all candidates, in order of place). The models are the shipped ones where not given."""
    if not pool:
        return Close((), 1.0)
    return scored(judged(looked_at(query, pool, first), encoder, network or bundled()), ranker or models()["ranker"])


@dataclass(frozen=True, slots=True)
class Look:
    """The sentences to be read closely, as the network is shown them; `taken` will be taken from their scores."""

    chosen: tuple[Candidate, ...]
    inputs: Inputs
    taken: NDArray[np.float64]


def looked_at(query: Query, pool: Sequence[Candidate], first: Linear | None = None) -> Look:
    """The first look at `pool` (all candidates, in order of place, at least one), and what is worth reading closely."""
    place = {id(candidate): number for number, candidate in enumerate(pool)}
    taken = penalties(query, pool)
    order = sorted((taken[at] - item.score, at) for item in rank(pool, first) for at in [place[id(item.candidate)]])
    chosen = [at for _, at in order[:READ_CLOSELY]]
    return Look(tuple(pool[at] for at in chosen), inputs_for(query, pool, chosen), taken[chosen])


def judged(look: Look, encoder: Encoder, network: Network) -> Close:
    """The sentences with what the network finds in them, not yet scored."""
    inputs, chosen = look.inputs, look.chosen
    evidence = np.array([candidate.features for candidate in chosen])
    found = network.read(inputs, directions(words_encoder(encoder), distinct(inputs)), evidence[:, EVIDENCE_AT])
    spans = {span.sentence: span for span in found.spans}
    answerable = max(_LEAST, 1 - found.silence)
    reads = []
    for at, (candidate, share) in enumerate(zip(chosen, found.sentences, strict=True)):
        features = np.array([*candidate.features, *_of_network(float(share) / answerable, spans.get(at))])
        reads.append(Read(candidate, 0.0, 0.0, spans.get(at), features, float(look.taken[at])))
    return Close(tuple(reads), found.silence)


def scored(close: Close, ranker: Linear) -> Close:
    """The same with the scores of a ranker, best first."""
    scores = ranker.score(np.array([read.features for read in close.reads])) - [read.taken for read in close.reads]
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    reads = [
        replace(read, score=float(score), probability=float(share))
        for read, score, share in zip(close.reads, scores, shares, strict=True)
    ]
    return replace(close, reads=tuple(sorted(reads, key=lambda read: -read.score)))


def _of_network(share: float, span: Span | None) -> tuple[float, float]:
    return math.log(share + _LEAST), math.log((span.expected if span else 0.0) + 1e-3)
