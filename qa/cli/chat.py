"""`dalil chat`: a conversation in the terminal."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from index.article import Language
from index.errors import InputError
from index.hits import Filters
from prompts import message
from qa.answer import Answer
from qa.cli.options import data_option, filter_options, k_option, language_option, make_filters, open_index
from qa.cli.render import DIM, Look, answer_lines, answer_text, note_lines, short_lines
from qa.cli.streams import interface_language, stderr_line
from qa.conversation import Turn
from qa.conversation.turns import TURNS_READ
from qa.dalil import Dalil
from qa.text import RLM, clean_line, isolate
from qa.wording import marker, source_line


class Chat:
    """One conversation: `reply` takes a line and returns what to print, or `None` when it is over."""

    def __init__(self, ask: Callable[[str, Sequence[Turn]], Answer], look: Look, language: Language) -> None:
        self.ask, self.look, self.language = ask, look, language
        self.last: Answer | None = None
        self.turns: list[Turn] = []

    def reply(self, line: str) -> str | None:
        """What to say to one line: a question, or a word that starts with a slash."""
        line = line.strip()
        match line.split(maxsplit=1)[:1]:
            case []:
                return ""
            case ["/quit" | "/exit"]:
                return None
            case ["/help"]:
                return message("terminal.chat_help", self.language)
            case ["/sources"]:
                return self._sources()
            case ["/new"]:
                self.last, self.turns = None, []
                return message("terminal.chat_new", self.language)
            case [word] if word.startswith("/"):
                return message("terminal.chat_unknown", self.language, word=clean_line(word))
        answer = self.last = self.ask(line, self.turns)
        turn = Turn(answer.question, answer.answer, answer.standalone or answer.question, answer.to_dict())
        self.turns = [*self.turns, turn][-TURNS_READ:]
        lines = [*short_lines(answer, self.look), *answer_text(answer, self.look), *note_lines(answer, self.look)]
        return "\n".join([*self._understood(answer), *lines, *self._source_list(answer)])

    def _understood(self, answer: Answer) -> list[str]:
        """The full question, where a follow-up was asked."""
        if answer.standalone is None:
            return []
        full = isolate(clean_line(answer.standalone))
        begin = RLM if answer.language == "ar" else ""
        return [self.look.style(begin + message("terminal.chat_understood", answer.language, question=full), DIM)]

    def _source_list(self, answer: Answer) -> list[str]:
        begin = (RLM if answer.language == "ar" else "") + "  "
        if answer.refused:
            return [begin + line for line in dict.fromkeys(source_line(hit, answer.language) for hit in answer.passages)]
        return [f"{begin}{marker(item.marker)} {source_line(item, answer.language)}" for item in answer.citations]

    def _sources(self) -> str:
        if self.last is None:
            return message("terminal.chat_no_sources", self.language)
        return "\n".join(answer_lines(self.last, self.look))


@click.command("chat", short_help="A conversation in the terminal.")
@k_option
@language_option
@filter_options
@data_option
def command(
    k: int | None,
    language: str | None,
    sources: tuple[str, ...],
    date_from: str | None,
    date_to: str | None,
    article_language: Language | None,
    data: Path | None,
) -> None:
    """A conversation: follow-ups such as "and when?" are understood. /help tells what else can be typed.

    \b
    dalil chat
    dalil chat --source "راديو سوا" --language en
    """
    filters = make_filters(sources, date_from, date_to, article_language)
    dalil = open_index(data)
    try:
        _loop(dalil, k, language, filters)
    finally:
        dalil.close()


def _loop(dalil: Dalil, k: int | None, language: str | None, filters: Filters | None) -> None:
    interface = interface_language(language)

    def ask(text: str, turns: Sequence[Turn]) -> Answer:
        return dalil.ask(text, language=language, k=k, filters=filters, history=turns)

    chat = Chat(ask, Look.of(sys.stdout), interface)
    interactive = sys.stdin.isatty()
    if interactive:
        _use_readline()
        stderr_line(message("terminal.chat_welcome", interface))
    while (line := _next_line(interactive)) is not None:
        try:
            reply = chat.reply(line)
        except InputError as error:
            stderr_line(f"dalil: {clean_line(str(error))}")
            continue
        if reply is None:
            return
        if reply:
            print(reply, end="\n\n", flush=True)


def _use_readline() -> None:
    """Line editing and history where Python was built with them."""
    try:
        import readline  # noqa: F401
    except ImportError:
        return


def _next_line(interactive: bool) -> str | None:
    """The next line, `None` at the end; Ctrl-C at the prompt drops what was typed so far."""
    while True:
        try:
            line = input("> ") if interactive else sys.stdin.readline()
        except EOFError:
            stderr_line("")
            return None
        except KeyboardInterrupt:
            if not interactive:
                raise
            stderr_line("")
            continue
        return line if interactive or line else None
