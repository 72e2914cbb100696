"""Every command over the seeds: what it prints, what it exits with."""

import json
import socket

import pytest

from qa.text import FSI, PDI

ARABIC = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"
ENGLISH = "When did the coalition announce the end of its main combat operations in Iraq?"
NOWHERE = "كم سعر تذكرة السينما في باريس؟"
ISOLATES = str.maketrans("", "", FSI + PDI)


@pytest.mark.parametrize(
    ("question", "language", "heading"),
    [(ARABIC, "ar", "المصادر"), (ENGLISH, "en", "Sources"), (NOWHERE, "ar", "أقرب المقاطع")],
)
def test_ask(dalil, data, question, language, heading):
    status, out, err = dalil("ask", question, "--data", data)
    assert (status, err) == (0, "")
    assert heading in out
    status, out, err = dalil("ask", question, "--data", data, "--json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["language"] == language
    assert answer["refused"] is (question == NOWHERE)
    assert bool(answer["citations"]) is not answer["refused"]
    assert answer["passages"]


def test_the_quote_in_the_terminal_is_the_quote_in_the_json(dalil, data, seeds):
    _, out, _ = dalil("ask", ARABIC, "--data", data, "--json")
    citations = json.loads(out)["citations"]
    _, shown, _ = dalil("ask", ARABIC, "--data", data)
    sources = [file.read_text(encoding="utf-8") for file in seeds.iterdir()]
    for citation in citations:
        assert any(citation["quote"] in source for source in sources)
        assert f"[{citation['marker']}]" in shown
        assert all(line in shown for line in citation["quote"].split("\n"))


def test_a_question_may_come_in_words_or_from_stdin(process, data):
    alone = process("ask", "--data", data, "--json", *ARABIC.split())
    piped = process("ask", "-", "--data", data, "--json", stdin=ARABIC.encode())
    assert alone.returncode == piped.returncode == 0
    first, second = json.loads(alone.stdout), json.loads(piped.stdout)
    assert first["question"] == second["question"] == ARABIC
    assert first["answer"] == second["answer"]


def test_search(dalil, data):
    _, out, _ = dalil("search", "قوات سورية الديموقراطية", "--data", data, "--k", "1", "--json")
    found = json.loads(out)
    assert found["query"] == "قوات سورية الديموقراطية"
    assert len(found["hits"]) == 1
    assert "قوات سورية الديموقراطية" in found["hits"][0]["text"]
    _, out, _ = dalil("search", "قوات سورية الديموقراطية", "--data", data, "--k", "1")
    assert "قوات سورية الديموقراطية" in out.translate(ISOLATES)


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (["--source", "راديو سوا"], {"راديو سوا"}),
        (["--from", "2018-05", "--to", "2018"], {None}),
        (["--to", "2017"], set()),
        (["--article-language", "en"], set()),
        ([], {"راديو سوا", None}),
    ],
)
def test_filters(dalil, data, filters, sources):
    status, out, _ = dalil("search", "التحالف في العراق", "--data", data, "--k", "20", "--json", *filters)
    assert status == 0
    assert {hit["source"] for hit in json.loads(out)["hits"]} == sources


def test_a_search_that_finds_nothing_says_so(dalil, data):
    assert dalil("search", "التحالف", "--data", data, "--to", "1999")[:2] == (0, "ليس في المقالات ما يقرب من هذا.\n")


