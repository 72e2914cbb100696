"""A conversation: questions, words with a slash, and its end."""

import unicodedata

import pytest

QUESTION = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"


def talk(process, data, *lines, environment=None):
    done = process("chat", "--data", data, stdin="\n".join(lines).encode(), environment={"LC_ALL": "C", **(environment or {})})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_each_question_is_answered_and_sources_shows_the_passages(process, data):
    status, out, err = talk(process, data, QUESTION, "/sources", "", QUESTION)
    assert (status, err) == (0, "")
    assert out.count("[1]") >= 4
    assert out.count("باختصار") == 3
    assert "المصادر" in out


def test_a_refusal_names_the_nearest_articles_and_sources_shows_their_passages(process, data):
    _, out, _ = talk(process, data, "ما هي عاصمة اليابان؟")
    assert "هذه أقرب المقاطع" in out
    assert out.count("التحالف: ملتزمون بدعم العراق") == 1
    assert "أقرب المقاطع\n" in talk(process, data, "ما هي عاصمة اليابان؟", "/sources")[1]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/help", "may follow on the one before"),
        ("/new", "A new conversation"),
        ("/sources", "Nothing has been asked yet"),
        ("/what now", "/what is not known"),
    ],
)
def test_words_with_a_slash(process, data, typed, said):
    status, out, _ = talk(process, data, typed)
    assert status == 0
    assert said in out


def test_the_words_follow_the_locale(process, data):
    assert "كيف فُهم" in talk(process, data, "/help", environment={"LC_ALL": "ar_EG.UTF-8"})[1]


def test_quit_ends_before_what_follows(process, data):
    assert talk(process, data, "/quit", QUESTION) == (0, "", "")


def test_a_question_that_cannot_be_used_does_not_end_the_conversation(process, data):
    status, out, err = talk(process, data, "؟", QUESTION)
    assert status == 0
    assert err.startswith("dalil: ")
    assert "[1]" in out


@pytest.mark.parametrize(
    ("follow_up", "understood"),
    [
        ("ومن أعلن ذلك؟", "فهمت السؤال: من أعلن ذلك (التحالف الدولي"),
        ("Who announced that?", "Understood as: Who announced that ("),
    ],
)
def test_a_follow_up_is_shown_as_it_was_understood(process, data, follow_up, understood):
    _, out, _ = talk(process, data, QUESTION, follow_up)
    shown = [line for line in out.splitlines() if "فهمت السؤال" in line or "Understood as" in line]
    assert len(shown) == 1
    # Marks of direction stand around the question.
    assert understood in "".join(char for char in shown[0] if unicodedata.category(char) != "Cf")


def test_a_new_conversation_forgets_the_one_before(process, data):
    _, out, _ = talk(process, data, QUESTION, "/new", "/sources", "ومن أعلن ذلك؟")
    assert "A new conversation." in out
    assert "Nothing has been asked yet" in out
    assert "فهمت السؤال" not in out
