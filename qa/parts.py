"""The models that the settings name: what each is for, where it lies, what it needs, and how to get it or turn it on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index.article import Language
from index.embedding.encoder import BUNDLED, BUNDLED_PATH
from index.hub import Place, find_model, is_hub_name
from qa.settings import Settings
from qa.translation.sequences import SequenceTranslator

Status = Literal["bundled", "here", "missing", "server", "off"]

_MB = 1_000_000
_ROOM = 1.2  # memory a model takes beside its weights, as a factor: a rule of thumb
_HALF = ("bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class Known:
    """What a model's public card says: parameters in millions, size of its files and licence. Sizes are approximate."""

    parameters: int
    disk_mb: int
    licence: str


KNOWN: dict[str, Known] = {
    "BAAI/bge-m3": Known(568, 2300, "MIT"),
    "BAAI/bge-reranker-v2-m3": Known(568, 2300, "Apache-2.0"),
    "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1": Known(118, 490, "Apache-2.0"),
    "intfloat/multilingual-e5-small": Known(118, 490, "MIT"),
    "intfloat/multilingual-e5-base": Known(278, 1130, "MIT"),
    "intfloat/multilingual-e5-large": Known(560, 2260, "MIT"),
    "Qwen/Qwen2.5-1.5B-Instruct": Known(1540, 3100, "Apache-2.0"),
    "Qwen/Qwen2.5-7B-Instruct": Known(7620, 15_200, "Apache-2.0"),
    "Helsinki-NLP/opus-mt-ar-en": Known(77, 310, "Apache-2.0"),
    "Helsinki-NLP/opus-mt-en-ar": Known(77, 310, "Apache-2.0"),
    "MoritzLaurer/mDeBERTa-v3-base-mnli-xnli": Known(279, 580, "MIT"),
}

