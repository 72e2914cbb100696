"""Follow-ups answered over the seed articles: by a history, and in conversations that are kept."""

import pytest

from index.errors import InputError
from qa import Dalil
from qa.answer import Answer, ClaimVerified
from qa.conversation import Turn
from qa.conversation.evidence import retrieve
from qa.conversation.understanding import Understood
from tests.conftest import SEEDS

FIRST = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"


@pytest.fixture(scope="module")
def dalil(tmp_path_factory):
    with Dalil.open(tmp_path_factory.mktemp("talk")) as opened:
        opened.index([SEEDS])
        yield opened


@pytest.mark.parametrize("question", ["ومن أعلن ذلك؟", "And who announced that?"])
def test_a_follow_up_finds_the_article_of_its_subject(dalil: Dalil, question: str) -> None:
    before = dalil.ask(FIRST)
    history = [{"role": "user", "content": FIRST}, {"role": "assistant", "content": before.answer}]
    answer = dalil.ask(question, history=history)
    assert answer.question == question
    assert answer.standalone is not None
    assert answer.conversation_id is None
    assert answer.passages[0].article_id == before.passages[0].article_id
    assert dalil.search(question, history=history)[0].article_id == before.passages[0].article_id


def test_a_full_question_is_answered_as_without_a_history(dalil: Dalil) -> None:
    alone, after = dalil.ask(FIRST), dalil.ask(FIRST, history=[("من هو رئيس فرنسا؟", "لا أعرف")])
    assert (after.answer, after.passages, after.standalone) == (alone.answer, alone.passages, None)


def test_turns_are_kept_before_the_answer_is_given(dalil: Dalil) -> None:
    first = dalil.ask(FIRST, conversation="c-1")
    assert first.conversation_id == "c-1"
    for event in dalil.stream("ومن أعلن ذلك؟", conversation="c-1"):
        if isinstance(event, Answer):
            assert len(dalil.conversations.turns("c-1") or []) == 2
            assert event.standalone
        elif isinstance(event, ClaimVerified):
            assert len(dalil.conversations.turns("c-1") or []) == 1
    turns = dalil.conversations.turns("c-1") or []
    assert turns[0]["answer"]["citations"][0]["quote"] == first.citations[0].quote
    assert turns[1]["standalone"] != turns[1]["question"]
    assert dalil.conversations.get("c-1").title == FIRST


def test_a_stream_that_is_closed_early_keeps_nothing(dalil: Dalil) -> None:
    events = dalil.stream(FIRST, conversation="c-2")
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert dalil.conversations.turns("c-2") is None


@pytest.mark.parametrize("wrong", [{"conversation": "a b"}, {"history": [], "conversation": "c"}, {"history": [{"role": "x"}]}])
def test_what_cannot_be_used_is_told_at_once(dalil: Dalil, wrong: dict) -> None:
    with pytest.raises(InputError):
        dalil.stream(FIRST, **wrong)


def test_without_conversations_no_file_is_made(tmp_path) -> None:
    with Dalil.open(tmp_path) as opened:
        opened.ask(FIRST, history=[Turn("من؟")])
    assert not list(tmp_path.glob("conversations*"))


def test_digits_alone_are_answered_in_the_language_before(dalil: Dalil) -> None:
    assert dalil.ask("2018?", history=[("Who led the coalition in 2017?", "x")]).language == "en"


def test_the_subject_weighs_mildly_in_retrieval(dalil: Dalil) -> None:
    retriever = dalil._finder._retriever
    _, plain = retrieve(retriever, Understood(FIRST, FIRST))
    _, same = retrieve(retriever, Understood(FIRST, FIRST, "rules", FIRST, (plain[0].hit.article_id,)))
    assert plain[0].hit.passage_id == same[0].hit.passage_id
    assert same[0].hit.score > plain[0].hit.score
    assert len({item.row_id for item in same}) == len(same)
