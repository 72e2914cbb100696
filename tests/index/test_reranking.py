"""Reranking with real cross-encoders, tiny and random."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.errors import ModelError
from index.hits import Hit
from index.reranking import CrossEncoderReranker, Reranking, fuse, load_reranker, shown
from index.retrieval import Found
from index.shared import MODELS
from tests.tiny_models import make_bert, make_classifier, make_encoder

QUESTION = "متى انتهت الحرب"
TEXTS = ["war ended", "peace", "سلام حرب", "انتهت حرب ended", "سد", "war war war peace"]


def found(texts, titles=()):
    titled = list(titles) + [None] * len(texts)
    return [
        Found(at, Hit(f"a{at}#0", f"a{at}", text, 0, len(text), 1.0 - at / 10, "ar", titled[at]), 0.5, 0.5)
        for at, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_classifier(tmp_path_factory.mktemp("models") / "reranker")


def plain_logits(folder, question, texts):
    """The same by transformers alone, one pair at a time."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        return [model(**tokenizer(question, text, truncation=True, return_tensors="pt")).logits[0].tolist() for text in texts]


def test_logits_are_those_of_the_model(folder):
    reranker = CrossEncoderReranker.load(str(folder), device="cpu")
    expected = [row[0] for row in plain_logits(folder, QUESTION, TEXTS)]
    assert np.ptp(expected) > 0.1
    assert np.allclose(reranker.logits(QUESTION, TEXTS), expected, atol=1e-5)
    assert reranker.logits(QUESTION, []).shape == (0,)


def test_of_two_labels_the_second_means_relevant(tmp_path):
    folder = make_classifier(tmp_path / "two", 2)
    expected = [second - first for first, second in plain_logits(folder, QUESTION, TEXTS)]
    assert np.allclose(CrossEncoderReranker.load(str(folder), device="cpu").logits(QUESTION, TEXTS), expected, atol=1e-5)


def test_pairs_beyond_the_limit_of_the_tokenizer_are_cut(folder):
    reranker = CrossEncoderReranker.load(str(folder), device="cpu")
    assert reranker.max_tokens == 32
    one, other = reranker.logits("war", ["war " * 100 + "peace", "war " * 100 + "سد"])
    assert one == pytest.approx(other, abs=1e-5)


def test_a_tokenizer_without_a_limit_gets_that_of_the_model(tmp_path):
    from tests.tiny_models import save_tokenizer

    folder = make_classifier(tmp_path / "unlimited")
    save_tokenizer(folder, longest=int(1e30))
    assert CrossEncoderReranker.load(str(folder), device="cpu").max_tokens == 32
    assert len(CrossEncoderReranker.load(str(folder), device="cpu").logits("war", ["peace " * 500])) == 1


def test_roberta_keeps_positions_for_padding(tmp_path):
    from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification

    from tests.tiny_models import WORDS, save_tokenizer

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = XLMRobertaConfig(vocab_size=len(WORDS), max_position_embeddings=18, pad_token_id=0, num_labels=1, **sizes)
    XLMRobertaForSequenceClassification(config).save_pretrained(tmp_path)
    save_tokenizer(tmp_path, longest=4096)
    reranker = CrossEncoderReranker.load(str(tmp_path), device="cpu")
    assert reranker.max_tokens == 17
    assert np.isfinite(reranker.logits("war", ["peace " * 50])).all()


# -- what cannot rerank --------------------------------------------------------------------------------------------------


def unfit(kind, folder):
    """A folder with something else in it."""
    match kind:
        case "nli":
            make_classifier(folder, ["entailment", "neutral", "contradiction"])
        case "bert":
            make_bert(folder)
        case "encoder":
            make_encoder(folder)
        case "damaged":
            make_classifier(folder)
            (folder / "model.safetensors").write_bytes(b"\x00" * 100)
        case "cut off":
            make_classifier(folder)
            whole = (folder / "model.safetensors").read_bytes()
            (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
        case "not json":
            make_classifier(folder)
            (folder / "config.json").write_text("{")
        case "unknown kind":
            make_classifier(folder)
            (folder / "config.json").write_text('{"model_type": "later", "architectures": ["LaterForSequenceClassification"]}')
        case "no weights":
            make_classifier(folder)
            (folder / "model.safetensors").unlink()
        case "empty":
            folder.mkdir()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("nli", r"is no reranker: it tells 3 labels apart \(entailment, neutral, contradiction\)"),
        ("bert", "is no reranker but BertModel"),
        ("encoder", "is no reranker but BertModel|is an encoder, no reranker"),
        ("damaged", "are damaged .*dalil models fetch"),
        ("cut off", "are damaged .*dalil models fetch"),
        ("not json", "cannot be loaded: "),
        ("unknown kind", "the installed transformers does not know its kind"),
        ("no weights", "holds no complete model"),
        ("empty", "holds no complete model"),
        ("missing", "there is no such folder"),
    ],
)
def test_what_cannot_rerank_says_why(tmp_path, kind, told):
    folder = tmp_path / "model"
    unfit(kind, folder)
    with pytest.raises(ModelError, match=told) as raised:
        load_reranker(str(folder), device="cpu")
    assert "\n" not in str(raised.value)


