"""What users and administrators write: settings, keys, datasets, addresses, OpenAI's messages."""

import gzip
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from index.errors import DalilError, FetchRefused, SettingsError
from index.readers.url import _parse, _refusal
from qa.evaluation.datasets import load_articles, load_dataset
from qa.evaluation.errors import DatasetError
from qa.keys import KeyRefused, KeyStore
from qa.links import web_address
from qa.service.hosts import named_host
from qa.service.inputs import ArticlesBody, AskBody
from qa.service.openai.inputs import ChatBody, ResponsesBody, conversation
from qa.service.openai.tasks import bare_question, chore
from qa.settings import load_settings
from tests.fuzz.target import Target, parts, text_of

_FOLDER = Path(tempfile.mkdtemp(prefix="dalil-fuzz-"))


def _settings(data: bytes) -> None:
    """One clear line for whatever stands in `dalil.toml` or in the environment."""
    folder = _FOLDER / "settings"
    folder.mkdir(exist_ok=True)
    (folder / "dalil.toml").write_bytes(data)
    lines = [line.partition("=") for line in text_of(data).replace("\0", "").splitlines()]
    environ = {f"DALIL_{name.strip().upper()}": value.strip(" \"'") for name, _, value in lines}
    for given in ({}, {**environ, "DALIL_DATA": str(folder)}):
        here = os.getcwd()
        os.chdir(folder)
        try:
            load_settings(given, data=folder)
        except SettingsError as error:
            assert str(error)
        finally:
            os.chdir(here)


def _keys(data: bytes) -> None:
    text = text_of(data)
    with KeyStore(_FOLDER) as store:
        try:
            store.check(text)
        except KeyRefused:
            return
    raise AssertionError("a key that nobody made opens something")


def _dataset(data: bytes) -> None:
    """A dataset, or which file, line and field is wrong."""
    for name, content in (("input.jsonl", data), ("input.json.gz", gzip.compress(data, 1)), ("packed.gz", b"\x1f\x8b" + data)):
        file = _FOLDER / name
        file.write_bytes(content)
        for load in (load_dataset, load_articles):
            try:
                load(file)
            except DatasetError as error:
                assert str(error)
    folder = _FOLDER / "beir"
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    names = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
    for name, content in zip(names, parts(data, 3), strict=True):
        (folder / name).write_text(content, encoding="utf-8")
    try:
        load_dataset(folder)
    except DatasetError as error:
        assert str(error)


def _address(data: bytes) -> None:
    text = text_of(data)
    try:
        parsed = _parse(text)
    except FetchRefused:
        pass
    else:
        assert parsed.scheme in ("http", "https")
        assert not parsed.userinfo
    shown = web_address(text)
    assert shown is None or (shown.lower().startswith(("http://", "https://")) and not set(shown) & set(" <>\"'`\n\r\0"[:4]))
    named_host(text)
    if text.replace(".", "").replace(":", "").isalnum():
        with suppress(ValueError):
            _refusal(text)


def _body(data: bytes) -> None:
    """What comes as JSON: a body that can be used, or a typed error."""
    for model in (AskBody, ArticlesBody, ChatBody, ResponsesBody):
        try:
            body = model.model_validate(json.loads(data))
        except (ValueError, RecursionError, ValidationError):
            continue
        try:
            if isinstance(body, ArticlesBody):
                body.articles()
            elif isinstance(body, AskBody):
                body.filters()
                body.before()
            else:
                asked = conversation(body.messages if isinstance(body, ChatBody) else body.messages())
                bare_question(asked.question)
                chore(asked.question)
        except DalilError as error:
            assert error.status < 500, error


_LINE = '{"id": "q1", "question": "متى؟", "answers": ["غدا"], "article_id": "a", "lang": "ar", "type": null}'.encode()
_SQUAD = b'{"data": [{"paragraphs": [{"context": "c d", "qas": [{"id": 1, "question": "q", "answers": [{"text": "c"}]}]}]}]}'
_BEIR = b'{"_id": "d", "text": "t"}\x1e{"_id": "q", "text": "t"}\x1equery-id\tcorpus-id\tscore\nq\td\t1\n'
_CHAT = b'{"model": "dalil", "messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}], "stream": true}'

TARGETS = {
    "settings": Target(
        _settings,
        [
            b'k = 5\nlanguage = "ar"\nhost = "0.0.0.0"\ntrusted_proxies = ["10.0.0.0/8"]\n',
            b'cors_origins = "https://a.example"\n',
        ],
        (
            b"data = ",
            b"profile = ",
            b'"local"',
            b"[a]\n",
            b"inf",
            b"nan",
            b"1e400",
            b"0x",
            b"\xef\xbb\xbf",
            b"~",
            b"llm_key = ",
        ),
    ),
    "keys": Target(_keys, [b"dalil_abcdefgh_" + b"A" * 43], (b"dalil_", b"_", b"\n", "٣".encode())),
    "dataset": Target(
        _dataset,
        [_LINE, _SQUAD, _BEIR, b'{"question": "q", "context": "c", "answers": {"text": ["c"]}}', b'[{"id": 1, "turns": [{}]}]'],
        (
            b'"turns"',
            b'"data"',
            b'"context"',
            b"null",
            b"[[[[",
            b"NaN",
            b"1" * 20,
            b"\\ud800",
            b"\t",
            b"\x1e",
            b'"paragraph": 1',
        ),
    ),
    "address": Target(
        _address,
        [b"http://127.0.0.1:80/a?b#c", b"https://user:pw@example.org/", b"http://[::ffff:10.0.0.1]/", b"http://2130706433/"],
        (b"http://", b"@", b"[", b"]", b":", b"%00", b"0x7f", "。".encode(), b"xn--", b"\\", b"javascript:", b"\t"),
    ),
    "body": Target(
        _body,
        [
            b'{"question": "q", "k": 5, "from": "2018-05-20", "history": [{"role": "user", "content": "a"}]}',
            b'[{"text": "a"}]',
            _CHAT,
        ],
        (
            b'"text"',
            b'"content"',
            b'"input"',
            b'"role"',
            b"NaN",
            b"1e400",
            b"\\ud800",
            b"[[[[",
            b"null",
            b"true",
            b"### Task: ",
        ),
    ),
}
