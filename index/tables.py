"""The tables of the store, in SQLAlchemy Core, for SQLite and for PostgreSQL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, Text, event

from index.database import EXACT, ROW_ID

ISO_DATE = "____-__-__"
"""What a day looks like to `LIKE`; other dates are as the source had them, in words."""

metadata = sa.MetaData()

meta = Table("meta", metadata, Column("key", EXACT, primary_key=True), Column("value", Text, nullable=False))

articles = Table(
    "articles",
    metadata,
    Column("id", EXACT, primary_key=True),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("source", EXACT),
    Column("url", Text),
    Column("date", EXACT),
    Column("language", EXACT, nullable=False),
    Column("origin", Text),
    Column("quotable", sa.Boolean, nullable=False),
    Column("notes", Text, nullable=False),
    # Of everything above, so that an unchanged article is known without looking further.
    Column("digest", EXACT, nullable=False),
    # The article whose story this one repeats; such an article has no passages of its own.
    Column("duplicate_of", EXACT, index=True),
)
_by_source = Index("ix_articles_source", articles.c.source)
_by_date = Index("ix_articles_date", articles.c.date)


@event.listens_for(metadata, "before_create")
def _suited(_: sa.MetaData, connection: sa.Connection, **__: Any) -> None:
    """PostgreSQL cannot hold a long text in an ordered index, and a source or a date in words may be one.

    Told when tables are made there: telling `Index` would load that dialect in every process, a twentieth of its start.
    """
    if connection.dialect.name == "postgresql":
        _by_source.dialect_options["postgresql"]["using"] = "hash"
        _by_date.dialect_options["postgresql"]["where"] = articles.c.date.like(sa.literal_column(f"'{ISO_DATE}'"))


passages = Table(
    "passages",
    metadata,
    # Given by `Writing`, and never given twice: the derived indexes rely on ids that only grow.
    Column("id", ROW_ID, primary_key=True, autoincrement=False),
    Column("article_id", EXACT, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column("start", sa.Integer, nullable=False),
    Column("end", sa.Integer, nullable=False),
    Column("language", EXACT, nullable=False, index=True),
    sa.UniqueConstraint("article_id", "number"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", ROW_ID, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("vector", sa.LargeBinary, nullable=False),
)

# The log of passages taken out; what FAISS and BM25 have not yet read of it, they still have to drop.
# Numbered in the order of commits, because only one writes at a time.
removals = Table(
    "removals",
    metadata,
    Column("seq", ROW_ID, primary_key=True, autoincrement=True),
    Column("passage_id", ROW_ID, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Locality-sensitive hashes of the word shingles of each article that is no duplicate: who shares a band may be the same story.
bands = Table(
    "bands",
    metadata,
    Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", EXACT, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
