"""Which chat tools there are, what each needs, and which of them the settings switch on."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from index.errors import MissingExtra, SettingsError
from qa.chat.base import Channel, Desk
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Tool:
    """A chat tool: the settings that its address needs, and those that its command needs (none where there is no command)."""

    name: str
    title: str
    path: str
    address_needs: tuple[str, ...]
    command_needs: tuple[str, ...] = ()
    extra: str = ""

    def missing(self, settings: Settings) -> list[str]:
        """The settings that its address still needs, as environment variables."""
        return [_variable(name) for name in self.address_needs if getattr(settings, name) is None]


class _Module(Protocol):
    def make(self, desk: Desk, settings: Settings) -> Channel: ...


TOOLS = (
    Tool(
        "slack",
        "Slack",
        "/slack/events",
        ("slack_bot_token", "slack_signing_secret"),
        ("slack_bot_token", "slack_app_token"),
        "slack",
    ),
    Tool("telegram", "Telegram", "/telegram/webhook", ("telegram_token", "telegram_secret"), ("telegram_token",), "telegram"),
    Tool("discord", "Discord", "/discord/interactions", ("discord_public_key",), extra="discord"),
    Tool("teams", "Teams", "/teams/messages", ("teams_client_id", "teams_tenant_id", "teams_client_secret"), extra="teams"),
)
PATHS = frozenset(tool.path for tool in TOOLS)
"""Addresses whose requests are signed by the platform: forms are read there, and any host name is right."""


def switched_on(settings: Settings) -> list[Tool]:
    """The tools whose addresses are to be served. Raises `SettingsError` naming what is missing where only half is set."""
    for tool in TOOLS:
        ways = [way for way in (tool.address_needs, tool.command_needs) if way]
        given = {name for way in ways for name in way if getattr(settings, name) is not None}
        if given - {name for way in ways if given.issuperset(way) for name in way}:
            missing = ", or ".join(
                _named([name for name in way if name not in given]) for way in ways if not given.issuperset(way)
            )
            raise SettingsError(f"{tool.title} is set up by half: {_named(sorted(given))} is set, {missing} is missing")
    return [tool for tool in TOOLS if not tool.missing(settings)]


def load(tool: Tool, desk: Desk) -> Channel:
    """The tool itself. Raises `MissingExtra` where its package is not installed, `SettingsError` for a secret of no use."""
    try:
        module = cast(_Module, import_module(f"qa.chat.{tool.name}"))
    except ModuleNotFoundError as error:
        raise missing_extra(tool, error) from None
    return module.make(desk, desk.settings)


def missing_extra(tool: Tool, error: ModuleNotFoundError) -> MissingExtra:
    """What to install for it."""
    return MissingExtra(f"{error.name} is not installed; for {tool.title}: pip install 'dalil[{tool.extra}]'")


def find(name: str) -> Tool:
    """The tool of that name."""
    return next(tool for tool in TOOLS if tool.name == name)


def channel_facts(settings: Settings) -> dict[str, str]:
    """Each tool in one line: on or off, and how to turn it on."""
    return {tool.title: _line(tool, settings) for tool in TOOLS}


def _line(tool: Tool, settings: Settings) -> str:
    ways = [] if tool.missing(settings) else [f"at {tool.path} of `dalil serve`"]
    if tool.command_needs and all(getattr(settings, name) is not None for name in tool.command_needs):
        ways.append(f"by `dalil {tool.name}`")
    if ways:
        return "on, " + " and ".join(ways)
    command = f", or {_named(tool.command_needs)} for `dalil {tool.name}`" if tool.command_needs else ""
    return f"off; set {_named(tool.address_needs)} for {tool.path}{command}; pip install 'dalil[{tool.extra}]'"


def _variable(name: str) -> str:
    return f"DALIL_{name.upper()}"


def _named(names: Sequence[str]) -> str:
    return " and ".join(map(_variable, names))
