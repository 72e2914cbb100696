"""Keys of the service: random, shown once, kept as hashes beside the index, good for every process that uses it."""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Literal, get_args

from sqlalchemy import Column, MetaData, Table, Text, select, update

from index.database import EXACT, Place, insert_new
from index.errors import DalilError, InputError, NotFound
from index.kept import Kept
from qa.text import clean_line

FILE = "keys.db"
Scope = Literal["ask", "manage"]
"""What a key is for: `ask` questions and read articles; `manage` means that, and adding and deleting articles, and figures."""
State = Literal["good", "expired", "revoked"]

LONGEST_NAME = 100
MOST_DAYS = 36_500
FRESH_S = 0.5
"""How long what was read of the keys is believed: the longest time after which a revoked key opens nothing any more."""
USE_NOTED_S = 60.0
"""A use is written down when the last one noted is this old, so that questions do not wait for the disk."""
_FORM = re.compile(r"dalil_([a-z0-9]{8})_[A-Za-z0-9_-]{43}")
_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

_metadata = MetaData()
_table = Table(
    "keys",
    _metadata,
    Column("id", EXACT, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scope", EXACT, nullable=False),
    Column("hash", EXACT, nullable=False),
    Column("created", EXACT, nullable=False),
    Column("expires", EXACT),
    Column("revoked", EXACT),
    Column("last_used", EXACT),
)


class KeysError(DalilError):
    """Raised when the keys of a data folder cannot be read or written (a full disk, another kind of file)."""

    code = "keys_unavailable"
    status = 503


class KeyRefused(DalilError):
    """Raised for a key that does not open anything: one that is not known, expired or revoked."""

    status = 401
    headers: ClassVar = {"WWW-Authenticate": "Bearer"}

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is nowhere. Times are ISO 8601 in UTC, `None` for never."""

    id: str
    name: str
    scope: Scope
    created: str
    expires: str | None = None
    revoked: str | None = None
    last_used: str | None = None

    def may(self, scope: Scope) -> bool:
        """Whether its scope includes another: `manage` includes `ask`."""
        return self.scope in ("manage", scope)

    @property
    def state(self) -> State:
        """What it is worth now."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= _iso(datetime.now(UTC)) else "good"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"state": self.state}


class KeyStore(Kept):
    """The keys of one place or data folder."""

    tables, file, what = _metadata, FILE, "keys"
    error: ClassVar = KeysError

    def __init__(self, place: Place | Path | str) -> None:
        """Open them. Raises `KeysError`."""
        super().__init__(place)
        self._lock = Lock()
        self._known: dict[str, tuple[Key, str]] = {}
        self._read_at = float("-inf")
        self._noted: dict[str, float] = {}

    def create(self, name: str = "", scope: Scope = "ask", days: float | None = None) -> tuple[str, Key]:
        """A new key, good for `days` or for ever: the key itself, which nobody can show again, and what is known of it.

        Raises `InputError` for a name, a scope or days that cannot be used.
        """
        name = _name(name)
        if scope not in get_args(Scope):
            raise InputError(f"the scope of a key is 'ask' or 'manage', not {scope!r}")
        if days is not None and not 0 < days <= MOST_DAYS:
            raise InputError(f"a key is good for more than 0 and up to {MOST_DAYS} days, not {days:g}")
        now = datetime.now(UTC)
        expires = None if days is None else _iso(now + timedelta(days=days))
        while True:
            identity = "".join(secrets.choice(_ID_LETTERS) for _ in range(8))
            token = f"dalil_{identity}_{secrets.token_urlsafe(32)}"
            key = Key(identity, name, scope, _iso(now), expires)
            with self._begin() as connection:
                made = insert_new(connection, _table, asdict(key) | {"hash": _hash(token)})
            if made:
                break
        self._read_at = float("-inf")
        return token, key

    def all(self) -> list[Key]:
        """Every key there ever was, in the order in which they were made."""
        return [key for key, _ in self._read()]

    def revoke(self, key_id: str) -> Key:
        """Make a key worthless, here at once and in other processes within `FRESH_S`. Raises `NotFound`."""
        with self._begin() as connection:
            revoking = update(_table).where(_table.c.id == key_id, _table.c.revoked.is_(None))
            connection.execute(revoking.values(revoked=_iso(datetime.now(UTC))))
        self._read_at = float("-inf")
        for key in self.all():
            if key.id == key_id:
                return key
        raise NotFound(f"no key has the id {clean_line(key_id)[:40]!r}; `dalil keys list` shows them")

    def check(self, token: str) -> Key:
        """The key that a caller shows. Raises `KeyRefused`, `KeysError`.

        Keys hold 256 random bits, so one round of SHA-256 is enough to keep them; hashes are compared in constant time.
        """
        form = _FORM.fullmatch(token)
        identity = form[1] if form else ""
        known = self._fresh()
        if identity and identity not in known:
            self._read_at = float("-inf")  # It may have been made a moment ago.
            known = self._fresh()
        key, stored = known.get(identity, (None, _hash("")))
        if not hmac.compare_digest(_hash(token), stored) or key is None:
            raise KeyRefused("key_unknown", "this key is not known here")
        if key.state != "good":
            raise KeyRefused(f"key_{key.state}", f"the key {key.id} is {key.state}: ask whoever gave it to you for another")
        self._note(key.id)
        return key

    def _read(self) -> list[tuple[Key, str]]:
        query = select(_table).order_by(_table.c.created, _table.c.id)
        with self._begin() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [(Key(**{name: value for name, value in row.items() if name != "hash"}), row["hash"]) for row in rows]

    def _fresh(self) -> dict[str, tuple[Key, str]]:
        with self._lock:
            if (now := time.monotonic()) - self._read_at > FRESH_S:
                self._known = {key.id: (key, digest) for key, digest in self._read()}
                self._read_at = now
            return self._known

    def _note(self, key_id: str) -> None:
        now = time.monotonic()
        with self._lock:
            if now - self._noted.get(key_id, float("-inf")) < USE_NOTED_S:
                return
            self._noted[key_id] = now
        try:
            with self._begin() as connection:
                connection.execute(update(_table).where(_table.c.id == key_id).values(last_used=_iso(datetime.now(UTC))))
        except KeysError:
            return  # On a full disk a good key still opens.


def existing_keys(place: Place | Path | str) -> list[Key]:
    """The keys of a place or folder, which is left as it is where there are none. Raises `KeysError`."""
    if not KeyStore.exists(place):
        return []
    with KeyStore(place) as store:
        return store.all()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _name(name: str) -> str:
    text = clean_line(name)
    if len(text) > LONGEST_NAME:
        raise InputError(f"the name of a key has at most {LONGEST_NAME} characters, not {len(text)}")
    return text


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
