import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.embedding import load_encoder
from index.embedding.sentence import choose_prefixes
from index.errors import ModelError
from tests.tiny_models import LONGEST, make_bert, make_classifier, make_encoder

WEB_SEARCH = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
SENTENCE = "Represent this sentence for searching relevant passages: "


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A real sentence-transformers model, tiny and random."""
    return make_encoder(tmp_path_factory.mktemp("models") / "tiny-e5-small")


def test_any_sentence_transformers_folder_loads(folder):
    encoder = load_encoder(str(folder), device="cpu")
    passages = encoder.encode_passages(["war", "سلام", "war " * 50])
    assert passages.shape == (3, 16)
    assert passages.dtype == np.float32
    assert encoder.dimensions == 16
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    assert encoder.encode_queries([]).shape == (0, 16)


def test_texts_beyond_the_limit_are_cut(folder):
    encoder = load_encoder(str(folder), device="cpu")
    assert encoder.max_tokens == LONGEST
    first, second = encoder.encode_passages(["war " * LONGEST + "peace", "war " * LONGEST + "سلام"])
    assert np.allclose(first, second)


def test_prefixes_set_by_hand_change_questions_and_passages_apart(folder):
    plain = load_encoder(str(folder), query_prefix="", passage_prefix="", device="cpu")
    set_ = load_encoder(str(folder), query_prefix="query: ", passage_prefix="passage: ", device="cpu")
    assert np.allclose(set_.encode_queries(["war"]), plain.encode_queries(["query: war"]), atol=1e-6)
    assert np.allclose(set_.encode_passages(["war"]), plain.encode_passages(["passage: war"]), atol=1e-6)
    assert set_.name != plain.name


def test_the_models_own_prompts_are_used(folder, tmp_path):
    import shutil

    made = tmp_path / "model"
    shutil.copytree(folder, made)
    config = json.loads((made / "config_sentence_transformers.json").read_text())
    config["prompts"] = {"query": "peace ", "document": ""}
    (made / "config_sentence_transformers.json").write_text(json.dumps(config))
    own = load_encoder(str(made), device="cpu")
    plain = load_encoder(str(made), query_prefix="", device="cpu")
    assert np.allclose(own.encode_queries(["war"]), plain.encode_queries(["peace war"]), atol=1e-6)
    assert np.allclose(own.encode_passages(["war"]), plain.encode_passages(["war"]), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "prompts", "given", "expected"),
    [
        ("intfloat/multilingual-e5-base", {}, (None, None), ("query: ", "passage: ")),
        ("/models/multilingual-e5-small/", {}, (None, None), ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-base", {}, ("", None), ("", "passage: ")),
        ("intfloat/multilingual-e5-base", {"query": "Q ", "passage": "P "}, (None, None), ("Q ", "P ")),
        ("BAAI/bge-m3", {}, (None, None), ("", "")),
        ("some/model", {"query": "Q "}, (None, "x "), ("Q ", "x ")),
        ("nomic-ai/nomic-embed-text-v1", {}, (None, None), ("search_query: ", "search_document: ")),
        ("intfloat/multilingual-e5-large-instruct", {}, (None, None), (WEB_SEARCH, "")),
        ("intfloat/e5-mistral-7b-instruct", {}, (None, None), (WEB_SEARCH, "")),
        ("someone/base5-arabic", {}, (None, None), ("", "")),
        ("someone/arabic_e5", {}, (None, None), ("query: ", "passage: ")),
        ("BAAI/bge-small-en-v1.5", {}, (None, None), (SENTENCE, "")),
        ("BAAI/bge-multilingual-gemma2", {}, (None, None), ("", "")),
        ("Snowflake/snowflake-arctic-embed-m", {}, (None, None), (SENTENCE, "")),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", {}, (None, None), ("query: ", "")),
        ("thenlper/gte-base", {}, (None, None), ("", "")),
        ("Alibaba-NLP/gte-multilingual-base", {}, (None, None), ("", "")),
        ("Alibaba-NLP/gte-Qwen2-1.5B-instruct", {}, (None, None), (WEB_SEARCH, "")),
    ],
)
def test_prefixes_by_setting_then_model_then_family(name, prompts, given, expected):
    assert choose_prefixes(name, prompts, *given) == expected


def test_a_missing_model_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="bundled"):
        load_encoder(str(tmp_path / "nothing"))


def test_a_classifier_is_no_encoder_and_a_plain_bert_is_one(tmp_path):
    with pytest.raises(ModelError, match=r"is no encoder but BertForSequenceClassification: .* the reranker"):
        load_encoder(str(make_classifier(tmp_path / "classifier")))
    assert load_encoder(str(make_bert(tmp_path / "bert")), device="cpu").dimensions == 16


def test_threads_share_one_model(folder):
    encoder = load_encoder(str(folder), query_prefix="query: ", device="cpu")
    texts = [" ".join(["war", "peace", "سلام"] * (n % 7 + 1)) for n in range(64)]
    alone = np.concatenate([encoder.encode_queries([text]) for text in texts])
    with ThreadPoolExecutor(16) as threads:
        loaded = list(threads.map(lambda _: load_encoder(str(folder), query_prefix="query: ", device="cpu"), range(16)))
        together = np.concatenate(list(threads.map(lambda text: encoder.encode_queries([text]), texts)))
    assert {id(one) for one in loaded} == {id(encoder)}
    assert np.allclose(together, alone, atol=1e-6)
