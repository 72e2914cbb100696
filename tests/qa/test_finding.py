"""Questions through a reranker: what it changes, what it costs, and what is told when it is not there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import EncoderMismatch, ModelError
from qa import Dalil
from tests.samples import ARTICLES
from tests.tiny_models import make_classifier, make_encoder

QUESTIONS = ["كم كلف سد وادي الزهور؟", "What did the frost destroy in the valley?"]


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_classifier(tmp_path_factory.mktemp("models") / "reranker")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Dalil.open(tmp_path / "data") as dalil:
        dalil.add(ARTICLES)
    return tmp_path / "data"


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_order_changes_and_its_time_is_told(data: Path, reranker: Path, question: str) -> None:
    with Dalil.open(data) as plain, Dalil.open(data, reranker=str(reranker), reranker_device="cpu") as reranked:
        before, after = plain.search(question), reranked.search(question)
        assert {hit.passage_id for hit in before} == {hit.passage_id for hit in after}
        assert [hit.score for hit in before] != [hit.score for hit in after]
        assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)
        answer = reranked.ask(question)
        assert list(answer.timings_ms) == ["retrieve", "rerank", "answer", "total"]
        assert answer.timings_ms["total"] >= sum(answer.timings_ms[part] for part in ("retrieve", "rerank", "answer"))
        for citation in answer.citations:
            assert reranked.article(citation.article_id).text[citation.start : citation.end] == citation.quote


def test_requests_share_it(data: Path, reranker: Path) -> None:
    with Dalil.open(data, reranker=str(reranker), reranker_device="cpu") as dalil, ThreadPoolExecutor(16) as threads:
        found = list(
            threads.map(lambda at: [(hit.passage_id, hit.score) for hit in dalil.search(QUESTIONS[at % 2])], range(32))
        )
    assert len({tuple(ids) for ids in found}) == 2


def test_a_reranker_that_is_not_there_is_an_error_of_the_question(data: Path, tmp_path: Path) -> None:
    with Dalil.open(data, reranker=str(tmp_path / "none")) as dalil:
        with pytest.raises(ModelError, match=r"the reranker '.*none' cannot be loaded: there is no such folder.*leave"):
            dalil.ask(QUESTIONS[0])
        assert dalil.articles()[1] == len(ARTICLES)


def test_another_encoder_on_the_same_index_is_refused(data: Path, tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "encoder")
    with pytest.raises(EncoderMismatch, match=r"made with the encoder 'bundled'.*set the encoder it was made with"):
        Dalil.open(data, encoder=str(folder))
    with pytest.raises(EncoderMismatch, match="'BAAI/bge-m3' is set"):
        Dalil.open(data, profile="local")
