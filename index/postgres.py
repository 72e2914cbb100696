"""PostgreSQL as everything here uses it: shared connections, lost ones made anew, a turn that ends with its connection."""

import hashlib
import re
import threading
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from index.errors import MissingExtra

OLDEST = 14
"""Older servers are out of support, and nobody tried them."""
CONNECTIONS = 16
"""The most that one process opens to one database."""
SCHEMA = "dalil"
"""Where the tables are unless the address says `?schema=`: apart from whatever else the database holds."""
SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_TIMED_OUT = "55P03"
# A machine that lost its power does not say good-bye: both sides notice within a minute or so, and its turn to write ends.
_CONNECT: dict[str, Any] = {
    "connect_timeout": 10,
    "application_name": "dalil",
    "client_encoding": "utf8",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_SESSION = "-ctcp_keepalives_idle=30 -ctcp_keepalives_interval=10 -ctcp_keepalives_count=3"


def schema_of(url: URL) -> str:
    """The schema that an address names."""
    return str(url.query.get("schema", SCHEMA))


class Server:
    """The connections of this process to one schema of one database."""

    def __init__(self, url: URL) -> None:
        """Raises `MissingExtra`; nothing is opened yet."""
        self.engine = _engine(url)
        self.users = 0
        self._schema = schema_of(url)
        digest = hashlib.blake2b(f"dalil/{self._schema}".encode(), digest_size=8).digest()
        self._key = int.from_bytes(digest, signed=True)

    def take_turn(self, connection: Connection, wait: float) -> bool:
        """Whether the turn to write came within `wait` seconds; it belongs to the connection until `give_turn`, or its end."""
        with connection.begin():
            if wait <= 0:
                return bool(connection.scalar(select(func.pg_try_advisory_lock(self._key))))
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}"))
            try:
                connection.execute(select(func.pg_advisory_lock(self._key)))
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) == _TIMED_OUT:
                    return False
                raise
        return True

    def give_turn(self, connection: Connection) -> None:
        """Let the next one write."""
        try:
            with connection.begin():
                connection.execute(select(func.pg_advisory_unlock(self._key)))
        except SQLAlchemyError:
            connection.invalidate()  # The server lets go of what a connection held when it is closed.

    def lock(self, connection: Connection) -> None:
        """Wait until nobody else has the turn or is in a transaction that has waited here; ends with the transaction."""
        connection.execute(select(func.pg_advisory_xact_lock(self._key)))

    def prepare(self, connection: Connection) -> None:
        """Wait for others who are making tables, and make the schema."""
        connection.execute(select(func.pg_advisory_xact_lock(self._key ^ 1)))
        known = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
        # Asked first: who may use a schema that is there need not have the right to make one.
        if connection.scalar(known, {"name": self._schema}) is None:
            connection.execute(CreateSchema(self._schema))


_servers: dict[str, Server] = {}
_lock = threading.Lock()


def attach(url: URL) -> Server:
    """The connections to that address, shared by all that use it here. Raises `MissingExtra`."""
    key = url.render_as_string(hide_password=False)
    with _lock:
        if key not in _servers:
            _servers[key] = Server(url)
        _servers[key].users += 1
        return _servers[key]


def detach(server: Server) -> None:
    """One user less; with the last one the connections are closed."""
    with _lock:
        server.users -= 1
        if server.users:
            return
        for key in [key for key, other in _servers.items() if other is server]:
            del _servers[key]
    server.engine.dispose()


def problem(connection: Connection) -> str:
    """Why the server cannot be used, or nothing."""
    names = ("server_version_num", "server_version", "server_encoding")
    number, version, encoding = connection.execute(select(*map(func.current_setting, names))).one()
    if int(number) < OLDEST * 10_000:
        return f"it is PostgreSQL {version}, and {OLDEST} or later is needed"
    if encoding != "UTF8":
        return f"its encoding is {encoding}; make one by createdb --encoding=UTF8 --template=template0 NAME"
    return ""


def _engine(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtra("psycopg is not installed; for a database of PostgreSQL: pip install 'dalil[postgres]'") from None
    given = {name: value for name, value in url.query.items() if name != "schema"}
    options = [*([str(given["options"])] if "options" in given else []), _SESSION, f"-csearch_path={schema_of(url)}"]
    arguments = {name: value for name, value in _CONNECT.items() if name not in given} | {"options": " ".join(options)}
    return create_engine(
        url.set(query=given),
        connect_args=arguments,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
