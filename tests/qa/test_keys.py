"""Keys: shown once, kept as hashes, good until they expire or are revoked, in every process that uses the folder."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.errors import InputError, NotFound
from qa import keys as module
from qa.keys import FILE, FRESH_S, KeyRefused, KeysError, KeyStore, existing_keys


@pytest.fixture
def store(place):
    with KeyStore(place) as found:
        yield found


def refused(store, token):
    with pytest.raises(KeyRefused) as caught:
        store.check(token)
    assert len(token) < 20 or token not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(("scope", "asks", "manages"), [("ask", True, False), ("manage", True, True)])
def test_a_key_opens_what_its_scope_says(store, scope, asks, manages):
    token, made = store.create("غرفة الأخبار", scope)
    key = store.check(token)
    assert (key.id, key.name, key.state) == (made.id, "غرفة الأخبار", "good")
    assert (key.may("ask"), key.may("manage")) == (asks, manages)
    assert key.id in token


def test_the_file_holds_no_key(tmp_path):
    with KeyStore(tmp_path) as store:
        token, _ = store.create()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob(FILE + "*"))
    assert token.rpartition("_")[2].encode() not in kept
    assert token.split("_")[1].encode() in kept


def test_keys_differ_and_are_long(store):
    with ThreadPoolExecutor(16) as pool:
        made = [token for token, _ in pool.map(lambda _: store.create(), range(48))]
    assert len(set(made)) == len({token.split("_")[1] for token in made}) == 48
    assert all(len(token) == len("dalil_12345678_") + 43 for token in made)
    assert len(store.all()) == 48


@pytest.fixture(scope="module")
def token_and_store(tmp_path_factory):
    with KeyStore(tmp_path_factory.mktemp("keys")) as store:
        yield store.create()[0], store


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=70))
@example("")
@example("dalil_")
@example("\ud800")
def test_nothing_else_is_a_key(token_and_store, text):
    assert refused(token_and_store[1], text) == "key_unknown"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_key_with_one_letter_changed_is_none(token_and_store, data):
    token, store = token_and_store
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019_-").filter(lambda char: char != token[place]))
    assert refused(store, token[:place] + letter + token[place + 1 :]) == "key_unknown"


def test_a_revoked_key_opens_nothing_here_at_once_and_elsewhere_soon(store, place):
    token, key = store.create()
    with KeyStore(place) as other:
        assert other.check(token).id == key.id
        assert store.revoke(key.id).state == "revoked"
        assert refused(store, token) == "key_revoked"
        time.sleep(FRESH_S + 0.05)
        assert refused(other, token) == "key_revoked"
    revoked = store.all()[0].revoked
    assert store.revoke(key.id).revoked == revoked


def test_a_new_key_is_known_elsewhere_at_once(store, place):
    with KeyStore(place) as other:
        assert refused(other, f"dalil_abcdefgh_{'x' * 43}") == "key_unknown"
        token, key = store.create()
        assert other.check(token).id == key.id


def test_an_expired_key_opens_nothing(store):
    token, key = store.create(days=1e-9)
    assert refused(store, token) == "key_expired"
    assert store.all()[0].state == "expired"
    assert store.check(store.create(days=1)[0]).expires > key.expires


def test_use_is_noted_and_not_at_every_use(store, monkeypatch):
    token, key = store.create()
    assert store.all()[0].last_used is None
    store.check(token)
    first = store.all()[0].last_used
    assert first >= key.created
    time.sleep(0.01)
    store.check(token)
    assert store.all()[0].last_used == first
    monkeypatch.setattr(module, "USE_NOTED_S", 0)
    store.check(token)
    assert store.all()[0].last_used > first


@pytest.mark.parametrize(
    "wrong", [{"name": "x" * 101}, {"scope": "all"}, {"days": 0}, {"days": -1}, {"days": float("nan")}, {"days": 1e9}]
)
def test_what_cannot_be_a_key(store, wrong):
    with pytest.raises(InputError):
        store.create(**wrong)
    assert store.all() == []


def test_a_name_is_one_safe_line(store):
    assert store.create("a\n\x1b[31mb\u202e\ud800")[1].name == "a b\ufffd"


def test_an_unknown_id(store):
    with pytest.raises(NotFound, match="nobody"):
        store.revoke("nobody")


def test_places_without_keys(place):
    place = replace(place, folder=place.folder / "elsewhere")
    assert existing_keys(place) == []
    assert not place.folder.exists()
    with KeyStore(place) as store:
        _, key = store.create()
    assert existing_keys(place) == [key]


def test_another_kind_of_file(tmp_path):
    (tmp_path / FILE).write_text("no database, " * 100)
    with pytest.raises(KeysError, match="keys"):
        KeyStore(tmp_path)
