"""The transformers road, through a tiny model of random weights that is saved and loaded as real ones are."""

import pytest

from index.errors import ModelError
from qa import Dalil
from qa.models import Message, ModelCancelled, ModelRefused, ModelTimeout, Usage, complete
from qa.models.local import LocalModel
from tests.tiny_models import TEMPLATE, make_chat

ASK = [Message("system", "Be brief."), Message("user", "متى؟ When?")]
NO_SYSTEM = TEMPLATE.replace("{{", "{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{", 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_chat(tmp_path_factory.mktemp("chat") / "model")


def test_it_writes_in_pieces_and_counts_them(folder):
    model, spent = LocalModel(str(folder), device="cpu", price=(1.0, 1.0)), Usage((1.0, 1.0))
    pieces = list(model.stream(ASK, max_tokens=24, spent=spent))
    assert pieces
    prompt = model.count("Be brief.\nمتى؟ When?\n")
    assert prompt == len("Be brief.\nمتى؟ When?\n".encode())  # a byte is a token of this model
    assert (spent.calls, spent.tokens_in) == (1, prompt)
    assert 0 < spent.tokens_out <= 24
    assert model.usage().to_dict() == spent.to_dict()
    assert "".join(pieces) == complete(model, ASK, 24)
    assert not model.structured()


def test_it_stops_when_nobody_waits(folder):
    model = LocalModel(str(folder), device="cpu")
    with pytest.raises(ModelCancelled):
        list(model.stream(ASK, cancelled=lambda: True))
    pieces = model.stream(ASK, max_tokens=4000)
    next(pieces)
    pieces.close()
    assert model.usage().tokens_out < 2 * 4000


def test_it_is_given_so_much_time_and_no_more(folder):
    with pytest.raises(ModelTimeout):
        list(LocalModel(str(folder), device="cpu", timeout_s=0.0001).stream(ASK, max_tokens=4000))


def test_a_prompt_that_is_too_long_is_refused(folder):
    with pytest.raises(ModelRefused, match="4096"):
        list(LocalModel(str(folder), device="cpu").stream([Message("user", "سلام " * 1000)]))


def test_a_template_without_a_place_for_the_system_gets_one_message(tmp_path):
    model = LocalModel(str(make_chat(tmp_path / "model", template=NO_SYSTEM)), device="cpu")
    spent = Usage()
    complete(model, ASK, 4, spent=spent)
    assert spent.tokens_in == len("Be brief.\n\nمتى؟ When?\n".encode())


def test_a_model_without_a_chat_template_and_one_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="chat template"):
        LocalModel(str(make_chat(tmp_path / "model", template=None)), device="cpu").count("x")
    with pytest.raises(ModelError, match="nowhere"):
        LocalModel(str(tmp_path / "nowhere"), device="cpu").count("x")


def test_of_noise_nothing_is_shown(folder, seeds_dalil, tmp_path):
    """Thirty questions: whatever a random model writes, only what the articles say is shown."""
    articles, _ = seeds_dalil.articles()
    words = [word for article in articles for word in article.text.split() if len(word) > 3]
    for name in ("answer-tagged", "repair"):  # short, so that thirty questions are soon asked
        (tmp_path / f"{name}.ar.md").write_text("# user\n$passages $question" if name != "repair" else "# user\n$problems")
    few = {"llm_max_tokens": 16, "llm_context": 1200, "prompts": tmp_path}
    with Dalil.open(tmp_path / "data", llm_model=str(folder), llm_device="cpu", refuse_below=0, **few) as dalil:
        dalil.add(articles)
        for at in range(30):
            answer = dalil.ask(" ".join(words[(at * 7 + step * 13) % len(words)] for step in range(4)))
            assert answer.mode == "extractive"
            for cited in answer.citations:
                assert dalil.article(cited.article_id).text[cited.start : cited.end] == cited.quote
        assert dalil.model.usage().calls >= 30
