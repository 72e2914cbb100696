"""`dalil ask`: one answer."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from index.article import Language
from index.errors import InputError
from prompts import message
from qa.answer import Answer, ClaimVerified, Event
from qa.cli.options import data_option, filter_options, json_option, k_option, language_option, make_filters, open_index
from qa.cli.render import Look, answer_lines, claim_lines, lines_after_claims
from qa.cli.streams import print_json, read_stdin, stderr_line
from qa.models import Message
from qa.text import clean


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
@click.option("--show-prompt", is_flag=True, help="Show on stderr what is sent to the language model.")
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
    show_prompt: bool,
) -> None:
    """Answer QUESTION from the articles, with the passage behind every sentence. A single "-" reads it from stdin.

    \b
    dalil ask "متى انتهت العمليات القتالية الرئيسية؟"
    dalil ask "When did the main combat operations end?" --from 2018
    """
    filters = make_filters(sources, date_from, date_to, article_language)
    text = given_text(question)
    look = Look.of(sys.stdout)
    sent = _Sent()
    dalil = open_index(data)
    try:
        events = dalil.stream(text, language=language, k=k, filters=filters, on_prompt=sent if show_prompt else None)
        shown, answer = _shown(events, None if as_json else look)
        if show_prompt and not sent.any:
            stderr_line(message("note.not_asked" if dalil.model else "note.no_model", answer.language))
    finally:
        dalil.close()
    if as_json:
        print_json(answer.to_dict())
    else:
        print("\n".join((lines_after_claims if shown else answer_lines)(answer, look)))


def _shown(events: Iterator[Event], look: Look | None) -> tuple[bool, Answer]:
    """Show what a language model claims as it comes, with a `look`; tells whether there was any, and the whole answer."""
    shown = False
    for event in events:
        if isinstance(event, ClaimVerified) and event.mode == "generative" and look is not None:
            print("\n".join(claim_lines(event.claim, look)), flush=True)
            shown = True
    assert isinstance(event, Answer)
    return shown, event


class _Sent:
    """Shows every conversation that is sent to a language model."""

    any = False

    def __call__(self, messages: Sequence[Message]) -> None:
        """Show one, each message under its role."""
        self.any = True
        for one in messages:
            stderr_line(f"--- {one.role}\n{clean(one.content)}\n")
