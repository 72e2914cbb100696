"""Every setting, in one place, with where its value came from.

Order: keywords, then `DALIL_*` in the environment, then `dalil.toml` in the data folder, then `dalil.toml` here, then the
defaults of the profile, then defaults.
"""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, SecretStr, ValidationError, field_validator

from index.database import Place, read_address, shown
from index.errors import SettingsError
from qa.profiles import Profile, profile_defaults

DEFAULT_DATA = ".dalil"
_WITHOUT_MODEL_S = 5.0  # for finding passages and answering in their own words
SECRETS = frozenset(
    {
        "llm_key",
        "milvus_token",
        "slack_bot_token",
        "slack_signing_secret",
        "slack_app_token",
        "telegram_token",
        "telegram_secret",
        "discord_token",
        "teams_client_secret",
    }
)
"""Settings whose value is shown nowhere, not even in an error."""


def _listed(value: Any) -> Any:
    """A list, or text with spaces or commas between the parts."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _origins(value: Any) -> Any:
    """Sites, each as a browser names it: no path, small letters."""
    listed = _listed(value)
    for one in listed if isinstance(listed, list | tuple) else ():
        if not isinstance(one, str) or not re.fullmatch(r"https?://[a-z0-9.\-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?", one):
            raise ValueError(f"{one!r} is no site: write it as https://news.example, in small letters and without a path")
    return listed


def _networks(value: Any) -> Any:
    """Addresses of machines, or of networks as `10.0.0.0/8`."""
    listed = _listed(value)
    for one in listed if isinstance(listed, list | tuple) else ():
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise ValueError(f"{one!r} is no address: write it as 10.0.0.1, or a network as 10.0.0.0/8") from None
    return listed


def _address(value: Any) -> Any:
    """The address of a database, checked before it becomes a secret; an empty one is none."""
    if value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("the address of a database is text")
    read_address(value)
    return value


def _without_password(address: SecretStr | None) -> str | None:
    return None if address is None else shown(read_address(address.get_secret_value()))


Address = Annotated[SecretStr | None, BeforeValidator(_address), PlainSerializer(_without_password, when_used="json")]
Origins = Annotated[tuple[str, ...], BeforeValidator(_origins)]
Networks = Annotated[tuple[str, ...], BeforeValidator(_networks)]


class Settings(BaseModel):
    """The settings; the environment variable of a field is `DALIL_` and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    data: Path = Field(Path(DEFAULT_DATA), description="folder that holds the index")
    database: Address = Field(
        None, description="`postgresql+psycopg://USER@HOST/DATABASE`: articles and all that is kept are there, not in files"
    )
    language: Literal["auto", "ar", "en"] = Field("auto", description="language of the words around the quotes")
    k: int = Field(5, ge=1, le=100, description="passages given with an answer")
    profile: Profile = Field("embedded", description="defaults for the models: `embedded`, `local` or `api`")
    encoder: str = Field("bundled", description="`bundled`, or a sentence-transformers model name or folder")
    query_prefix: str | None = Field(None, description="text put before a question by the encoder")
    passage_prefix: str | None = Field(None, description="text put before a passage by the encoder")
    device: str | None = Field(None, description="torch device of the encoder, such as `cpu` or `cuda`")
    reranker: str | None = Field(None, description="cross-encoder that orders passages anew: a model name or folder")
    reranker_device: str | None = Field(None, description="torch device of the reranker, such as `cpu` or `cuda`")
    rerank_passages: int = Field(20, ge=2, le=200, description="passages that the reranker reads for a question")
    milvus: str | None = Field(
        None, description="Milvus for vectors and BM25: `http://localhost:19530`, or a path that ends in .db for milvus-lite"
    )
    milvus_token: SecretStr | None = Field(None, description="token or `user:password` for Milvus; never shown, never logged")
    encoding: str = Field("dalil_ar_en", description="tiktoken encoding that counts passage tokens")
    passage_tokens: int = Field(200, ge=16, le=8192, description="token budget of a passage")
    passage_overlap: int = Field(1, ge=0, le=10, description="whole sentences shared by neighbouring passages")
    refuse_below: float = Field(0.36, ge=0, le=1, description="answers below this confidence become refusals")
    remembered: int = Field(
        500, ge=0, description="answers without a model that each process gives again while no article changes; 0: none"
    )
    llm_url: str | None = Field(
        None, description="base address of an OpenAI-compatible server, such as `http://localhost:11434/v1`"
    )
    llm_model: str | None = Field(None, description="model of that server; without `llm_url`, a transformers name or folder")
    llm_key: SecretStr | None = Field(None, description="key for the server; never shown, never logged")
    llm_timeout_s: float = Field(25, gt=0, description="longest time for the model's part of an answer, in seconds")
    llm_retries: int = Field(2, ge=0, le=10, description="further tries where the server is busy or the connection breaks")
    llm_max_tokens: int = Field(800, ge=16, description="longest text the model may write for an answer, in tokens")
    llm_context: int | None = Field(None, ge=512, description="tokens the model can take in and write together")
    llm_concurrency: int = Field(4, ge=1, description="requests to the model at the same time")
    llm_price_in: float | None = Field(None, ge=0, description="price of a million tokens that the model reads")
    llm_price_out: float | None = Field(None, ge=0, description="price of a million tokens that the model writes")
    llm_form: Literal["auto", "json", "tagged"] = Field("auto", description="form of the model's claims; `auto` finds out")
    llm_tokenizer: str | None = Field(None, description="counts the server's tokens: a tiktoken encoding, a hub name, a file")
    llm_device: str | None = Field(None, description="torch device of a transformers model, such as `cpu` or `cuda`")
    judge: str = Field("bundled", description="says whether a quote bears a claim out: `bundled`, `nli:MODEL`, `llm:MODEL@URL`")
    translator: str | None = Field(
        None, description="translates quotes: a transformers name or folder, `{from}` and `{to}` in it stand for `ar` and `en`"
    )
    translator_device: str | None = Field(None, description="torch device of the translator, such as `cpu` or `cuda`")
    translate_quotes: Literal["auto", "off"] = Field(
        "auto", description="`auto`: quotes in another language are translated where a translator or language model is set"
    )
    translate_timeout_s: float = Field(10, gt=0, description="longest time for the translations of an answer, in seconds")
    prompts: Path | None = Field(None, description="folder with prompts that take the place of the bundled ones")
    conversation_days: float = Field(
        30, ge=0, description="days after its last question that a conversation is kept; 0: always"
    )
    max_question: int = Field(2000, ge=1, le=100_000, description="longest question, in characters")
    max_file_mb: float = Field(50, gt=0, description="largest file or page that is read, in megabytes")
    max_body_mb: float = Field(10, gt=0, description="largest HTTP request body, in megabytes")
    request_timeout_s: float = Field(30, gt=0, description="longest time for one HTTP request, in seconds")
    allow_private_urls: bool = Field(False, description="let `dalil index URL` reach private and loopback addresses")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8080, ge=0, le=65535, description="port the service listens on")
    workers: int | Literal["auto"] = Field(
        1, ge=1, le=256, description="processes of the service; `auto`: one for each processor that may be used"
    )
    max_waiting: int = Field(100, ge=0, description="requests in each process that may wait for their turn; more get 503")
    max_wait_s: float = Field(
        10, gt=0, description="longest time that a request should have to wait for its turn; where it would be more: 503"
    )
    drain_s: float | None = Field(
        None,
        ge=0,
        le=3600,
        description="seconds from when a stopping service says so at `/readyz` to taking nothing new; 3 where others reach it",
    )
    stop_s: float = Field(25, ge=0, le=3600, description="seconds that a stopping service gives what is under way to finish")
    public_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="address under which others reach the service, for links in answers"
    )
    sources_in_text: bool = Field(True, description="end the text of an answer at `/v1` with a list of its sources")
    widget_origins: Origins = Field((), description="sites that may put the widget in, as `https://news.example`")
    keys: Literal["auto", "on", "off"] = Field(
        "auto", description="whether the service asks for keys: `auto` where others than this machine can reach it"
    )
    rate_per_key: int | None = Field(None, ge=0, description="requests a minute for each key; 0: as many as come")
    rate_per_address: int | None = Field(None, ge=0, description="requests a minute for each address; 0: as many as come")
    cors_origins: Origins = Field((), description="sites whose pages may use the whole API, as `https://desk.example`")
    trusted_proxies: Networks = Field((), description="proxies that are believed whom they forward, as `10.0.0.0/8`")
    metrics_open: bool = Field(False, description="show `/metrics` without a key that may manage")
    log: Literal["off", "json"] = Field("off", description="`json`: a line on stderr for each request, without what was asked")
    log_questions: bool = Field(False, description="put the questions into these lines")

    chat_refusals: Literal["say", "silent"] = Field(
        "say", description="in channels and groups of chat tools: `say` that there is no answer, or stay `silent`"
    )
    slack_bot_token: SecretStr | None = Field(None, description="Slack: bot token, `xoxb-…`")
    slack_signing_secret: SecretStr | None = Field(None, description="Slack: signing secret, for `/slack/events`")
    slack_app_token: SecretStr | None = Field(None, description="Slack: app-level token, `xapp-…`, for `dalil slack`")
    slack_url: str = Field("https://slack.com/api/", pattern=r"^https?://\S+/$", description="Slack: address of its API")
    telegram_token: SecretStr | None = Field(None, description="Telegram: token of the bot")
    telegram_secret: SecretStr | None = Field(None, description="Telegram: secret token, for `/telegram/webhook`")
    telegram_url: str = Field(
        "https://api.telegram.org", pattern=r"^https?://\S+$", description="Telegram: address of its Bot API"
    )
    discord_public_key: str | None = Field(None, description="Discord: public key of the application")
    discord_token: SecretStr | None = Field(
        None, description="Discord: token of the bot, to make /ask known by `dalil discord`"
    )
    discord_url: str = Field(
        "https://discord.com/api/v10", pattern=r"^https?://\S+$", description="Discord: address of its API"
    )
    teams_client_id: str | None = Field(None, description="Teams: app id of the bot")
    teams_tenant_id: str | None = Field(None, description="Teams: tenant of the bot")
    teams_client_secret: SecretStr | None = Field(None, description="Teams: client secret of the bot")

    @property
    def place(self) -> Place:
        """Where articles, conversations, feedback and keys are."""
        return Place(self.data, None if self.database is None else read_address(self.database.get_secret_value()))

    @property
    def processes(self) -> int:
        """How many processes the service has."""
        if self.workers == "auto":
            return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return self.workers

    @property
    def longest_answer_s(self) -> float:
        """Seconds that a request may take: always long enough to do without the models that write and translate in the end."""
        asks_model = self.llm_url is not None or self.llm_model is not None
        translates = self.translate_quotes == "auto" and (asks_model or self.translator is not None)
        spent = asks_model * self.llm_timeout_s + translates * self.translate_timeout_s
        return max(self.request_timeout_s, spent + _WITHOUT_MODEL_S if spent else 0)

    @field_validator("data", "prompts")
    @classmethod
    def _expand(cls, folder: Path | None) -> Path | None:
        return folder and Path(os.path.expanduser(folder))  # unlike Path.expanduser, leaves an unknown `~name` alone


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    names = {f"DALIL_{name.upper()}": name for name in Settings.model_fields}
    return {names[key]: value for key, value in environ.items() if key in names and value != ""}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read the settings in {path}: {error}") from error


