"""`dalil ask`: one answer."""

import sys
from pathlib import Path

import click

from index.article import Language
from index.errors import InputError
from qa.cli.options import data_option, filter_options, json_option, k_option, language_option, make_filters, open_index
from qa.cli.render import Look, answer_lines
from qa.cli.streams import print_json, read_stdin


def given_text(words: tuple[str, ...]) -> str:
    """The words as one text; a single `-` stands for stdin. Raises `InputError` when they are not valid text."""
    text = read_stdin() if words == ("-",) else " ".join(words)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError("the question is not UTF-8 text") from None
    return text


@click.command("ask", short_help="One answer, with the passage behind every sentence.")
@click.argument("question", nargs=-1, required=True)
@k_option
@language_option
@filter_options
@data_option
@json_option
def command(
    question: tuple[str, ...],
    k: int | None,
    language: str | None,
    sources: tuple[str, ...],
    date_from: str | None,
    date_to: str | None,
    article_language: Language | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Answer QUESTION from the articles, with the passage behind every sentence. A single "-" reads it from stdin.

    \b
    dalil ask "متى انتهت العمليات القتالية الرئيسية؟"
    dalil ask "When did the main combat operations end?" --from 2018
    """
    filters = make_filters(sources, date_from, date_to, article_language)
    text = given_text(question)
    dalil = open_index(data)
    try:
        answer = dalil.ask(text, language=language, k=k, filters=filters)
    finally:
        dalil.close()
    if as_json:
        print_json(answer.to_dict())
    else:
        print("\n".join(answer_lines(answer, Look.of(sys.stdout))))
