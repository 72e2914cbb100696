import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding import load_encoder
from index.embedding.encoder import BUNDLED_PATH
from index.embedding.static import StaticEncoder
from index.errors import ModelError
from index.language.folding import fold
from index.language.stemming import words

TEXTS = [
    "أعلن التحالف الدولي مقتل ضابط في الحويجة",
    "The coalition announced the death of an officer in Hawija",
    "وَزِيرُ الخارجيّةِ في واشنطن، ٢٠١٨ — «لقاء» مع 1,500 جنديّ",
    "U.S. soldiers' walkings; the 20th coalition's F-16s, café Ｆｕｌｌ",
    "وكتبهم وبالمدارس ولوزارة ﷲ ﻻ",
    "",
    "؟!",
    "qqqqzzzz",
]
LETTERS = st.text(alphabet=st.sampled_from("ابتجحدرسعفقكلمنهويىةأإآؤئءَّـ ABcdeinstéß'’.,-–٠١2٣«»\n؟"), max_size=80)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture(scope="module")
def model():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(BUNDLED_PATH), device="cpu")


def test_rows_have_length_one_or_none(encoder):
    norms = np.linalg.norm(encoder.encode_passages(TEXTS), axis=1)
    assert norms.shape == (len(TEXTS),)
    assert np.allclose(norms[:5], 1, atol=1e-5)
    assert np.all(norms[5:] == 0)


def test_texts_that_are_cut_already_have_the_same_vectors(encoder):
    cut = [words(fold(text)) for text in TEXTS]
    assert np.array_equal(encoder.encode_words(cut), encoder.encode_passages(TEXTS))
    assert encoder.encode_words([]).shape == (0, encoder.dimensions)


def test_many_texts_are_as_one_by_one(encoder):
    many = TEXTS * 30
    together = encoder.encode_passages(many)
    alone = np.concatenate([encoder.encode_queries([text]) for text in many])
    assert together.dtype == np.float32
    assert np.allclose(together, alone, atol=1e-6)
    assert encoder.encode_passages([]).shape == (0, encoder.dimensions)


def test_sentence_transformers_reads_the_same_folder(encoder, model):
    assert np.allclose(model.encode(TEXTS, normalize_embeddings=True), encoder.encode_passages(TEXTS), atol=1e-5)
    assert model.get_embedding_dimension() == encoder.dimensions


@settings(max_examples=150, deadline=None)
@given(text=LETTERS)
def test_the_tokenizer_imitates_the_analysis(encoder, model, text):
    assert np.allclose(model.encode([text], normalize_embeddings=True), encoder.encode_passages([text]), atol=1e-5)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "Who announced the end of the war in Iraq?",
            "أعلن رئيس الوزراء نهاية الحرب في العراق",
            "فاز الفريق بكأس العالم لكرة القدم",
        ),
        ("oil prices", "أسعار النفط", "أسعار المستشفيات والعلاج"),
        ("متى فاز الفريق بالبطولة؟", "The team won the championship in 2010", "Oil prices fell on the stock market"),
        ("مرضى السرطان", "cancer patients", "music festival"),
    ],
)
def test_the_same_subject_is_closer_in_either_language(encoder, question, right, wrong):
    (asked,) = encoder.encode_queries([question])
    near, far = encoder.encode_passages([right, wrong]) @ asked
    assert near > far + 0.1


@pytest.mark.parametrize("word", ["coalition", "تحالف", "الوزارة"])
def test_word_vectors_are_what_a_text_of_one_word_is(encoder, word):
    from index.language import fold

    (vector,) = encoder.word_vectors([fold(word)])
    assert np.allclose(vector / np.linalg.norm(vector), encoder.encode_passages([word])[0], atol=1e-5)


def test_the_bundled_folder_is_small_and_says_where_it_is_from(encoder):
    assert sum(path.stat().st_size for path in BUNDLED_PATH.rglob("*") if path.is_file()) <= 32_000_000
    card = (BUNDLED_PATH / "README.md").read_text("utf-8")
    from index.embedding.training.sources import SOURCES

    assert [source.file for source in SOURCES if source.file.rsplit("/", 1)[-1] not in card] == []


def test_the_name_changes_with_the_weights(encoder):
    assert encoder.name.startswith("bundled-")


def test_answering_one_question_does_not_import_torch():
    code = "import sys, index.embedding as e; e.load_encoder().encode_queries(['x']); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("broken", ["missing", "json", "weights"])
def test_a_broken_folder_is_a_clear_error(tmp_path, broken):
    if broken != "missing":
        text = "{" if broken == "json" else json.dumps({"model": {"vocab": {"a": 0}}})
        (tmp_path / "tokenizer.json").write_text(text)
        (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="Install Dalil again"):
        StaticEncoder.load(tmp_path)
