"""Two articles of the seeds tell of one coalition and two officers: the names of the question decide."""

from pathlib import Path

import pytest

from qa import Dalil

SEEDS = Path(__file__).parents[2] / "seeds"
GEDNEY, GLYNN = "000_4e84c7e255c49780", "003_bdcf7e066c1938b0"


@pytest.fixture(scope="module")
def dalil(tmp_path_factory):
    with Dalil.open(tmp_path_factory.mktemp("index"), refuse_below=0) as opened:
        opened.index([SEEDS])
        yield opened


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("ماذا قال غيدني عن داعش؟", GEDNEY),
        ("ماذا قال غلين عن داعش؟", GLYNN),
        ("من هو فيلكس غيدني؟", GEDNEY),
        ("من هو جيمس غلين؟", GLYNN),
        ("What did Gedney say about the fight against Daesh?", GEDNEY),
        ("What did Glynn say about the fight against Daesh?", GLYNN),
        ("Who is Felix Gedney?", GEDNEY),
        ("Who is James Glynn?", GLYNN),
    ],
)
def test_the_names_of_the_question_decide(dalil, question, article):
    answer = dalil.ask(question)
    assert not answer.refused
    assert answer.citations[0].article_id == article
