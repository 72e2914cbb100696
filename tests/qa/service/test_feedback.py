import pytest

from qa.feedback import FeedbackStore


@pytest.fixture(scope="module")
def dalil(seeded):
    return seeded()


@pytest.fixture(scope="module")
def service(serve, dalil):
    with serve(dalil) as client:
        yield client


def test_a_thumb_is_stored_for_good(service, dalil):
    body = {"question": "متى انتهت العمليات؟", "thumb": "up", "citations": [{"article_id": "a", "quote": "في ٣٠ أبريل"}]}
    answer = service.post("/feedback", json=body)
    assert answer.status_code == 201
    store = FeedbackStore(dalil.settings.data)
    stored = next(one for one in store.list() if one.id == answer.json()["id"])
    store.close()
    assert stored.question == body["question"]
    assert stored.thumb == "up"


@pytest.mark.parametrize("body", [{}, {"question": "q", "thumb": "sideways"}, {"question": "", "thumb": "up"}, []])
def test_what_is_no_thumb_is_refused_in_the_shape_of_every_error(service, body):
    answer = service.post("/feedback", json=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) == {"code", "message"}
