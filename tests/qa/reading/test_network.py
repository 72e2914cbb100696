"""The network in numpy computes what the network in torch computes, on weights made up here."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reading.inputs import BUCKETS, KINDS, QUESTION_FEATURES, RELATION_FEATURES, WORD_FEATURES, Inputs
from qa.reading.network import LONGEST_SPAN, Network, distinct
from qa.reading.training.batches import Sample, padded
from qa.reading.training.torch_network import Network as TorchNetwork
from qa.reading.training.train_network import export, loss_of

DIMENSIONS, EVIDENCE = 12, 5


def made_up(seed, sentences=3):
    """A question and sentences of made-up words, and vectors of the words."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, 14, sentences)
    starts = np.cumsum([0, *lengths]).astype(np.int32)
    count, asked = int(starts[-1]), int(rng.integers(1, 7))
    piece = np.full(count, -1, np.int16)
    for at in range(sentences):
        own = np.arange(starts[at] + int(lengths[at] > 4), starts[at + 1])
        piece[own] = np.arange(len(own))

    def hashes(n):
        return np.stack([rng.integers(0, size, n) for size in BUCKETS], axis=1).astype(np.int16)

    inputs = Inputs(
        kind=int(rng.integers(len(KINDS))),
        asked=tuple(f"q{n}" for n in rng.integers(0, 9, asked)),
        asked_hashes=hashes(asked),
        asked_features=rng.random((asked, QUESTION_FEATURES), np.float32),
        read=tuple(f"w{n}" for n in rng.integers(0, 30, count)),
        hashes=hashes(count),
        features=np.round(rng.random((count, WORD_FEATURES + RELATION_FEATURES)) * 255).astype(np.float32) / 255,
        inside=piece >= 0,
        piece=piece,
        starts=starts,
        lacking=rng.random((sentences, 3, asked), np.float32),
    )
    vectors = rng.normal(size=(len(distinct(inputs)), DIMENSIONS)).astype(np.float32)
    return inputs, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), rng.normal(size=(sentences, EVIDENCE))


@pytest.fixture(scope="module")
def both():
    torch.manual_seed(3)
    network = TorchNetwork(DIMENSIONS, EVIDENCE).eval()
    weights = export(network, np.zeros(EVIDENCE, np.float32), np.ones(EVIDENCE, np.float32))
    network.load_state_dict({name: torch.from_numpy(weights[name].astype(np.float32)) for name in network.state_dict()})
    return network, Network(dict(weights))


def sample_of(inputs, evidence, gold=()):
    return Sample.of(inputs, evidence, gold, 1.0, {form: at for at, form in enumerate(distinct(inputs))})


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_numpy_and_torch_find_the_same(both, seed, sentences):
    torch_network, network = both
    inputs, vectors, evidence = made_up(seed, sentences)
    found = network.read(inputs, vectors, evidence)
    batch, _ = padded([sample_of(inputs, evidence)], torch.from_numpy(vectors))
    with torch.no_grad():
        spans, silence = torch_network.spans(batch)
    assert found.silence == pytest.approx(float(silence[0].exp()), abs=1e-4)
    assert found.sentences == pytest.approx(spans[0].exp().sum((1, 2)).numpy(), abs=1e-4)
    assert found.silence + found.sentences.sum() == pytest.approx(1)
    for span in found.spans:
        own = int((inputs.piece[inputs.starts[span.sentence] : inputs.starts[span.sentence + 1]] >= 0).sum())
        assert 0 <= span.first <= span.last < own
        assert span.last - span.first < LONGEST_SPAN
        assert 0 < span.expected <= 1


def test_padding_beside_longer_questions_changes_nothing(both):
    torch_network, _ = both
    one, other = made_up(1, 2), made_up(2, 5)
    vocabulary = {}
    samples = [Sample.of(inputs, evidence, (), 1.0, vocabulary) for inputs, _, evidence in (one, other)]
    vectors = torch.nn.functional.normalize(torch.randn(len(vocabulary), DIMENSIONS), dim=1)
    with torch.no_grad():
        alone = torch_network.spans(padded(samples[:1], vectors)[0])[1]
        together = torch_network.spans(padded(samples, vectors)[0])[1]
    assert float(together[0]) == pytest.approx(float(alone[0]), abs=1e-4)


def test_training_learns_what_it_is_shown():
    torch.manual_seed(1)
    inputs, vectors, evidence = made_up(5, 3)
    network = TorchNetwork(DIMENSIONS, EVIDENCE, dropout=0.0)
    batch, gold = padded([sample_of(inputs, evidence, [(1, 0, 1)])], torch.from_numpy(vectors))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    losses = []
    for _ in range(30):
        loss = loss_of(network, batch, gold)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 < losses[0]
    weights = export(network, np.zeros(EVIDENCE, np.float32), np.ones(EVIDENCE, np.float32))
    best = Network(dict(weights)).read(inputs, vectors, evidence).spans[0]
    assert (best.sentence, best.first, best.last) == (1, 0, 1)
