"""`dalil models`: what is listed, fetched from a Hub on this machine, and tried."""

import json

import pytest

from tests.tiny_hub import TinyHub
from tests.tiny_models import make_chat_model, make_classifier, make_encoder, make_marian


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    encoder, reranker = make_encoder(made / "tiny-encoder"), make_classifier(made / "reranker")
    (reranker / "README.md").write_text("---\nlicense: mit\ntags: [x]\n---\n# A card\n", encoding="utf-8")
    (reranker / "pytorch_model.bin").write_bytes(b"the same once more")
    (reranker / "onnx").mkdir()
    (reranker / "onnx" / "model.onnx").write_bytes(b"in another format")
    return {"dalil-tests/tiny-encoder": encoder, "dalil-tests/tiny-reranker": reranker}


@pytest.fixture
def hub(folders, tmp_path):
    """A Hub, and the environment of a process that knows no other and has an empty cache."""
    with TinyHub(folders) as opened:
        opened.environment = {
            "HF_ENDPOINT": opened.url,
            "HF_HOME": str(tmp_path / "cache"),
            "HF_HUB_OFFLINE": "",
            "DALIL_DATA": str(tmp_path / "data"),
            "HF_HUB_DISABLE_XET": "1",
        }
        yield opened


@pytest.fixture(autouse=True)
def plain(monkeypatch, tmp_path):
    """No settings from outside."""
    for name in (
        "DALIL_PROFILE",
        "DALIL_ENCODER",
        "DALIL_RERANKER",
        "DALIL_LLM_MODEL",
        "DALIL_JUDGE",
        "DALIL_TRANSLATOR",
        "LANG",
        "LC_ALL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def listed(dalil, *arguments):
    status, out, err = dalil("models", *arguments, "--json")
    assert (status, err) == (0, "")
    return {part["role"]: part for part in json.loads(out)["models"]}


def test_the_default_needs_nothing_and_says_what_could_be_on(dalil):
    parts = listed(dalil)
    assert parts["encoder"]["status"] == "bundled"
    assert parts["encoder"]["licence"] == "cc-by-sa-4.0"
    assert not parts["encoder"]["remedy"]
    off = {role: part["remedy"] for role, part in parts.items() if part["status"] == "off"}
    assert {"reranker", "language model"} <= set(off)
    assert off["reranker"].startswith("DALIL_RERANKER=BAAI/bge-reranker-v2-m3 turns it on")
    _, out, _ = dalil("models")
    assert len(out.splitlines()) == len(parts)


def test_the_local_profile_says_what_is_missing_and_what_it_needs(dalil, monkeypatch, tmp_path):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    parts = listed(dalil, "--profile", "local")
    assert {role for role, part in parts.items() if part["status"] == "bundled"} == {"judge"}
    assert {part["status"] for role, part in parts.items() if role != "judge"} <= {"missing", "off"}
    assert parts["translator to English"]["name"] == "Helsinki-NLP/opus-mt-ar-en"
    assert parts["translator to Arabic"]["name"] == "Helsinki-NLP/opus-mt-en-ar"
    assert parts["encoder"]["name"] == "BAAI/bge-m3"
    for role in ("encoder", "reranker", "language model"):
        assert parts[role]["origin"] == "profile local"
        assert parts[role]["estimated"]
        assert parts[role]["disk_mb"] > 1000
        assert parts[role]["licence"]
        assert "dalil models fetch" in parts[role]["remedy"]


@pytest.mark.parametrize(
    ("environment", "name", "remedy"),
    [
        ({"DALIL_PROFILE": "api"}, "gpt-4o-mini at https://api.openai.com/v1", "set DALIL_LLM_KEY to the server's key"),
        ({"DALIL_PROFILE": "api", "DALIL_LLM_KEY": "s3cret"}, "gpt-4o-mini at https://api.openai.com/v1", ""),
        (
            {"DALIL_PROFILE": "api", "DALIL_LLM_URL": "http://x/v1"},
            "? at http://x/v1",
            "set DALIL_LLM_MODEL to a model of that",
        ),
        ({"DALIL_PROFILE": "local", "DALIL_LLM_URL": "http://x/v1", "DALIL_LLM_MODEL": "m"}, "m at http://x/v1", ""),
    ],
)
def test_a_model_behind_a_server(dalil, monkeypatch, environment, name, remedy):
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    part = listed(dalil)["language model"]
    assert (part["status"], part["name"]) == ("server", name)
    assert part["remedy"].startswith(remedy)
    assert bool(part["remedy"]) == bool(remedy)
    assert "s3cret" not in str(dalil("models")) + str(dalil("doctor"))


def test_fetched_once_listed_and_tried_without_asking_again(process, hub):
    names = {"DALIL_ENCODER": "dalil-tests/tiny-encoder", "DALIL_RERANKER": "dalil-tests/tiny-reranker"}
    environment = hub.environment | names
    first = process("models", "fetch", "--json", environment=environment)
    assert first.returncode == 0, first.stderr.decode()
    fetched = json.loads(first.stdout)["fetched"]
    assert set(fetched) == set(names.values())
    assert b"fetching dalil-tests/tiny-encoder, " in first.stderr
    assert any("model.safetensors" in path for path in hub.asked)
    assert not any("onnx" in path or "pytorch_model" in path for path in hub.asked)
    hub.asked.clear()
    again = process("models", "fetch", environment=environment)
    assert again.returncode == 0
    assert again.stderr.count(b" is here: ") == 2
    parts = {part["role"]: part for part in json.loads(process("models", "--json", environment=environment).stdout)["models"]}
    assert [parts[role]["status"] for role in ("encoder", "reranker")] == ["here", "here"]
    assert (parts["reranker"]["licence"], parts["reranker"]["estimated"]) == ("mit", False)
    tried = process("models", "check", "--json", environment=environment)
    assert tried.returncode == 0, tried.stderr.decode()
    works = {one["role"]: one["ok"] for one in json.loads(tried.stdout)["models"]}
    assert works == {"encoder": True, "reranker": True, "judge": True}
    assert hub.asked == []


def test_judge_and_translator_are_listed_and_tried(dalil, monkeypatch, tmp_path):
    make_classifier(tmp_path / "nli", ["contradiction", "entailment"])
    make_marian(tmp_path / "tiny-ar-en", "The dam is there.")
    monkeypatch.setenv("DALIL_JUDGE", f"nli:{tmp_path / 'nli'}")
    monkeypatch.setenv("DALIL_TRANSLATOR", str(tmp_path / "tiny-ar-en"))
    parts = listed(dalil)
    assert [parts[role]["status"] for role in ("judge", "translator")] == ["here", "here"]
    assert (parts["judge"]["name"], parts["judge"]["setting"]) == (str(tmp_path / "nli"), "judge")
    _, out, _ = dalil("models", "check", "--json")
    tried = {one["role"]: one for one in json.loads(out)["models"]}
    assert tried["judge"]["ok"]
    assert tried["translator"]["ok"]
    assert "The dam is there." in tried["translator"]["said"]
    monkeypatch.setenv("DALIL_TRANSLATE_QUOTES", "off")
    assert listed(dalil)["translator"]["remedy"] == "DALIL_TRANSLATE_QUOTES=auto turns it on"
    monkeypatch.setenv("DALIL_JUDGE", "llm:small@http://x/v1")
    assert (listed(dalil)["judge"]["status"], listed(dalil)["judge"]["name"]) == ("server", "small at http://x/v1")


@pytest.mark.parametrize(
    ("name", "broken", "environment", "told"),
    [
        ("dalil-tests/none", None, {}, "there is no such model on the Hub, or it is private"),
        ("dalil-tests/tiny-encoder", 503, {}, "the Hub answered with status 503: try again later"),
        ("dalil-tests/tiny-encoder", 401, {}, "the Hub answered with status 401: set HF_TOKEN"),
        ("dalil-tests/tiny-encoder", None, {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set"),
        ("dalil-tests/tiny-encoder", None, {"HF_ENDPOINT": "http://127.0.0.1:9"}, "the Hub cannot be reached"),
        ("../nowhere/at all", None, {}, "no name on the Hub looks like that"),
    ],
)
def test_what_cannot_be_fetched_says_why_in_one_line(process, hub, name, broken, environment, told):
    hub.broken = broken
    done = process("models", "fetch", name, environment=hub.environment | environment)
    assert (done.returncode, done.stdout) == (1, b"")
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith("dalil: 1 of 1 models could not be fetched: ")
    assert told in last
    assert "Traceback" not in done.stderr.decode()


def test_a_question_fetches_what_is_missing(process, hub, data):
    environment = hub.environment | {"DALIL_DATA": str(data), "DALIL_RERANKER": "dalil-tests/tiny-reranker"}
    done = process("search", "التحالف", "--json", environment=environment)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["hits"]
    assert any("tiny-reranker" in path for path in hub.asked)
    gone = process("search", "التحالف", environment=environment | {"DALIL_RERANKER": "dalil-tests/none"})
    assert gone.returncode == 1
    assert gone.stderr.decode().startswith("dalil: the reranker is not on this machine: 'dalil-tests/none' cannot be fetched")


def test_check_tells_what_does_not_work(dalil, monkeypatch, folders, tmp_path):
    monkeypatch.setenv("DALIL_RERANKER", str(folders["dalil-tests/tiny-encoder"]))
    status, out, err = dalil("models", "check")
    assert status == 1
    assert err == "dalil: 1 of 3 models do not work: reranker\n"
    works, fails, _ = out.splitlines()
    assert works.startswith("encoder: works: bundled: 256 dimensions; a passage that answers above one that does not")
    assert fails.startswith("reranker: does not work: ")
    assert "is no reranker but BertModel" in fails or "is an encoder, no reranker" in fails


def test_a_language_model_is_listed_and_tried(dalil, monkeypatch, tmp_path):
    monkeypatch.setenv("DALIL_LLM_MODEL", str(make_chat_model(tmp_path / "chat")))
    monkeypatch.setenv("DALIL_LLM_DEVICE", "cpu")
    part = listed(dalil)["language model"]
    assert (part["status"], part["origin"], part["estimated"]) == ("here", "DALIL_LLM_MODEL", False)
    status, out, err = dalil("models", "check")
    assert (status, err) == (0, "")
    assert out.splitlines()[1].startswith(f"language model: works: {tmp_path / 'chat'}: it says '")
    monkeypatch.setenv("DALIL_LLM_MODEL", str(tmp_path / "none"))
    status, out, _ = dalil("models", "check")
    assert status == 1
    assert out.splitlines()[1].startswith(f"language model: does not work: {tmp_path / 'none'}: the language model")


def test_options_of_the_list_do_not_get_lost_before_a_command(dalil):
    status, _, err = dalil("models", "--profile", "local", "fetch")
    assert status == 2
    assert "dalil models fetch ..." in err


def test_doctor_shows_models_with_and_without_a_usable_index(dalil, data, monkeypatch, folders, tmp_path):
    facts = json.loads(dalil("doctor", "--data", data, "--json")[1])
    assert facts["models"]["encoder"].startswith("bundled; ")
    assert "DALIL_RERANKER=" in facts["models"]["reranker"]
    monkeypatch.setenv("DALIL_PROFILE", "local")
    facts = json.loads(dalil("doctor", "--data", data, "--json")[1])
    assert facts["index"]["code"] == "encoder_mismatch"
    assert facts["settings"]["encoder"] == {"value": "BAAI/bge-m3", "origin": "profile local"}
    assert "GB of memory" in facts["models"]["encoder"]


def test_doctor_with_an_encoder_that_is_not_there(dalil, monkeypatch, tmp_path, folders):
    monkeypatch.setenv("DALIL_ENCODER", "dalil-tests/tiny-encoder")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "data").mkdir()
    from index.collection import DATABASE

    (tmp_path / "data" / DATABASE).touch()
    status, out, _ = dalil("doctor", "--data", tmp_path / "data", "--json")
    facts = json.loads(out)
    assert status == 0
    assert facts["index"]["code"] == "model_unavailable"
    assert facts["models"]["encoder"].startswith("dalil-tests/tiny-encoder; missing; ")
