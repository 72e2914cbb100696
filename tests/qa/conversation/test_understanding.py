"""Several turns: the subject carried over, changed, and what histories may hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import InputError
from qa.conversation import Turn, Understood, read_history, understand
from qa.conversation.turns import LONGEST_MESSAGE, MOST_MESSAGES, TURNS_READ

CITED = {"refused": False, "short": None, "citations": [{"article_id": "park", "quote": "تضم الحديقة بحيرة", "title": "حديقة"}]}


def after(*questions: str) -> list[Turn]:
    return [Turn(question) for question in questions]


CONVERSATIONS = [
    (["Where was Paul Gedney born?", "When did he retire?", "Why?"], "Why did Paul Gedney retire?"),
    (["Where was Paul Gedney born?", "Who is the president of France?", "How old is he?"], "president of France"),
    (["How many people live in Sudan?", "And in Egypt?", "What about Chad?"], "How many people live in Chad?"),
    (["كم عدد سكان السودان؟", "وماذا عن مصر؟", "وتشاد؟"], "كم عدد سكان تشاد؟"),
    (["متى تأسست شركة الغزل في المحلة؟", "ومن يملكها؟", "كم عدد عمالها؟"], "كم عدد عمالها (شركة الغزل في المحلة)؟"),
    (["متى تأسست شركة الغزل في المحلة؟", "من هو رئيس فرنسا؟", "ما عمره؟"], "ما عمره (رئيس فرنسا)؟"),
    (["Where was Paul Gedney born?", "ومتى تقاعد؟", "And where does he live?"], "Where does Paul Gedney live?"),
]


@pytest.mark.parametrize(("questions", "wanted"), CONVERSATIONS)
def test_the_subject_is_carried_through_the_turns_until_it_changes(questions: list[str], wanted: str) -> None:
    assert wanted in understand(questions[-1], after(*questions[:-1])).standalone


def test_an_answer_can_be_what_a_pronoun_means() -> None:
    turns = [Turn("Which club did Karim buy?", "x", document={"refused": False, "short": "Hadaba Club", "citations": []})]
    assert "Hadaba Club" in understand("Where is it based?", turns).standalone
    dated = [Turn("When did Karim buy the club?", "x", document={"refused": False, "short": "in May", "citations": []})]
    assert "May" not in understand("Where is it based?", dated).standalone


def test_what_was_cited_is_evidence_for_a_follow_up_alone() -> None:
    turns = [Turn("كم نخلة في حديقة النسيم؟", "x", document=CITED)]
    assert understand("ومتى افتتحت؟", turns).articles == ("park",)
    assert understand("من هو رئيس فرنسا؟", turns) == Understood("من هو رئيس فرنسا؟", "من هو رئيس فرنسا؟")


def test_a_definite_noun_of_the_quote_points_back() -> None:
    turns = [Turn("كم نخلة في حديقة النسيم؟", "x", document=CITED)]
    assert understand("كم عمق البحيرة؟", turns).is_followup
    assert not understand("كم عمق المحيط؟", turns).is_followup


def test_a_full_question_is_not_made_beyond_the_longest() -> None:
    assert not understand("ومتى افتتحت؟", after("كم نخلة في حديقة النسيم؟"), longest=20).is_followup


def test_a_history_of_messages_makes_turns() -> None:
    history = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "من نفى ادعاءات روسيا؟"},
        {"role": "assistant", "content": "«نفى ذلك الضابط غلين.» [1]"},
        {"role": "user", "content": "When?"},
    ]
    turns = read_history(history)
    assert [turn.question for turn in turns] == ["من نفى ادعاءات روسيا؟", "When?"]
    assert turns[0].evidence == ("نفى ذلك الضابط غلين.",)
    assert read_history([("q?", "a")]) == [Turn("q?", "a")]


def test_of_a_long_history_the_last_turns_are_read() -> None:
    turns = read_history([{"role": "user", "content": f"q{number}"} for number in range(50)])
    assert [turn.question for turn in turns] == [f"q{number}" for number in range(50 - TURNS_READ, 50)]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("hello", "list of messages"),
        ([1], "message 1"),
        ([{"role": "user", "content": "a"}, {"role": "boss", "content": "a"}], "message 2 of the history: the role"),
        ([{"role": "user"}], "content is text"),
        ([{"role": "user", "content": ["a"]}], "content is text"),
        ([{"role": "user", "content": "a" * (LONGEST_MESSAGE + 1)}], "at most"),
        ([{"role": "user", "content": "a"}] * (MOST_MESSAGES + 1), "at most"),
    ],
)
def test_a_history_that_cannot_be_used_is_refused_with_its_place(history: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_history(history)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=60), max_size=3))
def test_any_text_is_understood_as_something(question: str, before: list[str]) -> None:
    understood = understand(question, after(*before))
    assert understood.standalone == question or understood.is_followup


WORDS = st.lists(st.sampled_from("و ومتى كان ذلك ؟ (ها) And what about it's he there's his who 2016 عن في".split()), max_size=8)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.lists(WORDS, max_size=3))
def test_any_order_of_leaning_words_is_understood_as_something(question: list[str], before: list[list[str]]) -> None:
    turns = after(*(" ".join(words) for words in before))
    assert isinstance(understand(" ".join(question), turns).standalone, str)
