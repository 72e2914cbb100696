"""The encoder's folder: what `SentenceTransformer(path)` and `index.embedding.static` both read."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from index.embedding.training.vocabulary import Vocabulary, tokenizer

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_CONFIG = {
    "model_type": "SentenceTransformer",
    "prompts": {"query": "", "document": ""},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}


def save(folder: Path, vocabulary: Vocabulary, vectors: NDArray[np.float32]) -> None:
    """Write tokenizer, weights (int8 rows, one scale each) and the module list.

    A token's vector is `embeddings[mapping[token]] * weights[token]`; endings and the unknown word weigh nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    (folder / "1_Normalize" / "config.json").write_text("{}\n")
    scales = np.abs(vectors).max(axis=1) / 127
    rows = np.round(vectors / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    mapping = np.array(vocabulary.rows, np.int32)
    weights = np.where(mapping > 0, scales[mapping], 0.0).astype(np.float32)
    weights_file = folder / "model.safetensors"
    save_file({"embeddings": rows, "mapping": mapping, "weights": weights}, weights_file)
    weights_file.chmod(0o644)
    text = tokenizer(vocabulary.tokens).to_str(pretty=False)
    (folder / "tokenizer.json").write_text(json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")), "utf-8")
    (folder / "modules.json").write_text(json.dumps(_MODULES, indent=2) + "\n")
    (folder / "config_sentence_transformers.json").write_text(json.dumps(_CONFIG, indent=2) + "\n")
