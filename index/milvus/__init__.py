"""Vectors and BM25 in Milvus, by its own client: `milvus-lite` in this process for trying, a server or a cluster by address."""

from index.milvus.engine import MilvusEngine

__all__ = ["MilvusEngine"]
