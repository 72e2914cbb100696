"""Shared answers: kept as they were given, found by their id alone, gone when taken back."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.errors import NotFound
from qa.sharing import FILE, SharedAnswers, SharingError

ANSWER = {"question": "متى؟", "answer": "«في نيسان» [1]", "citations": [{"quote": "في نيسان"}], "conversation_id": "c-1"}


@pytest.fixture
def shared(place):
    with SharedAnswers(place) as found:
        yield found


def test_an_answer_comes_back_as_it_was_without_its_conversation(shared, place):
    kept = shared.add(ANSWER)
    with SharedAnswers(place) as again:
        assert again.get(kept.id) == kept
    assert kept.answer == ANSWER | {"conversation_id": None}


def test_the_same_answer_keeps_its_id_and_another_has_another(shared):
    with ThreadPoolExecutor(8) as pool:
        ids = {kept.id for kept in pool.map(shared.add, [ANSWER] * 16)}
        long = {"answer": "".join(chr(0x621 + number * number % 40) + hex(number) for number in range(9000))}
        assert len({kept.id for kept in pool.map(shared.add, [long] * 16)} | ids) == 2
    assert len(ids) == 1
    assert shared.add(ANSWER | {"answer": "أخرى"}).id not in ids
    assert all(len(one) == 32 for one in ids)


def test_what_was_taken_back_is_gone(shared):
    kept = shared.add(ANSWER)
    shared.remove(kept.id)
    with pytest.raises(NotFound):
        shared.get(kept.id)
    for unknown in (kept.id, "a\0b"):
        with pytest.raises(NotFound):
            shared.get(unknown)
        with pytest.raises(NotFound):
            shared.remove(unknown)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / FILE).write_text("no database" * 100)
    with pytest.raises(SharingError, match=FILE):
        SharedAnswers(tmp_path)


def test_half_characters_do_no_harm(shared):
    kept = shared.add(json.loads('{"answer": "\\ud83d"}'))
    assert shared.get(kept.id).answer["answer"] == "?"
