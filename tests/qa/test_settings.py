"""Settings: who has the last word, where each value stands, and what a bad one is told."""

from pathlib import Path
from typing import Any

import pytest

from index.errors import SettingsError
from qa.settings import SECRETS, Settings, load_settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with a data folder in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dalil").mkdir()
    return tmp_path


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


LAYERS: list[tuple[str, int, str]] = [
    # What is given (keyword, environment, data folder, here), and what comes of it.
    ("keyword environment inside here", 1, "keyword"),
    ("environment inside here", 2, "DALIL_K"),
    ("inside here", 3, str(Path(".dalil/dalil.toml"))),
    ("here", 4, "dalil.toml"),
    ("keyword here", 1, "keyword"),
    ("environment here", 2, "DALIL_K"),
    ("", 5, "default"),
]


@pytest.mark.parametrize(("given", "k", "origin"), LAYERS)
def test_precedence(here: Path, given: str, k: int, origin: str) -> None:
    if "inside" in given:
        write(here / ".dalil" / "dalil.toml", "k = 3")
    if "here" in given:
        write(here / "dalil.toml", "k = 4")
    environ = {"DALIL_K": "2"} if "environment" in given else {}
    settings, origins = load_settings(environ, k=1 if "keyword" in given else None)
    assert (settings.k, origins["k"]) == (k, origin)


def test_each_setting_has_its_own_origin(here: Path) -> None:
    write(here / ".dalil" / "dalil.toml", 'encoder = "folder/model"\nport = 9000')
    write(here / "dalil.toml", 'port = 9001\nlanguage = "en"')
    settings, origins = load_settings({"DALIL_REFUSE_BELOW": "0.5", "UNRELATED": "1", "DALIL_LATER_PLUGIN": "x"}, max_body_mb=1)
    assert (settings.encoder, settings.port, settings.language) == ("folder/model", 9000, "en")
    assert (settings.refuse_below, settings.max_body_mb) == (0.5, 1.0)
    told = {name: origin for name, origin in origins.items() if origin != "default"}
    assert told == {
        "encoder": str(Path(".dalil/dalil.toml")),
        "port": str(Path(".dalil/dalil.toml")),
        "language": "dalil.toml",
        "refuse_below": "DALIL_REFUSE_BELOW",
        "max_body_mb": "keyword",
    }
    assert set(origins) == set(Settings.model_fields)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_can_come_from_the_environment(name: str) -> None:
    default = load_settings({})[0].model_dump(mode="json")[name]
    given = default if default not in (None, []) else GIVEN.get(name, "text")
    written = " ".join(given) if isinstance(given, list) else str(given)
    settings, origins = load_settings({f"DALIL_{name.upper()}": written})
    assert settings.model_dump(mode="json")[name] == ("**********" if name in SECRETS else given)
    assert origins[name] == f"DALIL_{name.upper()}"


GIVEN: dict[str, Any] = {"llm_context": 4096, "llm_price_in": 4096, "llm_price_out": 4096, "public_url": "https://example.org"}
GIVEN["database"] = "postgresql+psycopg://dalil@localhost:5432/dalil"
GIVEN["widget_origins"] = GIVEN["cors_origins"] = ["https://news.example", "http://[::1]:8080"]
GIVEN["trusted_proxies"] = ["10.0.0.1", "fd00::/8"]
GIVEN["rate_per_key"] = GIVEN["rate_per_address"] = 7
GIVEN["drain_s"] = 2.0
"""A value for each setting that is nothing by default and takes no plain text."""


@pytest.mark.parametrize("value", ["sk-secret", ["sk-secret"], {"key": "sk-secret"}])
def test_a_secret_is_shown_nowhere(value: object) -> None:
    try:
        settings, _ = load_settings({}, llm_key=value)
        shown = f"{settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    except SettingsError as error:
        shown = str(error)
    assert "llm_key" in shown
    assert "sk-secret" not in shown


@pytest.mark.parametrize(
    "value",
    [
        "postgresql+psycopg://dalil:hush-hush@db:5432/dalil",
        "postgres://dalil@db/dalil?password=hush-hush&sslmode=require&schema=news",
        "mysql://dalil:hush-hush@db/dalil",
        "postgresql://dalil:hush-hush@db:many/dalil",
        "postgresql://dalil:hush-hush@db/dalil?schema=News",
        "hush-hush",
        ["hush-hush"],
    ],
)
def test_the_password_of_a_database_is_shown_nowhere(value: object) -> None:
    try:
        settings, _ = load_settings({}, database=value)
        shown = f"{settings!r} {settings.model_dump()} {settings.model_dump_json()} {settings.place!r}"
        assert "@db" in settings.model_dump_json()
    except SettingsError as error:
        shown = str(error)
    assert "database" in shown
    assert "hush-hush" not in shown


def test_a_database_can_be_taken_back() -> None:
    environ = {"DALIL_DATABASE": "postgresql://db/dalil"}
    assert load_settings(environ)[0].place.database is not None
    assert load_settings(environ, database="")[0].place.database is None


def test_nothing_is_not_given() -> None:
    settings, origins = load_settings({"DALIL_K": "", "DALIL_DATA": ""}, k=None, data=None)
    assert (settings, set(origins.values())) == (Settings(), {"default"})


@pytest.mark.parametrize("text", ["k = 7", "\ufeffk = 7"])
def test_file_with_and_without_byte_order_mark(here: Path, text: str) -> None:
    write(here / "dalil.toml", text)
    assert load_settings({})[0].k == 7


