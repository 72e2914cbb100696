"""Who may ask: keys, what each is for, and how often.

A route says what it needs: `dependencies=[Depends(require("ask"))]`. One that says nothing is open to everybody.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from index.errors import DalilError
from qa.keys import Key, KeyRefused, KeyStore, Scope
from qa.service.hosts import reached_by_others
from qa.service.rates import RATES, Buckets, Table, neighbourhood
from qa.settings import Settings

RATE_PER_KEY = 300
RATE_PER_ADDRESS = 600
"""Requests a minute where others can reach the service and the settings say nothing else."""


class ScopeMissingError(DalilError):
    """Raised for a key that is good, but not for this."""

    code = "scope_missing"
    status = 403


class RateLimitError(DalilError):
    """Raised when a key or an address asks too often; `headers` say when to come back."""

    code = "rate_limited"
    status = 429

    def __init__(self, whose: str, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        super().__init__(f"too many requests from this {whose}; try again in {wait} s")
        self.headers = {"Retry-After": str(wait)}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request; without a key where none is asked for."""

    key: Key | None = None

    @property
    def owner(self) -> str:
        """Whose conversations these are: the key's own, or, where nobody needs a key, everybody's."""
        return self.key.id if self.key else ""


class Access:
    """Lets callers in, one application's worth of them."""

    def __init__(self, settings: Settings, shared: Path | None = None) -> None:
        """`shared` is the folder of what the processes of one service count together."""
        self.asked = keys_asked(settings)
        others = reached_by_others(settings)
        per_address = _rate(settings.rate_per_address, RATE_PER_ADDRESS if others else 0)
        per_key = _rate(settings.rate_per_key, RATE_PER_KEY if others else 0)
        self._table = table = Table(shared / RATES if shared else None)
        self._by_address, self._by_key = Buckets(per_address, table, "address"), Buckets(per_key, table, "key")
        self._place = settings.place
        self._lock = Lock()
        self._store: KeyStore | None = None

    async def identify(self, address: str, token: str | None) -> Caller:
        """Who it is. Raises `KeyRefused`, `RateLimitError`.

        Addresses are counted before keys are looked at, so that guessing is slow too.
        """
        if wait := self._by_address.wait(neighbourhood(address)):
            raise RateLimitError("address", wait)
        if not self.asked:
            return Caller()
        if not token:
            raise KeyRefused("key_missing", "this needs a key: send it as Authorization: Bearer KEY, or as X-API-Key")
        return Caller(await asyncio.to_thread(self._check, token))

    def permit(self, caller: Caller, scope: Scope) -> None:
        """Lets somebody do what `scope` names. Raises `ScopeMissingError`, `RateLimitError`."""
        if (key := caller.key) is None:
            return
        if wait := self._by_key.wait(key.id):
            raise RateLimitError("key", wait)
        if not key.may(scope):
            raise ScopeMissingError(f"this needs a key with the scope {scope!r}; that of the key {key.id} is {key.scope!r}")

    def _check(self, token: str) -> Key:
        with self._lock:
            if self._store is None:
                self._store = KeyStore(self._place)
            store = self._store
        return store.check(token)

    def close(self) -> None:
        """Let go of the keys and the table of rates."""
        self._table.close()
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None


def keys_asked(settings: Settings) -> bool:
    """Whether the service asks for keys."""
    return settings.keys == "on" or (settings.keys == "auto" and reached_by_others(settings))


def _rate(chosen: int | None, otherwise: int) -> int:
    return otherwise if chosen is None else chosen


_BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="A key, as `dalil keys create` makes it.")
_NAMED = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="key", description="The same key in a header of its own.")
Needed = Callable[..., Awaitable[Caller]]


@cache
def require(scope: Scope) -> Needed:
    """What a route depends on that needs a key with this scope; gives the `Caller`. Asked for twice, it counts once."""

    async def check(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        named: Annotated[str | None, Security(_NAMED)],
    ) -> Caller:
        access: Access = request.app.state.context.access
        address = request.client.host if request.client else ""
        caller = await access.identify(address, bearer.credentials if bearer else named)
        request.state.key = caller.key.id if caller.key else None
        access.permit(caller, scope)
        return caller

    return check


ASKING, MANAGING = Depends(require("ask")), Depends(require("manage"))
"""For the `dependencies` of routes."""
Asker = Annotated[Caller, ASKING]
