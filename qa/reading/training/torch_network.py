"""The neural reader in torch, for training; `qa.reading.network` computes the same without torch.

A small relative of DrQA's reader (Chen et al. 2017, "Reading Wikipedia to answer open-domain questions") with convolutions in
place of recurrence: each word of a sentence sees its vector, the question's words that it resembles, and its features; spans of
all sentences of a question, and "no answer", share one softmax (Clark and Gardner 2018, "Simple and effective multi-paragraph
reading comprehension").
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from qa.reading.inputs import BUCKETS, KINDS, QUESTION_FEATURES, RELATION_FEATURES, WORD_FEATURES
from qa.reading.network import LENGTH_STEPS, LONGEST_SPAN

WIDTH = 64
HASHED = (16, 8, 8)
DILATIONS = (1, 1, 2, 4)


@dataclass
class Batch:
    """Questions (b), padded: sentences (k), words (l), question words (m). Masks are 1 for what is there."""

    vectors: Tensor  # (u, e) of the distinct words; the others are numbers of rows here
    asked: Tensor  # (b, m)
    asked_hashes: Tensor
    asked_features: Tensor
    asked_mask: Tensor  # (b, m)
    kind: Tensor  # (b,)
    read: Tensor  # (b, k, l)
    hashes: Tensor
    features: Tensor
    mask: Tensor  # (b, k, l)
    inside: Tensor  # (b, k, l)
    lacking: Tensor  # (b, k, 3, m)
    evidence: Tensor  # (b, k, f), standardised


class Convolution(nn.Module):
    """Three words wide, with a residual and a normalisation."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.mix = nn.Linear(3 * width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(..., l, w), (..., l) to (..., l, w)."""
        x = x * mask[..., None]
        d = self.dilation
        padded = functional.pad(x, (0, 0, d, d))
        length = x.shape[-2]
        around = torch.cat([padded[..., :length, :], x, padded[..., 2 * d : 2 * d + length, :]], -1)
        out: Tensor = self.norm(x + functional.relu(self.mix(around)))
        return out


class Network(nn.Module):
    """See the module."""

    def __init__(self, dimensions: int, evidence: int, dropout: float = 0.2) -> None:
        super().__init__()
        w, hashed = WIDTH, sum(HASHED)
        self.hashed = nn.ModuleList(
            nn.Embedding(size, width, padding_idx=0) for size, width in zip(BUCKETS, HASHED, strict=True)
        )
        self.project = nn.Linear(dimensions, w)
        self.likeness = nn.Linear(dimensions, w, bias=False)
        self.asked = nn.Linear(w + hashed + QUESTION_FEATURES, w)
        self.asked_convolution = Convolution(w, 1)
        self.asked_weight = nn.Linear(w, 1)
        self.kind = nn.Embedding(len(KINDS), w)
        self.read = nn.Linear(2 * w + hashed + WORD_FEATURES + RELATION_FEATURES + 1, w)
        self.read_asked = nn.Linear(w, w)
        self.convolutions = nn.ModuleList(Convolution(w, dilation) for dilation in DILATIONS)
        self.start = nn.Linear(w, w)
        self.end = nn.Linear(w, w)
        self.edges = nn.Linear(w, 2)
        self.lengths = nn.Embedding(len(KINDS) * (len(LENGTH_STEPS) + 1), 1)
        self.wanted = nn.Linear(w, 1)
        self.summary = nn.Linear(7 * w + evidence, w)
        self.sentence = nn.Linear(w, 1)
        self.evidence = nn.Linear(evidence, 1)
        self.silence = nn.Linear(2 * w, w)
        self.silent = nn.Linear(w, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.lengths.weight)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Scores of starts and ends (b, k, l), of sentences (b, k), of silence (b,), and of lengths (b, span)."""
        projected = self.dropout(self.project(batch.vectors))
        likeness = self.likeness(batch.vectors)
        hashed = torch.cat([table(batch.asked_hashes[..., i]) for i, table in enumerate(self.hashed)], -1)
        asked = torch.cat([projected[batch.asked], hashed, batch.asked_features], -1)
        words = self.asked_convolution(functional.relu(self.asked(asked)), batch.asked_mask)
        weight = self.asked_weight(words)[..., 0].masked_fill(batch.asked_mask == 0, -1e4)
        question = (weight.softmax(-1)[..., None] * words).sum(-2) + self.kind(batch.kind)

        like = likeness[batch.read] @ likeness[batch.asked][:, None].transpose(-1, -2)
        like = like.masked_fill(batch.asked_mask[:, None, None] == 0, -1e4)
        aligned = like.softmax(-1) @ words[:, None]
        most = torch.sigmoid(like.max(-1).values)[..., None]
        hashed = torch.cat([table(batch.hashes[..., i]) for i, table in enumerate(self.hashed)], -1)
        shown = torch.cat([projected[batch.read], aligned, hashed, batch.features, most], -1)
        h = functional.relu(self.read(shown) + self.read_asked(question)[:, None, None])
        for convolution in self.convolutions:
            h = convolution(h, batch.mask)
        h = self.dropout(h)

        edges = self.edges(h)
        start = (h * self.start(question)[:, None, None]).sum(-1) + edges[..., 0]
        end = (h * self.end(question)[:, None, None]).sum(-1) + edges[..., 1]
        outside = (batch.inside == 0)[..., None]
        best = h.masked_fill(outside, -1e4).max(-2).values.clamp(min=-10)
        lacks = (batch.lacking @ words[:, None]).flatten(2)
        alike = torch.sigmoid(like.masked_fill(outside, -1e4).max(-2).values)
        wanted = torch.sigmoid(self.wanted(words)[..., 0]) * batch.asked_mask
        unlike = (wanted[:, None] * (1 - alike)) @ words
        asks = question[:, None].expand_as(best)
        summary = functional.relu(self.summary(torch.cat([best, best * asks, lacks, unlike, asks, batch.evidence], -1)))
        there = batch.inside.any(-1)
        sentence = (self.sentence(summary)[..., 0] + self.evidence(batch.evidence)[..., 0]).masked_fill(~there, -1e4)
        pooled = (sentence.softmax(-1)[..., None] * summary).sum(-2)
        silence = self.silent(functional.relu(self.silence(torch.cat([pooled, question], -1))))[..., 0]
        lengths = self.lengths(batch.kind[:, None] * (len(LENGTH_STEPS) + 1) + _steps()[None])[..., 0]
        return start, end, sentence, silence, lengths

    def spans(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Log probabilities of spans (b, k, l, span), `[..., i, n]` from word `i` to `i + n`, and of silence (b,)."""
        start, end, sentence, silence, lengths = self(batch)
        end = functional.pad(end.masked_fill(batch.inside == 0, -1e4), (0, LONGEST_SPAN - 1), value=-1e4)
        ends = end.unfold(-1, LONGEST_SPAN, 1)
        starts = start.masked_fill(batch.inside == 0, -1e4)[..., None]
        scores = starts + ends + sentence[..., None, None] + lengths[:, None, None]
        total = torch.logaddexp(scores.flatten(1).logsumexp(-1), silence)
        return scores - total[:, None, None, None], silence - total


def _steps() -> Tensor:
    return torch.tensor([sum(length > step for step in LENGTH_STEPS) for length in range(1, LONGEST_SPAN + 1)])
