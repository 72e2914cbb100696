"""Conversations over HTTP: begun, continued by their id, listed, read, renamed, deleted; histories that the client keeps."""

import pytest

FIRST = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"


@pytest.fixture(scope="module")
def service(serve, seeded):
    with serve(seeded()) as client:
        yield client


def test_from_the_first_question_to_the_end(service):
    begun = service.post("/conversations", json={"title": "العراق"})
    assert begun.status_code == 201
    name = begun.json()["id"]
    service.post("/ask", json={"question": FIRST, "conversation_id": name})
    answer = service.post("/ask", json={"question": "ومن أعلن ذلك؟", "conversation_id": name}).json()
    assert answer["conversation_id"] == name
    assert "التحالف الدولي" in answer["standalone"]
    whole = service.get(f"/conversations/{name}").json()
    assert (whole["title"], whole["turns"]) == ("العراق", 2)
    assert [turn["question"] for turn in whole["history"]] == [FIRST, "ومن أعلن ذلك؟"]
    assert whole["history"][1]["answer"]["citations"] == answer["citations"]
    assert [turn["question"] for turn in service.get(f"/conversations/{name}?last=1").json()["history"]] == ["ومن أعلن ذلك؟"]
    listed = service.get("/conversations").json()
    assert name in [one["id"] for one in listed["conversations"]]
    assert service.patch(f"/conversations/{name}", json={"title": "آخر"}).json()["title"] == "آخر"
    assert service.delete(f"/conversations/{name}").json() == {"deleted": name}
    assert service.get(f"/conversations/{name}").status_code == 404


def test_a_question_begins_the_conversation_it_names(service):
    assert service.post("/conversations").status_code == 201
    events = service.post(
        "/ask", json={"question": FIRST, "conversation_id": "tab:7"}, headers={"Accept": "text/event-stream"}
    ).text
    assert '"conversation_id":"tab:7"' in events
    assert service.get("/conversations/tab:7").json()["turns"] == 1


def test_a_history_of_the_client_is_used_and_not_kept(service):
    total = service.get("/conversations").json()["total"]
    history = [{"role": "user", "content": FIRST}, {"role": "assistant", "content": "في ٣٠ أبريل"}]
    answer = service.post("/ask", json={"question": "And who announced that?", "history": history}).json()
    assert answer["standalone"].startswith("Who announced that (")
    assert answer["conversation_id"] is None
    assert service.get("/conversations").json()["total"] == total


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "/ask", {"question": "q", "conversation_id": "a b"}, 400, "id"),
        ("POST", "/ask", {"question": "q", "conversation_id": "a", "history": []}, 400, "either"),
        ("POST", "/ask", {"question": "q", "history": [{"role": "boss", "content": "x"}]}, 422, "history"),
        ("POST", "/ask", {"question": "q", "history": [{"role": "user", "content": "x" * 20_001}]}, 422, "history"),
        ("POST", "/ask", {"question": "q", "history": [{"role": "user", "content": "x"}] * 201}, 422, "history"),
        ("POST", "/ask", {"question": "q", "history": "x"}, 422, "history"),
        ("POST", "/conversations", {"id": "../x"}, 400, "id"),
        ("POST", "/conversations", {"title": "x" * 201}, 422, "title"),
        ("POST", "/conversations", {"name": "x"}, 422, "name"),
        ("PATCH", "/conversations/nobody", {"title": "x"}, 404, "nobody"),
        ("PATCH", "/conversations/nobody", {"title": ""}, 422, "title"),
        ("DELETE", "/conversations/nobody", None, 404, "nobody"),
        ("GET", "/conversations/nobody", None, 404, "nobody"),
        ("GET", "/conversations?limit=0", None, 422, "limit"),
    ],
)
def test_what_cannot_be_used_is_refused_in_the_shape_of_every_error(service, method, path, body, status, said):
    answer = service.request(method, path, json=body)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]
