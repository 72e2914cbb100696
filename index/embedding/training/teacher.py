"""What a pretrained English sentence model knows of single words, to begin the bundled vectors with.

The model runs in training only; nothing of it is needed afterwards. The card names the one that was used and its licence.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.embedding.training.vocabulary import Vocabulary, is_arabic
from index.language.folding import fold
from index.language.stemming import stem, words

logger = logging.getLogger(__name__)
WHITEN = 0.3  # how far the principal directions are brought to one length: 0 not at all, 1 entirely
_BATCH = 256
_LONGEST = 64  # tokens


def word_vectors(folder: Path, vocabulary: Vocabulary, texts: Iterable[str], dimensions: int) -> NDArray[np.float32]:
    """(rows, dimensions): unit vectors of the English rows, zero for the others.

    Of each stem its commonest form in `texts` goes through the model in `folder` alone; principal components bring the vectors
    to `dimensions` (as in model2vec, Tulkens and van Dongen 2024).
    """
    rows = [row for row, stems in enumerate(vocabulary.stems) if stems and _is_english(stems[0])]
    forms = _commonest_forms(texts)
    vectors = _encode(folder, [forms.get(vocabulary.stems[row][0], vocabulary.stems[row][0]) for row in rows])
    logger.info("%d English words seen through %s", len(rows), folder)
    taught = np.zeros((len(vocabulary.stems), dimensions), np.float32)
    taught[rows] = _reduce(vectors, dimensions)
    return taught


def _is_english(word: str) -> bool:
    return word[0].isalpha() and not is_arabic(word)


def _commonest_forms(texts: Iterable[str]) -> dict[str, str]:
    counts = Counter(word for text in texts for word in words(fold(text)))
    forms: dict[str, str] = {}
    for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if _is_english(word):
            forms.setdefault(stem(word), word)
    return forms


def _encode(folder: Path, texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, width): the mean over a word's tokens, of length 1; words of like length share a batch, to pad little."""
    from transformers import AutoModel  # costs seconds

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = AutoModel.from_pretrained(folder).eval()
    ids = [encoding.ids[:_LONGEST] for encoding in tokenizer.encode_batch(list(texts))]
    order = np.argsort([len(found) for found in ids], kind="stable")
    out = np.zeros((len(texts), model.config.hidden_size), np.float32)
    with torch.inference_mode():
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            longest = max(len(ids[i]) for i in batch)
            tokens = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in batch])
            mask = torch.tensor([[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in batch])
            states = model(input_ids=tokens, attention_mask=mask).last_hidden_state
            mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
            out[batch] = torch.nn.functional.normalize(mean, dim=1).numpy()
    return out


def _reduce(vectors: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """The strongest `dimensions` principal components, rows of length 1."""
    centred = vectors - vectors.mean(axis=0)
    strength, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    strongest = np.argsort(-strength)[:dimensions]
    seen = centred @ (directions[:, strongest] * strength[strongest] ** (-WHITEN / 2))
    return np.asarray(seen / np.linalg.norm(seen, axis=1, keepdims=True), np.float32)
