"""A conversation: questions, words with a slash, and its end."""

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
        ("/help", "answered on its own"),
        ("/sources", "Nothing has been asked yet"),
        ("/what now", "/what is not known"),
    ],
)
def test_words_with_a_slash(process, data, typed, said):
    status, out, _ = talk(process, data, typed)
    assert status == 0
    assert said in out


def test_the_words_follow_the_locale(process, data):
    assert "وحده" in talk(process, data, "/help", environment={"LC_ALL": "ar_EG.UTF-8"})[1]


def test_quit_ends_before_what_follows(process, data):
    assert talk(process, data, "/quit", QUESTION) == (0, "", "")


def test_a_question_that_cannot_be_used_does_not_end_the_conversation(process, data):
    status, out, err = talk(process, data, "؟", QUESTION)
    assert status == 0
    assert err.startswith("dalil: ")
    assert "[1]" in out
