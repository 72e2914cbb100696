"""Citation validity: the share of an answer's citations that are verbatim. Must be 1.

Source: the promise of the project. A citation is valid where `article.text[start:end] == quote`; one without offsets (of
another system) where the quote stands in the article, or in the passage it names when the articles are not known. An answer
without citations has none to check (`None`).

>>> articles = {"a": "انتهت الحرب أمس."}
>>> citations = [
...     {"article_id": "a", "quote": "انتهت الحرب", "start": 0, "end": 11},
...     {"article_id": "a", "quote": "انتهت الحرب", "start": 1, "end": 12},
...     {"article_id": "b", "quote": "انتهت الحرب"},
... ]
>>> share, problems = citation_validity(citations, articles.get)
>>> round(share, 2), problems
(0.33, ['[2] is not the text at 1:12 of a', '[3] cites b, which is no article'])
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def citation_validity(
    citations: Sequence[Mapping[str, Any]], text_of: Callable[[str], str | None]
) -> tuple[float | None, list[str]]:
    """The share and what is wrong with the others; `text_of` gives an article's stored text by id."""
    problems = [
        f"[{number if citation.get('marker') is None else citation['marker']}] {problem}"
        for number, citation in enumerate(citations, 1)
        if (problem := _problem(citation, text_of))
    ]
    return (1 - len(problems) / len(citations) if citations else None), problems


def _problem(citation: Mapping[str, Any], text_of: Callable[[str], str | None]) -> str | None:
    quote, article_id = citation.get("quote"), citation.get("article_id")
    start, end = citation.get("start"), citation.get("end")
    if not quote:
        return "has no quote"
    text = text_of(str(article_id))
    if text is None:
        return f"cites {article_id}, which is no article"
    if start is None or end is None:
        return None if quote in text else f"does not stand in {article_id}"
    return None if 0 <= start < end and text[start:end] == quote else f"is not the text at {start}:{end} of {article_id}"
