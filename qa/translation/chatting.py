"""Translating by the language model that writes the answers."""

from collections.abc import Callable
from pathlib import Path

from index.article import Language
from prompts import Prompt, prompt
from qa.gate.fencing import neutralised
from qa.models import ChatModel, Message, Usage, complete

_ROOM = 64  # tokens beside those of the text
_LONGER = 3  # how many times as many tokens a translation may have


class ChatTranslator:
    """Asks a language model for one translation at a time."""

    asks_chat = True

    def __init__(self, model: ChatModel, prompts: Path | None = None) -> None:
        """`prompts` is a folder of the user's that may hold prompts in place of the bundled ones."""
        self._model, self._prompts = model, prompts

    def name(self, source: Language, target: Language) -> str:
        """The model, without the address of its server."""
        return self._model.name.partition(" at ")[0].replace("\\", "/").rstrip("/").removeprefix("./")

    def translate(
        self, text: str, source: Language, target: Language, *, stopped: Callable[[], bool], spent: Usage | None = None
    ) -> str | None:
        """See `Translator.translate`. Raises `ModelError`, `SettingsError`."""
        asked = self._request(" ".join(neutralised(text).split()), target)
        messages = [Message(role, part) for role, part in asked.parts]
        most = _LONGER * self._model.count(text) + _ROOM
        written = complete(self._model, messages, most, cancelled=stopped, spent=spent)
        return written.rpartition("</think>")[2]

    def _request(self, text: str, target: Language) -> Prompt:
        return prompt("translate", target, folder=self._prompts, text=text)
