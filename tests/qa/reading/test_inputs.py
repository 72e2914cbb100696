import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.language import fold
from index.retrieval import Retriever
from qa import Dalil
from qa.reading.inputs import BUCKETS, RELATION_FEATURES, WORD_FEATURES, inputs_for, words_of
from qa.reading.names import names_of
from qa.reading.sentences import articles_read, candidates
from qa.reading.spans import _without_clitic

LETTERS = st.text("ابتثجدرسلميةوىأإآءئًَّـ٠١٢3456abcXYZé ،؟.«»()%-:\nﷲﻻ", max_size=60)


@settings(max_examples=60, deadline=None)
@given(LETTERS)
def test_words_stand_where_they_are_said_to_and_features_are_shares(text):
    found = words_of(text)
    assert len(found.forms) == len(found.stems) == len(found.spans) == len(found.hashes) == len(found.features)
    assert found.features.shape[1] == WORD_FEATURES
    assert ((found.features >= 0) & (found.features <= 1)).all()
    assert ((found.hashes >= 0) & (found.hashes < np.array(BUCKETS))).all()
    for form, (start, end) in zip(found.forms, found.spans, strict=True):
        assert form in fold(text[start:end])
    assert all(before[1] <= after[0] for before, after in zip(found.spans, found.spans[1:], strict=False))


ARABIC = "افتتحت البلدية حديقة النخيل أمس. وتضم الحديقة ٤٠٠ نخلة ومسارا. ويزورها الناس كل يوم."
ENGLISH = "The town opened a garden. It has 400 palm trees. People come daily."
ARTICLES = [
    Article(id="a", title="حديقة النخيل", text=ARABIC),
    Article(id="b", title="Palm garden", language="en", text=ENGLISH),
]


@pytest.mark.parametrize("question", ["كم نخلة تضم حديقة النخيل؟", "How many palm trees does the garden have?"])
def test_inputs_show_each_sentence_with_its_neighbours(tmp_path, question):
    with Dalil.open(tmp_path) as dalil:
        dalil.add(ARTICLES)
        collection = dalil._collection
        query, found = Retriever(collection).retrieve(question)
        pool = candidates(query, articles_read(found, collection), collection)
    inputs = inputs_for(query, pool, range(len(pool)))
    assert inputs.starts[-1] == len(inputs.read) == len(inputs.features) == len(inputs.piece)
    assert inputs.features.shape[1] == WORD_FEATURES + RELATION_FEATURES
    assert ((inputs.features >= 0) & (inputs.features <= 1)).all()
    assert inputs.lacking.shape == (len(pool), 3, len(inputs.asked))
    assert ((inputs.lacking >= 0) & (inputs.lacking <= 1)).all()
    # What the sentence has, it has with its neighbours too; what those have, the article has.
    assert (np.diff(inputs.lacking, axis=1) <= 1e-6).all()
    for at, candidate in enumerate(pool):
        rows = slice(inputs.starts[at], inputs.starts[at + 1])
        own = [form for form, piece in zip(inputs.read[rows], inputs.piece[rows], strict=True) if piece >= 0]
        assert own == list(words_of(candidate.sentence.text).forms)
        assert (inputs.inside[rows] == (inputs.piece[rows] >= 0)).all()
    best = min(range(len(pool)), key=lambda at: inputs.lacking[at, 0].sum())
    assert "400" in fold(pool[best].sentence.text)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Gedney say in Mosul?", {"gedney", "mosul"}),
        ("When did the war end?", set()),
        ("ماذا قال غيدني عن الحرب؟", {"غيدني"}),
        ("متى انتهت الحرب؟", set()),
    ],
)
def test_names_of_a_question(question, names):
    assert names <= names_of(question)
    assert bool(names) == bool(names_of(question))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("بالقاهرة", "القاهرة"),
        ("والعراق وسوريا", "العراق وسوريا"),
        ("وبالقاهرة", "القاهرة"),
        ("باريس", "باريس"),
        ("وزير", "وزير"),
        ("كالي", "كالي"),
        ("Paris", "Paris"),
    ],
)
def test_a_preposition_written_with_the_article_is_left_out(text, bare):
    assert _without_clitic(text) == bare
