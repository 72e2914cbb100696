"""The MCP server with the SDK's own client, over stdio and over HTTP: tools, articles as resources, errors."""

import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import anyio
import httpx
import mcp
import pytest

from index.article import Article
from qa.chat.mcp import PAGE
from qa.dalil import Dalil
from tests.qa.service.conftest import SEEDS, serving

ROOT = Path(__file__).parents[3]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "index/tiktoken_plugin")])}
ARABIC = "متى أعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية في العراق؟"
ENGLISH = "When did the coalition announce the end of its main combat operations in Iraq?"
STRANGE = Article("../أ b/c?#%41", "نص المقال الغريب.", title="غريب", url="javascript:alert(1)")
OWN = Article(
    "own", "The owl sleeps.", title="An owl", url="https://example.org/owl", source="Zoo", date="2020-01-02", language="en"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with the seeds, two odd articles, and more than a page of small ones."""
    folder = tmp_path_factory.mktemp("mcp")
    with Dalil.open(folder) as dalil:
        dalil.index([SEEDS])
        dalil.add([STRANGE, OWN, *(Article(f"n{number:03}", f"Note number {number}.") for number in range(PAGE))])
    return folder


@pytest.fixture(scope="module")
def service(data):
    with Dalil.open(data) as dalil, serving(dalil) as http:
        yield str(http.base_url).rstrip("/")


@asynccontextmanager
async def connected(server):
    async with mcp.Client(server) as client:
        yield client


def talk(server, *steps):
    """What each step (a function of the client) gives, in one connection."""

    async def run():
        async with connected(server) as client:
            return [await step(client) for step in steps]

    return anyio.run(run)


def call(name, **arguments):
    return lambda client: client.call_tool(name, arguments)


async def articles_found(client):
    found = await client.call_tool("search", {"query": ENGLISH})
    return [await client.call_tool("fetch", {"id": result["id"]}) for result in found.structured_content["results"]]


async def resource_pages(client):
    pages = [await client.list_resources()]
    while pages[-1].next_cursor:
        pages.append(await client.list_resources(cursor=pages[-1].next_cursor))
    return [page.resources for page in pages]


async def strange_resource(client):
    listed = [resource for page in await resource_pages(client) for resource in page]
    return await client.read_resource(next(resource.uri for resource in listed if resource.name == STRANGE.id))


STEPS = {
    "tools": lambda client: client.list_tools(),
    "arabic": call("ask", question=ARABIC),
    "english": call("ask", question=ENGLISH),
    "refused": call("ask", question="كم سعر النفط؟"),
    "found": call("search", query="التحالف في العراق"),
    "own": call("fetch", id="own"),
    "strange": call("fetch", id=STRANGE.id),
    "fetched": articles_found,
    "pages": resource_pages,
    "templates": lambda client: client.list_resource_templates(),
    "read": strange_resource,
}


@pytest.fixture(scope="module", params=["stdio", "http"])
def given(request, data):
    """What one connection gives for each step, and how the server names articles that have no address of their own."""
    server, ours = f"{(service := request.getfixturevalue('service'))}/mcp", f"{service}/articles/"
    if request.param == "stdio":
        arguments = ["-m", "qa.cli", "mcp", "--data", str(data)]
        server = mcp.StdioServerParameters(command=sys.executable, args=arguments, env=ENVIRONMENT)
        ours = "dalil://articles/"
    return SimpleNamespace(**dict(zip(STEPS, talk(server, *STEPS.values()), strict=True)), ours=ours)


def test_the_tools_and_what_they_are_for(given):
    tools = given.tools.tools
    assert [tool.name for tool in tools] == ["ask", "search", "fetch"]
    takes = {tool.name: tool.input_schema for tool in tools}
    assert list(takes["search"]["properties"]) == takes["search"]["required"] == ["query"]
    assert list(takes["fetch"]["properties"]) == takes["fetch"]["required"] == ["id"]
    assert takes["ask"]["required"] == ["question"]
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)


def test_an_answer_with_its_sources(given):
    answer = given.arabic.structured_content
    assert answer["refused"] is False
    citation = answer["citations"][0]
    text = given.arabic.content[0].text
    assert f"«{citation['quote']}» [1]" in text
    assert f"[1] id: {citation['article_id']}" in text
    assert "\nSources\n" in given.english.content[0].text
    assert given.refused.structured_content["refused"] is True
    assert given.refused.content[0].text.startswith("لم أجد في المقالات جوابا")
    assert not given.refused.is_error


def test_search_and_fetch_have_the_form_of_deep_research(given):
    [content] = given.found.content
    assert content.type == "text"
    results = json.loads(content.text)["results"]
    assert given.found.structured_content == {"results": results}
    assert len({result["id"] for result in results}) == len(results) > 1
    assert all(set(result) == {"id", "title", "url"} for result in results)
    assert all(result["url"].startswith((given.ours, "https://example.org")) for result in results)
    assert json.loads(given.own.content[0].text) == {
        "id": "own",
        "title": "An owl",
        "text": "The owl sleeps.",
        "url": "https://example.org/owl",
        "metadata": {"source": "Zoo", "date": "2020-01-02", "language": "en"},
    }
    assert json.loads(given.strange.content[0].text)["url"] == f"{given.ours}..%2F%D8%A3%20b%2Fc%3F%23%2541"


def test_what_search_finds_can_be_fetched(given):
    assert given.fetched
    assert all(document.structured_content["text"] for document in given.fetched)


def test_articles_are_resources_listed_page_by_page(given):
    assert [len(page) for page in given.pages] == [PAGE, 4]
    assert len({resource.uri for page in given.pages for resource in page}) == PAGE + 4
    [template] = given.templates.resource_templates
    assert template.uri_template == "dalil://articles/{id}"
    assert given.read.contents[0].text == STRANGE.text


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("fetch", {"id": "nowhere"}, "nowhere"),
        ("fetch", {}, "id: Field required"),
        ("search", {"query": "x", "more": 1}, "more"),
        ("ask", {"question": "?!"}, "empty"),
        ("ask", {"question": "x" * 3000}, "3000"),
        ("ask", {"question": "who?", "language": "fr"}, "language"),
    ],
)
def test_a_call_that_cannot_be_answered_says_why(service, name, arguments, told):
    [result] = talk(f"{service}/mcp", call(name, **arguments))
    assert result.is_error
    assert told in result.content[0].text


@pytest.mark.parametrize(
    "step",
    [
        call("guess"),
        lambda client: client.read_resource("dalil://articles/nowhere"),
        lambda client: client.read_resource("file:///etc/passwd"),
        lambda client: client.list_resources(cursor="x"),
    ],
)
def test_what_the_protocol_has_no_answer_for_is_an_error_of_the_protocol(service, step):
    async def failing(client):
        with pytest.raises(mcp.MCPError) as caught:
            await step(client)
        return caught.value.error.code

    assert talk(f"{service}/mcp", failing) == [-32602]


def test_what_goes_wrong_inside_is_not_told_to_the_client(stand_in_service):
    [result] = talk(stand_in_service, call("ask", question="x"))
    assert result.is_error
    assert "secret" not in result.content[0].text


@pytest.fixture
def stand_in_service():
    class Broken:
        settings = SimpleNamespace(public_url=None, max_body_mb=1)

        def ask(self, *_, **__):
            raise RuntimeError("secret words")

    with serving(Broken()) as http:
        yield str(http.base_url).rstrip("/") + "/mcp"


NOISY = """
import os, subprocess
from qa.dalil import Dalil

def ask(self, question, **_):
    print("noise")
    os.write(1, b"noise")
    subprocess.run(["echo", "noise"])
    raise RuntimeError("noise")

Dalil.ask = ask
from qa.cli.app import run
run(["mcp", "--data", DATA])
"""


def test_nothing_but_the_protocol_stands_on_stdout(data):
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    messages = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": "x"}}},
    ]
    script = NOISY.replace("DATA", repr(str(data)))
    server = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT)
    with server:
        for message in messages:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        server.stdin.flush()
        replies = [json.loads(server.stdout.readline()) for _ in range(2)]
        assert [reply["id"] for reply in replies] == [1, 2]
        assert replies[0]["result"]["serverInfo"]["name"] == "dalil"
        assert replies[1]["result"]["isError"] is True
        server.stdin.close()
        assert server.stdout.read() == b""
    assert server.returncode == 0


def test_other_methods_than_post_and_foreign_hosts_are_refused(service):
    assert httpx.get(f"{service}/mcp", trust_env=False).status_code == 405
    refused = httpx.post(f"{service}/mcp", json={}, headers={"Host": "evil.example"}, trust_env=False)
    assert refused.status_code == 421
