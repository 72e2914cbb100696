"""The time by which things are deleted because they are old: a clock that is wrong for a while must delete nothing.

What has expired is not shown from the moment the clock says so. It is deleted by a time that is noted in the database, and
moves on no faster than time that really went by; a process that starts may add a day for the time when none ran.
"""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import Column, Integer, MetaData, Table, Text, select, update
from sqlalchemy.engine import Connection

from index.database import insert_new
from index.kept import OWN

_UNSEEN = timedelta(days=1)


def clock_table(metadata: MetaData, name: str) -> Table:
    """The table with the one time that was noted."""
    columns = Column("id", Integer, primary_key=True, autoincrement=False), Column("seen", Text, nullable=False)
    return Table(name, metadata, *columns, info={OWN: True})


class Expiry:
    """The time to delete by, for one database. Safe to share between threads."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._lock = Lock()
        self._read_at: float | None = None

    def moment(self, connection: Connection) -> datetime:
        """What time it is, as far as that can be believed; noted with the transaction."""
        now = datetime.now(UTC)
        with self._lock:
            read_at, self._read_at = self._read_at, time.monotonic()
            passed = _UNSEEN if read_at is None else timedelta(seconds=self._read_at - read_at)
        noted = connection.execute(select(self._table.c.seen)).scalar_one_or_none()
        believed = now if noted is None else min(now, datetime.fromisoformat(noted) + passed)
        seen = believed.isoformat()
        if noted is not None or not insert_new(connection, self._table, {"id": 1, "seen": seen}):
            # Where somebody else is just noting it, theirs will do: nobody waits for a clock.
            free = select(self._table.c.id).with_for_update(skip_locked=True)
            connection.execute(update(self._table).where(self._table.c.id.in_(free)).values(seen=seen))
        return believed