def test_index_counts_what_it_did(dalil, seeds, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for file in seeds.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    report = json.loads(dalil("index", folder, "--data", tmp_path / "d", "--json")[1])
    assert (report["added"], report["unchanged"]) == (2, 0)
    assert [skipped["source"].endswith("empty.txt") for skipped in report["skipped"]] == [True]
    assert report["skipped"][0]["reason"]
    status, out, err = dalil("index", folder, "--data", tmp_path / "d")
    assert (status, err) == (0, "")
    assert "added: 0, updated: 0, unchanged: 2, skipped 1" in out
    assert "empty.txt" in out
    next(folder.glob("0*.txt")).unlink()
    status, out, _ = dalil("index", folder, "--data", tmp_path / "d", "--prune")
    assert "removed: 1" in out


@pytest.mark.parametrize("content", [None, b""])
def test_index_fails_only_when_nothing_could_be_read(dalil, tmp_path, content):
    path = tmp_path / "only.txt"
    if content is not None:
        path.write_bytes(content)
    status, out, err = dalil("index", path, "--data", tmp_path / "d")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "only.txt" in err


def test_remove(dalil, seeds, tmp_path):
    dalil("index", seeds, "--data", tmp_path)
    listed = json.loads(dalil("search", "غيدني", "--data", tmp_path, "--k", "1", "--json")[1])["hits"]
    article_id = listed[0]["article_id"]
    status, out, err = dalil("remove", article_id, "none", "--data", tmp_path, "--json")
    assert json.loads(out) == {"removed": [article_id], "missing": ["none"]}
    assert (status, err) == (1, "dalil: not in the index: none\n")
    left = json.loads(dalil("search", "غيدني", "--data", tmp_path, "--k", "9", "--json")[1])["hits"]
    assert article_id not in {hit["article_id"] for hit in left}


def test_doctor_shows_every_setting_and_where_it_came_from(dalil, data, monkeypatch):
    monkeypatch.setenv("DALIL_K", "7")
    facts = json.loads(dalil("doctor", "--data", data, "--json")[1])
    assert facts["settings"]["k"] == {"value": 7, "origin": "DALIL_K"}
    assert facts["settings"]["data"]["origin"] == "keyword"
    assert facts["index"]["articles"] == 2
    _, out, _ = dalil("doctor", "--data", data)
    assert "k: 7  (DALIL_K)" in out


def test_doctor_measures_recall(dalil, data, tmp_path):
    facts = json.loads(dalil("doctor", "--recall", "3", "--data", data, "--json")[1])["recall"]
    assert facts["vector search"].startswith("exact")
    assert facts["asked with"] == 3
    assert facts["recall@10"] == facts["recall@100"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert "recall@10: value: 1" in dalil("doctor", "--data", data, "--recall")[1]
    status, _, err = dalil("doctor", "--recall", "--data", tmp_path / "none")
    assert status == 1
    assert "dalil index" in err


def test_doctor_compacts(dalil, seeds, tmp_path):
    dalil("index", seeds, "--data", tmp_path)
    article_id = json.loads(dalil("search", "غيدني", "--data", tmp_path, "--k", "1", "--json")[1])["hits"][0]["article_id"]
    dalil("remove", article_id, "--data", tmp_path)
    facts = json.loads(dalil("doctor", "--compact", "--data", tmp_path, "--json")[1])
    assert 0 < facts["compaction"]["bytes after"] < facts["compaction"]["bytes before"]
    left = json.loads(dalil("search", "غيدني", "--data", tmp_path, "--k", "9", "--json")[1])["hits"]
    assert left
    assert article_id not in {hit["article_id"] for hit in left}


def test_doctor_without_an_index_says_what_to_do(dalil, tmp_path):
    status, out, _ = dalil("doctor", "--data", tmp_path / "none", "--json")
    facts = json.loads(out)
    assert status == 0
    assert facts["index"]["usable"] is False
    assert facts["index"]["code"] == "no_index"
    assert "dalil index" in facts["index"]["problem"]
    assert facts["settings"]["k"] == {"value": 5, "origin": "default"}
    assert "dalil index" in dalil("doctor", "--data", tmp_path / "none")[1]


@pytest.mark.parametrize("command", [["ask", "x"], ["search", "x"], ["chat"], ["remove", "x"]])
def test_without_an_index_each_command_says_how_to_make_one(dalil, tmp_path, command):
    status, out, err = dalil(*command, "--data", tmp_path / "none")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "dalil index" in err
    assert not (tmp_path / "none").exists()


def test_serve_refuses_a_port_that_is_taken(dalil, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = dalil("serve", "--port", port, "--data", tmp_path)
    assert (status, out) == (1, "")
    assert err == f"dalil: port {port} on 127.0.0.1 is in use; choose another with --port\n"


def test_serve_refuses_a_host_that_is_not_there(dalil, tmp_path):
    status, _, err = dalil("serve", "--host", "no such host", "--data", tmp_path)
    assert status == 1
    assert "no such host" in err


def test_keys_are_made_listed_and_revoked(dalil, tmp_path):
    where = ["--data", tmp_path / "new"]
    assert dalil("keys", "list", *where) == (0, "There are no keys. Make one: dalil keys create\n", "")
    assert not (tmp_path / "new").exists()
    status, token, err = dalil("keys", "create", "--name", "غرفة الأخبار", "--days", "30", *where)
    assert status == 0
    assert token.startswith("dalil_")
    assert token.count("\n") == 1
    assert "(ask)" in err
    assert token.strip() not in err
    made = json.loads(dalil("keys", "create", "--scope", "manage", "--json", *where)[1])
    assert (made["scope"], made["state"], made["expires"]) == ("manage", "good", None)
    status, out, _ = dalil("keys", "list", *where)
    assert [line.split()[:3] for line in out.splitlines()] == [
        [token.split("_")[1], "ask", "good"],
        [made["id"], "manage", "good"],
    ]
    assert "غرفة الأخبار" in out
    assert token.strip() not in out
    assert dalil("keys", "revoke", made["id"], *where)[:2] == (0, f"The key {made['id']} opens nothing any more.\n")
    states = [key["state"] for key in json.loads(dalil("keys", "list", "--json", *where)[1])["keys"]]
    assert states == ["good", "revoked"]
    assert "key" not in json.loads(dalil("keys", "list", "--json", *where)[1])["keys"][1]
    assert dalil("keys", "revoke", "nobody", *where)[0] == 1
    assert dalil("keys", "create", "--days", "0", *where)[0] == 2
    assert "1 good" in json.loads(dalil("doctor", "--json", *where)[1])["service"]["keys"]


def test_of_several_ids_those_that_are_there_are_revoked(dalil, tmp_path):
    identity = json.loads(dalil("keys", "create", "--json", "--data", tmp_path)[1])["id"]
    assert dalil("keys", "revoke", identity, "nobody", "--data", tmp_path)[0] == 1
    assert json.loads(dalil("keys", "list", "--json", "--data", tmp_path)[1])["keys"][0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("settings", "keys", "warnings"),
    [
        ({}, 0, []),
        ({"host": "0.0.0.0"}, 0, ["terminal.serving_keyless"]),
        ({"host": "0.0.0.0"}, 1, []),
        ({"host": "0.0.0.0", "keys": "off"}, 1, ["terminal.serving_open"]),
        ({"keys": "off"}, 0, []),
        ({"keys": "on"}, 0, ["terminal.serving_keyless"]),
    ],
)
def test_who_starts_the_service_hears_who_can_use_it(dalil, tmp_path, settings, keys, warnings):
    from qa.cli.serve import _warnings
    from qa.settings import Settings

    for _ in range(keys):
        dalil("keys", "create", "--data", tmp_path)
    assert _warnings(Settings(data=tmp_path, **settings)) == warnings
