"""Any sentence-transformers model as an encoder, with the prefixes it was trained with."""

import json
import logging
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import MissingExtra, ModelError
from index.loading import load_model

logger = logging.getLogger(__name__)

_WEB_SEARCH = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
_SENTENCE = "Represent this sentence for searching relevant passages: "
_FAMILIES = (
    # what the name holds, before a question, before a passage; the first that fits. From the models' cards.
    (r"\be5-mistral|\be5-large-instruct", _WEB_SEARCH, ""),
    (r"(?<![a-z0-9])e5(?![a-z0-9])", "query: ", "passage: "),
    (r"\bgte-qwen", _WEB_SEARCH, ""),
    (r"\bnomic-embed", "search_query: ", "search_document: "),
    (r"\bembeddinggemma", "task: search result | query: ", "title: none | text: "),
    (r"\bsnowflake-arctic-embed.*v2", "query: ", ""),
    (r"\bsnowflake-arctic-embed", _SENTENCE, ""),
    (r"\bbge-(small|base|large)-en|\bmxbai-embed-large", _SENTENCE, ""),
    (r"\bbge-(small|base|large)-zh", "为这个句子生成表示以用于检索相关文章：", ""),
    # bge-m3, gte, LaBSE, paraphrase-multilingual and GATE have none.
)
_BATCH = 32


def choose_prefixes(
    name: str, prompts: dict[str, str], query_prefix: str | None = None, passage_prefix: str | None = None
) -> tuple[str, str]:
    """Prefix of questions and of passages: as set, else the model's own prompts, else what is known of the name's family.

    >>> choose_prefixes("intfloat/multilingual-e5-base", {})
    ('query: ', 'passage: ')
    """
    own_query = prompts.get("query") or ""
    own_passage = prompts.get("document") or prompts.get("passage") or ""
    if not own_query and not own_passage:
        last = name.rstrip("/").rsplit("/", 1)[-1].lower()
        own_query, own_passage = next(((q, p) for family, q, p in _FAMILIES if re.search(family, last)), ("", ""))
    return (
        own_query if query_prefix is None else query_prefix,
        own_passage if passage_prefix is None else passage_prefix,
    )


class SentenceEncoder:
    """A sentence-transformers model. Texts beyond `max_tokens` tokens are cut by the model itself."""

    def __init__(self, model: Any, name: str, query_prefix: str, passage_prefix: str) -> None:
        self._model = model
        self._lock = threading.Lock()  # fast tokenizers refuse two threads at once
        self.query_prefix = query_prefix
        self.passage_prefix = passage_prefix
        self.name = name if not passage_prefix else f"{name} (passages as {passage_prefix!r})"
        self.dimensions = int(model.get_embedding_dimension())
        limit = model.max_seq_length
        self.max_tokens: int | None = int(limit) if limit and limit != float("inf") else None

    @classmethod
    def load(
        cls, name: str, *, query_prefix: str | None = None, passage_prefix: str | None = None, device: str | None = None
    ) -> "SentenceEncoder":
        """Load a model by folder or by its name on the Hub. Raises `ModelError` or `MissingExtra`."""
        return load_model(
            name,
            "encoder",
            lambda folder: cls._load(folder, name, query_prefix, passage_prefix, device),
            instead="set the encoder to 'bundled', which needs no network",
        )

    @classmethod
    def _load(
        cls, folder: str, name: str, query_prefix: str | None, passage_prefix: str | None, device: str | None
    ) -> "SentenceEncoder":
        try:
            from sentence_transformers import SentenceTransformer  # costs seconds: only where such a model is set
        except ImportError as error:
            raise MissingExtra("the encoder setting needs sentence-transformers: pip install sentence-transformers") from error
        _check_kind(Path(folder), name)
        model = SentenceTransformer(folder, device=device, local_files_only=True)
        query, passage = choose_prefixes(
            name, {key: prompt or "" for key, prompt in model.prompts.items()}, query_prefix, passage_prefix
        )
        encoder = cls(model, name, query, passage)
        if encoder.max_tokens:
            logger.info("%s reads the first %d tokens of a text and leaves out the rest", name, encoder.max_tokens)
        return encoder

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions); rows of length 1."""
        return self._encode(self.passage_prefix, texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions); rows of length 1."""
        return self._encode(self.query_prefix, texts)

    def _encode(self, prefix: str, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        with self._lock:
            vectors = self._model.encode(
                [prefix + text for text in texts],
                batch_size=_BATCH,
                prompt="",
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, np.float32)


def _check_kind(folder: Path, name: str) -> None:
    """Raises `ModelError` for a classifier: it would load, without its head, and find next to nothing."""
    if (folder / "modules.json").exists():
        return
    kinds = json.loads((folder / "config.json").read_bytes()).get("architectures") or [""]
    if kinds[0].endswith("ForSequenceClassification"):
        raise ModelError(f"{name!r} is no encoder but {kinds[0]}: a cross-encoder is set as the reranker")
