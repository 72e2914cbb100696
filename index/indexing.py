"""Articles into the index: read, deduplicate, cut, encode, store."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class IndexReport:
    """What one run of indexing did. `skipped` pairs a source with the reason; `duplicates` maps an article to the one it repeats."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
