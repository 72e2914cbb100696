"""The prompts that are sent to language models: one file per prompt and language, `NAME.LANGUAGE.md`.

A file begins with a comment that says what the prompt is given and what comes back; it is not sent. What is sent stands under
the headings `# system` and `# user` (each at most once, either may be missing); `$name` is a placeholder, `$$` a dollar sign.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Literal

from index.article import Language
from index.errors import SettingsError

Part = tuple[Literal["system", "user"], str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with its placeholders filled in. `version` names it and the exact words of its file: `answer.en@1f0c29d4`."""

    version: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All parts in one."""
        return "\n\n".join(text for _, text in self.parts)


def prompt(name: str, language: Language, /, *, folder: Path | None = None, **values: object) -> Prompt:
    """The prompt of that name and language, from `folder` when the file is there, else the bundled one.

    Raises `SettingsError` for a file of the user's that cannot be used, `KeyError` for a missing value in a bundled one.
    """
    own = folder is not None and (folder / f"{name}.{language}.md").is_file()
    path = str(folder / f"{name}.{language}.md") if folder is not None and own else f"{name}.{language}.md"
    text = _own(path) if own else _bundled(path)
    filled: list[Part] = []
    for role, part in _parts(text):
        try:
            filled.append((role, Template(part).substitute(values)))
        except (KeyError, ValueError) as error:
            if not own:
                raise
            known = ", ".join(f"${one}" for one in sorted(values))
            reason = f"there is no placeholder ${error.args[0]}" if isinstance(error, KeyError) else str(error)
            raise SettingsError(f"the prompt {path}: {reason}; known are {known}, and $$ is a dollar sign") from None
    if not filled:
        raise SettingsError(f"the prompt {path} has no text: write it under a line '# system' or '# user'")
    return Prompt(f"{name}.{language}@{hashlib.sha256(text.encode()).hexdigest()[:8]}", tuple(filled))


@lru_cache(maxsize=64)
def _bundled(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _own(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the prompt {path} cannot be read: {error}") from error


def _parts(text: str) -> Iterator[Part]:
    """What stands under the two headings, without the comment at the top."""
    role: Literal["system", "user"] | None = None
    lines: list[str] = []
    for line in [*text.partition("-->")[2].splitlines(), "# end"] if text.startswith("<!--") else [*text.splitlines(), "# end"]:
        heading = line.strip().lower()
        if heading not in ("# system", "# user", "# end"):
            lines.append(line)
            continue
        if role and (found := "\n".join(lines).strip()):
            yield role, found
        lines = []
        role = "system" if heading == "# system" else "user"