def test_real_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DALIL_K", "9")
    assert load_settings()[0].k == 9


# -- the data folder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["keyword", "environment", "here"])
def test_settings_of_the_chosen_data_folder_count(here: Path, how: str) -> None:
    write(here / "other" / "dalil.toml", "k = 7")
    write(here / ".dalil" / "dalil.toml", "k = 8")
    if how == "here":
        write(here / "dalil.toml", 'data = "other"\nk = 9')
    environ = {"DALIL_DATA": "other"} if how == "environment" else {}
    settings, origins = load_settings(environ, data=here / "other" if how == "keyword" else None)
    assert settings.k == 7
    assert settings.data.resolve() == here / "other"
    assert Path(origins["k"]).resolve() == here / "other" / "dalil.toml"


@pytest.mark.parametrize("data", [".", "absolute"])
def test_data_folder_is_here(here: Path, data: str) -> None:
    write(here / "dalil.toml", "k = 7\ndata = '.'")
    settings, origins = load_settings({}, data=data.replace("absolute", str(here)))
    assert (settings.k, origins["k"], origins["data"]) == (7, "dalil.toml", "keyword")


def test_home_is_found(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setenv("HOME", str(here))
    write(here / "articles" / "dalil.toml", "k = 7")
    settings, _ = load_settings({"DALIL_DATA": "~/articles"})
    assert (settings.data, settings.k) == (here / "articles", 7)
    assert load_settings({"DALIL_DATA": "~no-such-user/x"})[0].data == Path("~no-such-user/x")


# -- what cannot be used -------------------------------------------------------------------------------------------------

BAD: list[tuple[dict[str, Any], str]] = [
    ({"k": 0}, "0"),
    ({"k": 101}, "101"),
    ({"k": "many"}, "'many'"),
    ({"k": 2.5}, "2.5"),
    ({"language": "fr"}, "'fr'"),
    ({"data": 3}, "3"),
    ({"passage_tokens": 8}, "8"),
    ({"passage_overlap": -1}, "-1"),
    ({"refuse_below": 1.5}, "1.5"),
    ({"refuse_below": "nan"}, "'nan'"),
    ({"max_file_mb": "inf"}, "'inf'"),
    ({"max_body_mb": 0}, "0"),
    ({"allow_private_urls": "perhaps"}, "'perhaps'"),
    ({"port": 70_000}, "70000"),
    ({"encoder": ["a", "b"]}, "['a', 'b']"),
]


CASES = [
    (where, name, value, told)
    for where in ("keyword", "environment", "inside", "here")
    for values, told in BAD
    for name, value in values.items()
    if where != "environment" or name not in ("data", "encoder")  # any text is one
]


@pytest.mark.parametrize(("where", "name", "value", "told"), CASES)
def test_bad_value_is_named_with_its_place(here: Path, where: str, name: str, value: object, told: str) -> None:
    environ: dict[str, str] = {}
    keywords: dict[str, Any] = {}
    origin = {"inside": str(Path(".dalil/dalil.toml")), "here": "dalil.toml"}.get(where, where)
    if where == "environment":
        origin, told = f"DALIL_{name.upper()}", repr(str(value))
        environ[origin] = str(value)
    elif where == "keyword":
        keywords[name] = value
    else:
        write(here / origin, f"{name} = {value!r}")
    with pytest.raises(SettingsError) as raised:
        load_settings(environ, **keywords)
    assert str(raised.value).startswith(f"setting {name!r} ({origin}): ")
    assert str(raised.value).endswith(f"got {told}")


@pytest.mark.parametrize(("name", "hint"), [("passage_token", "passage_tokens"), ("Language", "language"), ("zzzz", None)])
def test_unknown_setting(here: Path, name: str, hint: str | None) -> None:
    write(here / "dalil.toml", f"{name} = 1")
    with pytest.raises(SettingsError) as raised:
        load_settings({})
    proposal = f"; did you mean {hint!r}?" if hint else ""
    assert str(raised.value) == f"setting {name!r} (dalil.toml): there is no such setting{proposal}, got 1"


def test_data_folder_cannot_name_itself_elsewhere(here: Path) -> None:
    write(here / ".dalil" / "dalil.toml", 'data = "other"')
    with pytest.raises(SettingsError, match=r"setting 'data' \(.dalil.dalil.toml\): .* got 'other'"):
        load_settings({})


UNREADABLE: list[tuple[str | bytes, str]] = [
    ("k = ", "dalil.toml"),
    ("k = 1\nk = 2", "dalil.toml"),
    (b"\xff\xfe\x00", "dalil.toml"),
]


@pytest.mark.parametrize(("content", "told"), UNREADABLE)
def test_unreadable_file_is_named(here: Path, content: str | bytes, told: str) -> None:
    (here / "dalil.toml").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError, match=f"cannot read the settings in {told}"):
        load_settings({})


def test_folder_in_the_place_of_the_file(here: Path) -> None:
    (here / "dalil.toml").mkdir()
    with pytest.raises(SettingsError, match=r"cannot read the settings in dalil\.toml"):
        load_settings({})


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings({})[0].k = 7  # type: ignore[misc]


@pytest.mark.parametrize(
    "value", ["*", "news.example", "https://news.example/", "https://News.example", "null", ["https://a.example", 3]]
)
def test_a_site_that_may_put_the_widget_in_is_named_as_browsers_do(value: object) -> None:
    with pytest.raises(SettingsError, match="widget_origins"):
        load_settings({}, widget_origins=value)