_TRANSLATOR = "Helsinki-NLP/opus-mt-{from}-{to}"
_TRANSLATOR_MB = sum(KNOWN[f"Helsinki-NLP/opus-mt-{pair}"].disk_mb for pair in ("ar-en", "en-ar"))
_DIRECTIONS: dict[str, tuple[Language, Language]] = {
    "translator to English": ("ar", "en"),
    "translator to Arabic": ("en", "ar"),
}
_SUGGESTED = {
    "reranker": ("reranker", "BAAI/bge-reranker-v2-m3"),
    "language model": ("llm_model", "Qwen/Qwen2.5-1.5B-Instruct"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One model. Sizes are in megabytes, `None` where unknown; `estimated` when the disk size is not measured here.

    `remedy` says how to get what is missing, or to turn on what is off; empty where nothing is to be done.
    """

    role: str
    setting: str
    name: str | None
    origin: str
    status: Status
    folder: str | None = None
    disk_mb: int | None = None
    memory_mb: int | None = None
    estimated: bool = False
    licence: str | None = None
    remedy: str = ""

    def line(self) -> str:
        """All of it in one line."""
        about = "about " if self.estimated else ""
        facts = [
            self.name,
            self.status,
            None if self.disk_mb is None else f"{about}{_size(self.disk_mb)} on disk",
            None if self.memory_mb is None else f"about {_size(self.memory_mb)} of memory",
            self.licence,
            self.remedy,
        ]
        return "; ".join(fact for fact in facts if fact)


def _size(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"


def parts(settings: Settings, origins: Mapping[str, str]) -> list[Part]:
    """The part of each role, those that are off too."""
    return [
        _encoder(settings, origins["encoder"]),
        _optional("reranker", settings.reranker, origins, half_is_kept=True),
        _language_model(settings, origins),
        _judge(settings, origins["judge"]),
        *_translators(settings, origins["translator"]),
    ]


def model_facts(settings: Settings, origins: Mapping[str, str]) -> dict[str, str]:
    """Each role with its model in one line: where it lies, what it needs, what is missing, how to turn it on."""
    return {part.role: part.line() for part in parts(settings, origins)}


def setting_facts(settings: Settings, origins: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Each setting with its value and where that comes from; secrets are masked."""
    return {name: {"value": value, "origin": origins[name]} for name, value in settings.model_dump(mode="json").items()}


def _encoder(settings: Settings, origin: str) -> Part:
    if settings.encoder != BUNDLED:
        return _model("encoder", "encoder", settings.encoder, origin, half_is_kept=True)
    place = find_model(str(BUNDLED_PATH))
    assert place is not None
    return _present("encoder", "encoder", BUNDLED, origin, place, memory=place.weights, status="bundled")


def _language_model(settings: Settings, origins: Mapping[str, str]) -> Part:
    if settings.llm_url is None:
        on_cpu = (settings.llm_device or "cpu") == "cpu"
        return _optional("language model", settings.llm_model, origins, half_is_kept=not on_cpu)
    name = f"{settings.llm_model or '?'} at {settings.llm_url}"
    needs_key = settings.llm_key is None and origins["llm_url"].startswith("profile ")
    remedy = "set DALIL_LLM_KEY to the server's key" if needs_key else ""
    if settings.llm_model is None:
        remedy = "set DALIL_LLM_MODEL to a model of that server"
    return Part("language model", "llm_url", name, origins["llm_url"], "server", remedy=remedy)


def _judge(settings: Settings, origin: str) -> Part:
    kind, _, model = settings.judge.partition(":")
    if kind == "nli":
        return _model("judge", "judge", model, origin, half_is_kept=False)
    if kind == "llm":
        return Part("judge", "judge", " at ".join(model.split("@", 1)), origin, "server")
    return Part("judge", "judge", settings.judge, origin, "bundled")


def _translators(settings: Settings, origin: str) -> list[Part]:
    """A part for each direction that has a model of its own."""
    if settings.translator is None or settings.translate_quotes == "off":
        asks_chat = settings.llm_url is not None or settings.llm_model is not None
        how = f"DALIL_TRANSLATOR={_TRANSLATOR} turns it on (about {_size(_TRANSLATOR_MB)} on disk)"
        if settings.translate_quotes == "off":
            how = "DALIL_TRANSLATE_QUOTES=auto turns it on"
        elif asks_chat:
            how = f"the language model translates quotes; {how}"
        return [Part("translator", "translator", None, origin, "off", remedy=how)]
    known = SequenceTranslator(settings.translator)
    found = {role: name for role, pair in _DIRECTIONS.items() if (name := known.model(*pair)) is not None}
    if len(set(found.values())) == 1:
        found = {"translator": next(iter(found.values()))}
    half = (settings.translator_device or "cpu") != "cpu"
    return [_model(role, "translator", name, origin, half_is_kept=half) for role, name in found.items()]


def _optional(role: str, name: str | None, origins: Mapping[str, str], *, half_is_kept: bool) -> Part:
    setting, suggested = _SUGGESTED[role]
    if name is not None:
        return _model(role, setting, name, origins[setting], half_is_kept=half_is_kept)
    known = KNOWN[suggested]
    how = f"DALIL_{setting.upper()}={suggested} turns it on (about {_size(known.disk_mb)} on disk)"
    return Part(role, setting, None, origins[setting], "off", remedy=how)


def _model(role: str, setting: str, name: str, origin: str, *, half_is_kept: bool) -> Part:
    """A model in a folder or from the Hub; with `half_is_kept`, weights of 16 bits take no more in memory than on disk."""
    place = find_model(name)
    if place is not None:
        memory = place.weights * (1 if half_is_kept or not _is_half(place) else 2)
        return _present(role, setting, name, origin, place, memory=memory, status="here")
    known = KNOWN.get(name)
    fetched = is_hub_name(name)
    remedy = "`dalil models fetch` downloads it" if fetched else "there is no complete model in that folder: correct the path"
    if known is None:
        return Part(role, setting, name, origin, "missing", remedy=remedy)
    memory = round((known.disk_mb if half_is_kept else known.parameters * 4) * _ROOM)
    return Part(role, setting, name, origin, "missing", None, known.disk_mb, memory, True, known.licence, remedy)


def _present(role: str, setting: str, name: str, origin: str, place: Place, *, memory: int, status: Status) -> Part:
    """A model on this machine whose weights take `memory` bytes once loaded."""
    licence = _licence(place.folder) or (KNOWN[name].licence if name in KNOWN else None)
    disk, room = -(-place.size // _MB), -(-round(memory * _ROOM) // _MB)
    return Part(role, setting, name, origin, status, str(place.folder), disk, room, licence=licence)


def _is_half(place: Place) -> bool:
    try:
        config = json.loads((place.folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return False
    return (config.get("dtype") or config.get("torch_dtype")) in _HALF


def _licence(folder: Path) -> str | None:
    """What the card in the folder says, where there is one."""
    try:
        head = (folder / "README.md").read_text(encoding="utf-8").partition("---\n")[2].partition("\n---")[0]
    except (OSError, UnicodeDecodeError):
        return None
    found = (line.partition(":")[2].strip() for line in head.splitlines() if line.startswith("license:"))
    return next(found, None) or None
