"""The log of passages taken out, which derived indexes follow, and its trimming once all of them have.

The log keeps its last entry and the one with the highest passage id, so that neither number is ever given again. Whoever comes
back with a mark before what was trimmed cannot follow any more, is told so, and starts anew.
"""

from sqlalchemy import Connection, delete, func, insert, select, update

from index.tables import meta, removals

_TRIMMED = "removals_trimmed"


class LogTrimmed(Exception):
    """Raised by `removed_after` for a mark before the part of the log that is left."""


def removed_after(connection: Connection, mark: int) -> tuple[list[int], int]:
    """Row ids of passages removed after `mark`, and the new mark. Raises `LogTrimmed`."""
    rows = connection.execute(select(removals).where(removals.c.seq > mark).order_by(removals.c.seq)).all()
    if mark < trimmed(connection):  # looked at last: what is trimmed meanwhile is noticed
        raise LogTrimmed
    return [row.passage_id for row in rows], (rows[-1].seq if rows else mark)


def trimmed(connection: Connection) -> int:
    """Up to which entry the log was trimmed."""
    return int(connection.scalar(select(meta.c.value).where(meta.c.key == _TRIMMED)) or 0)


def trim(connection: Connection, upto: int, least: int = 1) -> int:
    """Take entries out up to `upto`, which every derived index has followed, where there are `least`; returns how many.

    The caller has the turn to write.
    """
    done = trimmed(connection)
    if upto - done < least:
        return 0
    last, highest = select(func.max(removals.c.seq)), select(func.max(removals.c.passage_id))
    old = (
        removals.c.seq <= upto,
        removals.c.seq < last.scalar_subquery(),
        removals.c.passage_id < highest.scalar_subquery(),
    )
    gone = connection.execute(delete(removals).where(*old)).rowcount
    if connection.execute(update(meta).where(meta.c.key == _TRIMMED).values(value=str(upto))).rowcount == 0:
        connection.execute(insert(meta).values(key=_TRIMMED, value=str(upto)))
    return gone
