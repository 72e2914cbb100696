"""The top of the command line: which commands there are, and what happens when one fails."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NoReturn

import click

from index.errors import DalilError
from qa.cli.streams import stderr_line, use_utf8
from qa.text import clean_line

STOPPED = 130
"""What shells report for a program ended by Ctrl-C."""

COMMANDS: dict[str, tuple[str, str]] = {
    "index": ("qa.cli.index:command", "Add or refresh articles."),
    "remove": ("qa.cli.remove:command", "Take articles out."),
    "ask": ("qa.cli.ask:command", "One answer, with the passage behind every sentence."),
    "chat": ("qa.cli.chat:command", "A conversation in the terminal."),
    "search": ("qa.cli.search:command", "Passages only."),
    "serve": ("qa.cli.serve:command", "The HTTP service and the web page."),
    "keys": ("qa.cli.keys:command", "Who may use the HTTP service, and for what."),
    "mcp": ("qa.cli.mcp:command", "A server for MCP clients, over stdin and stdout."),
    "slack": ("qa.cli.bots:slack", "A Slack bot over Socket Mode."),
    "telegram": ("qa.cli.bots:telegram", "A Telegram bot by polling."),
    "discord": ("qa.cli.bots:discord", "Make the command /ask known to Discord."),
    "eval": ("qa.evaluation.cli:command", "Measure on a set of questions."),
    "migrate": ("qa.cli.migrate:command", "Copy everything from files into PostgreSQL, or back."),
    "models": ("qa.cli.models:command", "The models in use: what they need, fetching and trying them."),
    "backup": ("qa.cli.backup:command", "Everything in one file, while others ask and index."),
    "restore": ("qa.cli.backup:restore", "A folder from a backup."),
    "doctor": ("qa.cli.doctor:command", "What is on, off or missing, and how to turn it on."),
}
"""Name of a command: where it is, and its one line in `dalil --help`. A module that is not there is not offered."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands whose modules are there, in the order of `COMMANDS`."""
        return [name for name, (target, _) in COMMANDS.items() if _exists(target.partition(":")[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version  # here: it takes long to import

    try:
        click.echo(f"dalil {version('dalil')}")
    except PackageNotFoundError:
        click.echo("dalil (not installed)")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version and exit."
)
def app() -> None:
    """Answers over your articles, in Arabic or English, with the exact passage behind every sentence.

    \b
    dalil index articles/
    dalil ask "متى انتهت العمليات القتالية الرئيسية؟"
    dalil ask "When did the main combat operations end?"
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C."""
    use_utf8()
    try:
        status = app.main(args=arguments, prog_name="dalil", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return error.exit_code
    except DalilError as error:
        return _failed(clean_line(str(error)) or error.code)
    except (KeyboardInterrupt, click.Abort):
        stderr_line("dalil: stopped")
        return STOPPED
    except (BrokenPipeError, SystemExit):
        # The reader of the pipe has what it wanted (click makes that a SystemExit, and nothing else). Without what follows the
        # interpreter would complain once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("DALIL_DEBUG"):
            raise
        return _failed(f"unexpected {type(error).__name__}: {clean_line(str(error))} (DALIL_DEBUG=1 shows where)")
    return status if isinstance(status, int) else 0


def _failed(reason: str) -> int:
    stderr_line(f"dalil: {reason}")
    return 1


def main() -> NoReturn:
    """The console script."""
    sys.exit(run())
