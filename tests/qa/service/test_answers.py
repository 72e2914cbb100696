"""`/answers`: what Dalil said can be shared, and nothing else."""

import pytest

QUESTION = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"


@pytest.fixture(scope="module")
def given(client):
    """An answer kept in a conversation, and what shares it."""
    conversation = client.post("/conversations", json={}).json()["id"]
    answer = client.post("/ask", json={"question": QUESTION, "conversation_id": conversation}).json()
    return answer, {"conversation_id": conversation, "question": QUESTION, "answer": answer["answer"]}


def test_an_answer_is_shared_as_it_was_given(client, given):
    answer, body = given
    response = client.post("/answers", json=body)
    assert response.status_code == 201
    shared = client.get(f"/answers/{response.json()['id']}").json()
    assert shared["created"] == response.json()["created"]
    assert shared["answer"] == answer | {"conversation_id": None}
    assert client.post("/answers", json=body).json()["id"] == shared["id"]


def test_it_outlives_its_conversation_until_it_is_taken_back(client):
    conversation = client.post("/conversations", json={}).json()["id"]
    answer = client.post("/ask", json={"question": QUESTION, "conversation_id": conversation}).json()
    body = {"conversation_id": conversation, "question": QUESTION, "answer": answer["answer"]}
    shared = client.post("/answers", json=body).json()["id"]
    client.delete(f"/conversations/{conversation}")
    assert client.get(f"/answers/{shared}").status_code == 200
    assert client.delete(f"/answers/{shared}").status_code == 200
    assert client.get(f"/answers/{shared}").status_code == 404
    assert client.delete(f"/answers/{shared}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"answer": "Dalil never said this."}, 404),
        ({"question": "متى؟"}, 404),
        ({"conversation_id": "another"}, 404),
        ({"answer": 3}, 422),
        ({"html": "<b>"}, 422),
    ],
    ids=["words", "question", "conversation", "type", "field"],
)
def test_nothing_that_was_not_said_can_be_shared(client, given, change, status):
    response = client.post("/answers", json=given[1] | change)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"code", "message"}
