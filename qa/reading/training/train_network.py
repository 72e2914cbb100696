"""Trains the network and writes it as `qa.reading.network` reads it."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from index.embedding.static import StaticEncoder
from qa.reading.network import directions
from qa.reading.training.batches import Sample, padded
from qa.reading.training.examples import SEED
from qa.reading.training.torch_network import DILATIONS, Batch, Network

_SENTENCES = 8  # shown in one step
_BATCH = 16
_ALIKE = 16  # batches among which questions are sorted by length
_RATE = 2e-3
_REPORT = 200


def vectors_of(vocabulary: dict[str, int], encoder: StaticEncoder) -> Tensor:
    """(words, dimensions), in order of the vocabulary's numbers."""
    forms = list(vocabulary)
    return torch.from_numpy(
        np.concatenate([directions(encoder, forms[at : at + 10_000]) for at in range(0, len(forms), 10_000)])
    )


def standardise(samples: Sequence[Sample]) -> tuple[list[Sample], NDArray[np.float32], NDArray[np.float32]]:
    """The samples with their evidence in terms of its mean and scale, and these two."""
    evidence = np.concatenate([one.evidence for one in samples])
    mean, scale = evidence.mean(axis=0), evidence.std(axis=0) + 1e-3
    return [replace(one, evidence=(one.evidence - mean) / scale) for one in samples], mean, scale


def trained(samples: Sequence[Sample], vectors: Tensor, epochs: float) -> dict[str, NDArray[np.float16]]:
    """The weights, as `qa.reading.network.Network` takes them, of a network that learned from the samples."""
    scaled, mean, scale = standardise(samples)
    return export(train(scaled, vectors, epochs), mean, scale)


def train(samples: Sequence[Sample], vectors: Tensor, epochs: float) -> Network:
    """The network for samples whose evidence is standardised. Seeded; prints the loss."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)  # noqa: S311
    network = Network(vectors.shape[1], samples[0].evidence.shape[1])
    steps = int(epochs * sum(one.weight / (1 + one.fades) for one in samples) / _BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps + 1, pct_start=0.1)
    began, losses = time.process_time(), []
    network.train()
    for step, chosen in zip(range(1, steps + 1), _batches(samples, steps, rng), strict=False):
        batch, gold = padded(chosen, vectors)
        loss = loss_of(network, batch, gold)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % _REPORT == 0:
            spent = time.process_time() - began
            print(f"step {step} of {steps}: loss {np.mean(losses[-_REPORT:]):.3f}, {spent:.0f} CPU s", flush=True)
    network.eval()
    return network


def _batches(samples: Sequence[Sample], steps: int, rng: random.Random) -> Iterator[list[Sample]]:
    """Without end: each sample as often as it weighs, those of one batch about equally long."""
    given = 0
    while True:
        left = max(0.0, 1 - given / steps)
        drawn = [
            one.fewer(_SENTENCES, rng) for one in samples for _ in range(_times(one.weight * (left if one.fades else 1), rng))
        ]
        rng.shuffle(drawn)
        batches = []
        for at in range(0, len(drawn), _BATCH * _ALIKE):
            alike = sorted(drawn[at : at + _BATCH * _ALIKE], key=lambda one: len(one.read))
            batches += [alike[first : first + _BATCH] for first in range(0, len(alike), _BATCH)]
        rng.shuffle(batches)
        given += len(batches)
        yield from batches


def _times(weight: float, rng: random.Random) -> int:
    """A whole number that is `weight` on average."""
    return int(weight) + (rng.random() < weight % 1)


def loss_of(network: Network, batch: Batch, gold: Tensor) -> Tensor:
    """Minus the mean log probability of the gold spans of each question together, or of silence where there are none."""
    spans, silence = network.spans(batch)
    of_gold = spans[gold[:, 0], gold[:, 1], gold[:, 2], gold[:, 3]]
    found = [of_gold[gold[:, 0] == n].logsumexp(0) if (gold[:, 0] == n).any() else silence[n] for n in range(len(silence))]
    return -torch.stack(found).mean()


def export(network: Network, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> dict[str, NDArray[np.float16]]:
    """The weights as `qa.reading.network.Network` takes them, in half precision."""
    weights = {name: values.detach().numpy().astype(np.float16) for name, values in network.state_dict().items()}
    return weights | {
        "dilations": np.array(DILATIONS, np.float16),
        "evidence_mean": mean.astype(np.float16),
        "evidence_scale": scale.astype(np.float16),
    }
