"""`dalil search`: passages only."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from index.article import Language
from prompts import message
from qa.cli.ask import given_text
from qa.cli.options import data_option, filter_options, json_option, k_option, make_filters, open_index
from qa.cli.render import Look, hit_lines
from qa.cli.streams import interface_language, print_json
from qa.text import is_rtl


@click.command("search", short_help="Passages only.")
@click.argument("query", nargs=-1, required=True)
@k_option
@filter_options
@data_option
@json_option
def command(
    query: tuple[str, ...],
    k: int | None,
    sources: tuple[str, ...],
    date_from: str | None,
    date_to: str | None,
    article_language: Language | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """The passages nearest to QUERY, best first. A single "-" reads it from stdin.

    \b
    dalil search "انتهاء العمليات القتالية" --k 3
    dalil search "coalition in Syria" --article-language ar
    """
    filters = make_filters(sources, date_from, date_to, article_language)
    text = given_text(query)
    dalil = open_index(data)
    try:
        hits = dalil.search(text, k=k, filters=filters)
    finally:
        dalil.close()
    language: Language = "ar" if is_rtl(text) else "en"
    if as_json:
        print_json({"query": text, "hits": [asdict(hit) for hit in hits]})
    elif hits:
        print("\n".join(hit_lines(hits, language, Look.of(sys.stdout))))
    else:
        print(message("terminal.no_hits", interface_language(language)))
