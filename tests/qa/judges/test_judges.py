"""Judges of support: the bundled one, a real model through transformers, and a scripted server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from qa.judges import THRESHOLD, LazyJudge, agrees, load_judge
from qa.judges.bundled import BundledJudge
from qa.judges.errors import JudgeError

SUPPORT = [
    ("word for word", "قال إن الحرب انتهت أمس.", "الحرب انتهت", True),
    ("marks and digits", "انتهت الحربُ في ٢٠١٧", "انتهت الحرب في 2017", True),
    ("another number", "انتهت الحرب في 2017", "انتهت الحرب في 2018", False),
    ("thousands", "About 1,500 people came", "1500 people came", True),
    ("most words", "The minister opened the new museum in Dubai", "The minister opened the museum in Dubai yesterday", True),
    ("half of the words", "The minister opened the new museum", "The minister closed the old bridge", False),
    ("something else", "نزل المطر على عدن", "انتهت الحرب", False),
    ("only stop words", "It is what it was", "it is", True),
    ("nothing said", "text", " ", False),
    ("nothing to rest on", "", "text", False),
]


@pytest.mark.parametrize(("premise", "hypothesis", "expected"), [row[1:] for row in SUPPORT], ids=[row[0] for row in SUPPORT])
def test_the_bundled_judge(premise: str, hypothesis: str, expected: bool) -> None:
    assert agrees(BundledJudge(), premise, hypothesis) is expected


def test_the_bundled_judge_reads_across_languages() -> None:
    judge = BundledJudge()
    premise = "أعلن رئيس الوزراء العراقي انتهاء الحرب في 9 ديسمبر."
    assert judge.supports(premise, "The Iraqi prime minister announced the end of the war") >= THRESHOLD
    assert judge.supports(premise, "Farmers planted wheat and sold oranges") < THRESHOLD
    assert judge.supports(premise, "The war ended on 7 December") < THRESHOLD


@pytest.mark.parametrize("name", ["oracle", "nli:", "llm:model", ""])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(JudgeError, match="no judge is called"):
        load_judge(name)


def _model(folder: Path, labels: list[str]) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    vocabulary = {word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "war", "ended", "الحرب"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32)
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=32,
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_any_model_with_an_entailment_label(tmp_path: Path) -> None:
    import torch

    torch.manual_seed(0)
    folder = _model(tmp_path / "nli", ["contradiction", "neutral", "entailment"])
    judge = load_judge(f"nli:{folder}")
    score = judge.supports("the war ended", "الحرب " * 100)
    assert 0.0 < score < 1.0
    assert judge.supports("the war ended", "الحرب " * 100) == score
    assert judge.usage() == {"calls": 2}


def test_models_that_cannot_judge(tmp_path: Path) -> None:
    folder = _model(tmp_path / "sentiment", ["not_entailment", "positive"])
    with pytest.raises(JudgeError, match=r"no entailment label, only not_entailment, positive"):
        load_judge(f"nli:{folder}")
    with pytest.raises(JudgeError, match="cannot be loaded"):
        load_judge(f"nli:{tmp_path / 'nowhere'}")


class Server:
    """Answers each request with the next item of a script: text of the model, or an HTTP status."""

    def __init__(self) -> None:
        self.script: list[str | int] = []
        self.seen: list[dict] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.seen.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
                said = outer.script.pop(0)
                status = said if isinstance(said, int) else 200
                usage = {"prompt_tokens": 100, "completion_tokens": 10}
                document = {"choices": [{"message": {"content": said}}], "usage": usage} if status == 200 else {"error": "x"}
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('{"supported": true}', 1.0),
        ('```json\n{"supported" : FALSE}\n```', 0.0),
        ("Yes, it does.", 1.0),
        (" no", 0.0),
    ],
)
def test_a_language_model_says_yes_or_no(server: Server, said: str, expected: float) -> None:
    server.script = [said]
    judge = load_judge(f"llm:tiny@{server.url}", key="secret", price=(2.0, 5.0))
    assert judge.supports("انتهت الحرب", "The war ended") == expected
    assert judge.supports("انتهت الحرب", "The war ended") == expected
    assert judge.usage() == {"calls": 1, "tokens_in": 100, "tokens_out": 10, "cost": pytest.approx(0.00025)}
    (request,) = server.seen
    assert (request["path"], request["key"], request["model"], request["temperature"]) == (
        "/v1/chat/completions",
        "Bearer secret",
        "tiny",
        0,
    )


def test_a_server_that_stumbles_is_asked_again_and_one_that_fails_is_an_error(server: Server) -> None:
    judge = load_judge(f"llm:tiny@{server.url}")
    server.script = [500, "perhaps", '{"supported": true}']
    assert judge.supports("a", "b") == 1.0
    assert judge.usage()["cost"] is None
    server.script = [503, 503, 503]
    with pytest.raises(JudgeError, match=r"did not answer: .*503"):
        judge.supports("a", "c")


def test_a_lazy_judge_is_loaded_when_it_is_asked() -> None:
    judge = LazyJudge("bundled")
    assert judge.usage() == {}
    assert judge.supports("The war ended", "The war ended") == 1.0
    missing = LazyJudge("oracle")
    for _ in range(2):
        with pytest.raises(JudgeError, match="no judge is called"):
            missing.supports("a", "b")
