"""Texts to vectors: the bundled bilingual encoder, or any sentence-transformers model."""

from index.embedding.encoder import BUNDLED, Encoder, load_encoder

__all__ = ["BUNDLED", "Encoder", "load_encoder"]
