"""What checking costs while a model writes: `python tests/benchmarks/bench_generate.py`.

A scripted server plays a model that writes fifty tokens a second. Printed in milliseconds: parsing and the gate per claim, the
time to the first verified claim, and the time between the last letter of a claim in the stream and its release.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from index.article import Article
from qa import Dalil
from qa.answer import ClaimVerified
from qa.gate import Gate
from qa.generation.parsing import ClaimReader
from tests.scripted_server import Reply, number_of, serve

CLAIMS = 200
PIECE = 4  # characters, about a token
PAUSE_S = 0.02  # between two pieces: fifty tokens a second
TEXT = "The ministry said the Karun dam will be finished in 2027. It will hold 74 million cubic metres of water."
QUOTE = "the Karun dam will be finished in 2027"
QUESTION = "When will the Karun dam be finished?"


def _document(passage: int, claims: int) -> str:
    texts = (f"The Karun dam will be finished in 2027{'.' * n}" for n in range(claims))
    said = [{"passage": passage, "quote": QUOTE, "text": text} for text in texts]
    return json.dumps({"answered": True, "claims": said, "short": "2027"})


def per_claim(dalil: Dalil) -> None:
    """Parsing and the gate, one after the other."""
    hits, gate, text = dalil.search(QUESTION), Gate(), _document(1, 6)
    parsing, judging = [], []
    for _ in range(CLAIMS // 6):
        reader, drafts = ClaimReader(), []
        began = time.perf_counter()
        for at in range(0, len(text), PIECE):
            drafts += reader.feed(text[at : at + PIECE])
        parsing.append((time.perf_counter() - began) * 1000 / 6)
        for draft in drafts:
            began = time.perf_counter()
            gate.judge(draft, hits, "en")
            judging.append((time.perf_counter() - began) * 1000)
    for name, values in (("parsing", parsing), ("gate", judging)):
        print(f"{name:36} ms per claim  p50 {np.median(values):7.3f}  p95 {np.quantile(values, 0.95):7.3f}")


def first_claim(dalil_at: str) -> None:
    """From the question to the first verified claim, and how long the model had by then been writing."""
    waited, over = [], []
    for _ in range(10):
        ended: list[float] = []

        def reply(body: dict, ended: list[float] = ended) -> Reply:
            def pieces():
                text = _document(number_of(body, QUOTE), 3)
                first = text.index("}") + 1
                for at in range(0, len(text), PIECE):
                    time.sleep(PAUSE_S)
                    yield text[at : at + PIECE]
                    if at < first <= at + PIECE:
                        ended.append(time.perf_counter())

            return Reply(pieces())

        with serve(reply) as server, Dalil.open(dalil_at, llm_url=server.url, llm_form="json") as dalil:
            began = time.perf_counter()
            next(event for event in dalil.stream(QUESTION) if isinstance(event, ClaimVerified))
            now = time.perf_counter()
            waited.append((now - began) * 1000)
            over.append((now - ended[0]) * 1000 if ended else 0.0)
    for name, values in (("question to first verified claim", waited), ("its last letter to its release", over)):
        print(f"{name:36} ms            p50 {np.median(values):7.1f}  p95 {np.quantile(values, 0.95):7.1f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        with Dalil.open(folder) as opened:
            opened.add([Article(id="dam", text=TEXT, language="en", source="River Post", date="2024-06-01")])
            per_claim(opened)
        first_claim(folder)
