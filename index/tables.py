"""The tables of the store, in SQLAlchemy Core, for SQLite now and PostgreSQL by URL later."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

metadata = sa.MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("source", Text, index=True),
    Column("url", Text),
    Column("date", String, index=True),
    Column("language", String(2), nullable=False),
    Column("origin", Text),
    Column("quotable", sa.Boolean, nullable=False),
    Column("notes", Text, nullable=False),
    # Of everything above, so that an unchanged article is known without looking further.
    Column("digest", String, nullable=False),
    # The article whose story this one repeats; such an article has no passages of its own.
    Column("duplicate_of", String, index=True),
)

passages = Table(
    "passages",
    metadata,
    # Given by `Writing`, and never given twice: the derived indexes rely on ids that only grow.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("article_id", String, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("language", String(2), nullable=False, index=True),
    sa.UniqueConstraint("article_id", "number"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", Integer, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("vector", sa.LargeBinary, nullable=False),
)

# The log of passages taken out; what FAISS and BM25 have not yet read of it, they still have to drop.
removals = Table(
    "removals",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("passage_id", Integer, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Locality-sensitive hashes of the word shingles of each article that is no duplicate: who shares a band may be the same story.
bands = Table(
    "bands",
    metadata,
    Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", String, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
