"""The JSON documents of the contract that no class makes by itself. The command line prints the same ones."""

from dataclasses import asdict
from typing import Any

from index.article import Article
from index.indexing import IndexReport


def report_document(report: IndexReport) -> dict[str, Any]:
    """What a run of indexing did; skipped sources and notes as objects."""
    return asdict(report) | {
        "skipped": [{"source": source, "reason": reason} for source, reason in report.skipped],
        "notes": [{"source": source, "note": note} for source, note in report.notes],
    }


def article_document(article: Article) -> dict[str, Any]:
    """One article as stored."""
    return asdict(article)


def article_entry(article: Article) -> dict[str, Any]:
    """One line of a list of articles: everything but the text, and how long that is in code points."""
    document = asdict(article)
    return {"length": len(document.pop("text"))} | document