def load_settings(environ: Mapping[str, str] | None = None, **keywords: Any) -> tuple[Settings, dict[str, str]]:
    """The settings and, per name, their origin (`keyword`, `DALIL_K`, a file's path, `profile local`, or `default`).

    Keywords that are `None` count as not given. Raises `SettingsError` naming the setting, its value and where it stands.
    """
    given = {name: value for name, value in keywords.items() if value is not None}
    environment = _from_environment(os.environ if environ is None else environ)
    here = Path("dalil.toml")
    layers: list[tuple[str | None, Mapping[str, Any]]] = [
        (str(here), _from_file(here)),
        (None, environment),
        ("keyword", given),
    ]
    values, origins = _merge(layers)
    inside = _first_of("data", values, origins).data / "dalil.toml"
    if inside.absolute() != here.absolute():
        found = _from_file(inside)
        if "data" in found:
            raise SettingsError(f"setting 'data' ({inside}): the data folder is named outside of it, got {found['data']!r}")
        layers.insert(1, (str(inside), found))
        values, origins = _merge(layers)
    profile = _first_of("profile", values, origins).profile
    supplied = profile_defaults(profile, values)
    values |= supplied
    origins |= dict.fromkeys(supplied, f"profile {profile}")
    try:
        return Settings(**values), dict.fromkeys(Settings.model_fields, "default") | origins
    except ValidationError as error:
        raise _refused(error, origins) from None


def _merge(layers: Sequence[tuple[str | None, Mapping[str, Any]]]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of all layers, later ones first in rank, and where each stands."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        values |= layer
        origins |= {name: origin or f"DALIL_{name.upper()}" for name in layer}
    return values, origins


def _first_of(name: str, values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """Settings of which only `name` is as given: it is needed before the others are known."""
    try:
        return Settings(**{key: value for key, value in values.items() if key == name})
    except ValidationError as error:
        raise _refused(error, origins) from None


def _refused(error: ValidationError, origins: Mapping[str, str]) -> SettingsError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    reason = first["msg"]
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Settings.model_fields, 1)
        reason = "there is no such setting" + (f"; did you mean {near[0]!r}?" if near else "")
    got = "" if name in SECRETS or name == "database" else f", got {first['input']!r}"
    return SettingsError(f"setting {name!r} ({origins.get(name, '?')}): {reason}{got}")