def test_a_device_that_is_not_there_is_named(folder):
    with pytest.raises(ModelError, match="device that is set is not there"):
        load_reranker(str(folder), device="nonsense")


def test_a_name_on_the_hub_without_a_network(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"not on this machine, and HF_HUB_OFFLINE is set: fetch it .*dalil models fetch"):
        load_reranker("dalil-tests/no-such-reranker")


# -- the order -----------------------------------------------------------------------------------------------------------


def test_the_first_passages_are_ordered_by_both(folder):
    items = found(TEXTS)
    reranking = Reranking(lambda: load_reranker(str(folder), device="cpu"), first=5)
    ordered = reranking.apply(QUESTION, items)
    logits = np.array([row[0] for row in plain_logits(folder, QUESTION, TEXTS[:5])])
    scores = fuse(logits, np.array([item.hit.score for item in items[:5]]))
    expected = [*np.argsort(-scores).tolist(), 5]
    assert [item.row_id for item in ordered] == expected
    assert expected != list(range(6))
    assert [item.hit.score for item in ordered] == sorted((item.hit.score for item in ordered), reverse=True)
    assert ordered[-1] == items[-1]
    assert {item.row_id: item.lexical for item in ordered} == {item.row_id: item.lexical for item in items}


def test_a_single_passage_needs_no_model():
    def load():
        raise AssertionError("loaded")

    assert Reranking(load, 5).apply("x", found(["war"])) == found(["war"])
    assert Reranking(load, 5).apply("x", []) == []


def test_the_title_is_read_once():
    (with_title,) = found(["war ended"], ["حرب"])
    assert shown(with_title.hit) == "حرب\nwar ended"
    (begins_with_it,) = found(["حرب انتهت"], ["حرب"])
    assert shown(begins_with_it.hit) == "حرب انتهت"


@given(arrays(np.float64, 6, elements=st.floats(-50, 50)), arrays(np.float64, 6, elements=st.floats(0, 2)))
def test_fused_scores_stay_within_retrievals_range(logits, scores):
    fused = fuse(logits, scores)
    assert fused.min() >= scores.min() - 1e-9
    assert fused.max() <= scores.max() + 1e-9


@pytest.mark.parametrize(
    ("logits", "scores", "expected"),
    [
        ([0, 0, 0], [3, 2, 1], [0, 1, 2]),  # the model sees no difference: retrieval's order
        ([-9, -8, 9], [3, 2, 1], [2, 0, 1]),  # a near tie of the model is broken by retrieval
        ([float("nan"), 5, 9], [3, 2, 1], [0, 1, 2]),
        ([1, 2, 3], [1, 1, 1], [0, 1, 2]),  # nothing to spread over
    ],
)
def test_fusing(logits, scores, expected):
    fused = fuse(np.array(logits, float), np.array(scores, float))
    assert np.argsort(-fused, kind="stable").tolist() == expected


# -- threads -------------------------------------------------------------------------------------------------------------


def test_sixteen_threads_load_it_once_and_get_the_same(folder, monkeypatch):
    from sentence_transformers import CrossEncoder

    MODELS.clear()
    made = []
    plain = CrossEncoder.__init__

    def counted(self, *arguments, **keywords):
        made.append(self)
        plain(self, *arguments, **keywords)

    monkeypatch.setattr(CrossEncoder, "__init__", counted)
    reranking = Reranking(lambda: load_reranker(str(folder), device="cpu"), first=6)
    with ThreadPoolExecutor(16) as threads:
        orders = list(threads.map(lambda _: tuple(i.row_id for i in reranking.apply(QUESTION, found(TEXTS))), range(48)))
    assert len(made) == 1
    assert len(set(orders)) == 1
