"""Any sentence-transformers model as an encoder, with the prefixes it was trained with."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import MissingExtra, ModelError

logger = logging.getLogger(__name__)

_KNOWN_PREFIXES = (
    # part of the name, before a question, before a passage
    ("e5-mistral", "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ", ""),
    ("e5-large-instruct", "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ", ""),
    ("e5", "query: ", "passage: "),
    ("nomic-embed", "search_query: ", "search_document: "),
    ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
    ("snowflake-arctic-embed", "query: ", ""),
    ("bge-large-en", "Represent this sentence for searching relevant passages: ", ""),
    ("bge-base-en", "Represent this sentence for searching relevant passages: ", ""),
    ("bge-small-en", "Represent this sentence for searching relevant passages: ", ""),
    ("mxbai-embed", "Represent this sentence for searching relevant passages: ", ""),
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
        folder = name.rstrip("/").rsplit("/", 1)[-1].lower()
        own_query, own_passage = next(((q, p) for part, q, p in _KNOWN_PREFIXES if part in folder), ("", ""))
    return (
        own_query if query_prefix is None else query_prefix,
        own_passage if passage_prefix is None else passage_prefix,
    )


class SentenceEncoder:
    """A sentence-transformers model. Texts beyond `max_tokens` tokens are cut by the model itself."""

    def __init__(self, model: Any, name: str, query_prefix: str, passage_prefix: str) -> None:
        self._model = model
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self.name = name if not passage_prefix else f"{name} (passages as {passage_prefix!r})"
        self.dimensions = int(model.get_embedding_dimension())
        limit = model.max_seq_length
        self.max_tokens: int | None = int(limit) if limit and limit != float("inf") else None

    @classmethod
    def load(
        cls, name: str, *, query_prefix: str | None = None, passage_prefix: str | None = None, device: str | None = None
    ) -> "SentenceEncoder":
        """Load a model by folder or by its name on the Hub. Raises `ModelError` or `MissingExtra`."""
        try:
            from sentence_transformers import SentenceTransformer  # costs seconds: only where such a model is set
        except ImportError as error:
            raise MissingExtra("The encoder setting needs sentence-transformers: pip install sentence-transformers") from error
        try:
            model = SentenceTransformer(name, device=device)
        except Exception as error:  # whatever the libraries below raise, the remedy is the same
            raise ModelError(
                f"The encoder {name!r} cannot be loaded ({type(error).__name__}: {str(error)[:200]}). "
                "Give a folder with a sentence-transformers model, or the name of one that is downloaded already or can be; "
                "without network, set the encoder to 'bundled'."
            ) from error
        query, passage = choose_prefixes(
            name, {key: prompt or "" for key, prompt in model.prompts.items()}, query_prefix, passage_prefix
        )
        encoder = cls(model, name, query, passage)
        if encoder.max_tokens:
            logger.info("%s reads the first %d tokens of a text and leaves out the rest", name, encoder.max_tokens)
        return encoder

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions); rows of length 1."""
        return self._encode(self._passage_prefix, texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions); rows of length 1."""
        return self._encode(self._query_prefix, texts)

    def _encode(self, prefix: str, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        vectors = self._model.encode(
            [prefix + text for text in texts],
            batch_size=_BATCH,
            prompt="",
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32)
