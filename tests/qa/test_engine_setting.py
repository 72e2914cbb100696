"""Milvus by setting: the same answers, and it is told which engine is on."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import SearchUnavailable
from qa.dalil import Dalil
from tests.samples import ARTICLES

pytest.importorskip("pymilvus", reason="pymilvus is not installed: pip install 'dalil[milvus]'")
QUESTIONS = ("كم كلف سد وادي الزهور؟", "How many cars cross the bridge every day?", "Who won the harvest festival in Lisbon?")


def test_answers_are_the_same_with_either_engine(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    told = []
    for milvus in (str(tmp_path_factory.getbasetemp() / "milvus.db"), None):
        with Dalil.open(tmp_path, milvus=milvus, milvus_token="root:s3cret" if milvus else None) as dalil:
            dalil.add(ARTICLES)
            told.append([replace(dalil.ask(question), timings_ms={}) for question in QUESTIONS])
            facts = dalil.facts()
            assert facts["index"]["engine"] == (f"Milvus at {milvus}" if milvus else "FAISS and tantivy, in the folder")
            assert facts["index"]["vectors"] == facts["index"]["BM25 passages"] == facts["index"]["passages"] > 0
            assert "s3cret" not in str(facts)
    assert told[0] == told[1]
    assert not told[0][0].refused


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SearchUnavailable, match=f"Milvus at {address} cannot be used") as raised:
            Dalil.open(tmp_path, milvus=address, milvus_token="root:s3cret")
    assert "s3cret" not in str(raised.value)
    assert "\n" not in str(raised.value)
