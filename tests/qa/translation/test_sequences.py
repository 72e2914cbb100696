"""Translation models from folders, loaded as those of the Hub are."""

import pytest

from index.errors import ModelError
from qa.translation.sequences import SequenceTranslator
from tests.tiny_models import make_classifier, make_marian

EN, AR = "The dam will be finished in 2027.", "وتضم الحديقة 400 نخلة."


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_marian(folder / "tiny-ar-en", EN)
    make_marian(folder / "tiny-en-ar", AR, ("en", "ar"))
    make_marian(folder / "unnamed", EN)
    return folder


def test_one_setting_serves_both_directions(models):
    translator = SequenceTranslator(str(models / "tiny-{from}-{to}"))
    assert translator.translate("سيكتمل السد.", "ar", "en", stopped=never) == EN
    assert translator.translate("The park has palms.", "en", "ar", stopped=never) == AR
    assert translator.name("ar", "en") == "tiny-ar-en"


def test_sentences_are_translated_one_by_one(models):
    translator = SequenceTranslator(str(models / "tiny-ar-en"))
    assert translator.translate("سيكتمل السد. وتضم الحديقة نخلا.", "ar", "en", stopped=never) == f"{EN} {EN}"


def test_a_model_of_the_other_direction_says_nothing(models):
    for name in ("tiny-ar-en", "unnamed"):  # the name says so, and the tokenizer
        translator = SequenceTranslator(str(models / name))
        assert translator.translate("The park has palms.", "en", "ar", stopped=never) is None
        assert translator.translate("سيكتمل السد.", "ar", "en", stopped=never) == EN


def test_what_is_stopped_or_too_long_is_left_out(models, monkeypatch):
    translator = SequenceTranslator(str(models / "tiny-ar-en"))
    asked = []
    assert translator.translate("سيكتمل السد.", "ar", "en", stopped=lambda: len(asked) > 2 or bool(asked.append(1))) is None
    monkeypatch.setattr("qa.translation.sequences._LONGEST", 1)
    assert translator.translate("سيكتمل السد.", "ar", "en", stopped=never) is None


@pytest.mark.parametrize("name", ["nowhere/at/all", "classifier"])
def test_a_model_that_cannot_be_loaded_says_why(tmp_path, name):
    make_classifier(tmp_path / "classifier")
    with pytest.raises(ModelError, match=r"the translator .* cannot be loaded"):
        SequenceTranslator(str(tmp_path / name)).translate("سد", "ar", "en", stopped=never)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Helsinki-NLP/opus-mt-{from}-{to}", "Helsinki-NLP/opus-mt-ar-en"), ("/home/somebody/models/my-model/", "my-model")],
)
def test_readers_are_told_a_name_and_no_path(name, shown):
    assert SequenceTranslator(name).name("ar", "en") == shown
