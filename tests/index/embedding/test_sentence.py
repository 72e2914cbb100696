import json

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from index.embedding import load_encoder
from index.embedding.sentence import choose_prefixes
from index.errors import ModelError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "query", ":", "passage", "war", "peace", "حرب", "سلام"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A real sentence-transformers model, tiny and random, as `SentenceTransformer.save` leaves it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    bert, made = tmp_path_factory.mktemp("bert"), tmp_path_factory.mktemp("tiny-e5-small")
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", model_max_length=16)
    fast.save_pretrained(bert)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    BertModel(config).save_pretrained(bert)
    transformer = Transformer(str(bert))
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save(str(made))
    return made


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
    assert encoder.max_tokens == 16
    first, second = encoder.encode_passages(["war " * 20 + "peace", "war " * 20 + "سلام"])
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
    ],
)
def test_prefixes_by_setting_then_model_then_family(name, prompts, given, expected):
    assert choose_prefixes(name, prompts, *given) == expected


def test_a_missing_model_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="bundled"):
        load_encoder(str(tmp_path / "nothing"))
