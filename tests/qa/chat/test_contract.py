"""What every channel owes its reader, whatever the answer: sources for markers, quotes as they stand, limits, no markup."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from prompts import message
from qa.answer import Answer, ClaimVerified
from qa.chat import discord, mcp, slack, teams, telegram
from qa.chat.packing import units
from qa.chat.plain import plain_answer
from qa.chat.shown import heading, said, sources
from qa.service.openai.content import Writing, linker
from qa.text import FSI, LRM, PDI, RLM, clean_line
from tests.qa.chat.answers import ANSWERS
from tests.qa.chat.drivers import texts_of
from tests.qa.chat.platform import NASTY, Index

BASE = "https://news.example"
UNSEEN = dict.fromkeys(map(ord, f"{FSI}{PDI}{LRM}{RLM}\u2060«»“”…"))
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]")


@dataclass
class Page:
    """What a channel shows: its texts as they read, what is longer than the platform takes, and the links."""

    texts: list[str]
    over: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def shown_plain(answer):
    return Page(plain_answer(answer))


def shown_mcp(answer):
    result = mcp.Tools(Index(answer), None)._ask(mcp.Ask(question=answer.question), None)
    assert result.structured_content == answer.to_dict()
    [content] = result.content
    assert not set(content.text) & set(FSI + PDI + LRM + RLM)
    assert all(f"[{one.marker}] id: {one.article_id}" in content.text for one in answer.citations)
    return Page([content.text])


def shown_openai(answer):
    writing = Writing(answer.language, linker(BASE))
    known = {one.marker: one for one in answer.citations}
    for claim in answer.claims:
        writing.feed(ClaimVerified(claim, tuple(known[number] for number in claim.citations), answer.mode))
    writing.feed(answer)
    abouts = [one["url_citation"] for one in writing.annotations]
    assert [writing.text[one["start_index"] : one["end_index"]] for one in abouts] == [
        f"[{number}]" for claim in answer.claims for number in claim.citations
    ]
    assert [one["content"] for one in abouts] == [one.quote for one in answer.citations]
    assert not re.search(r"<[A-Za-z/!?]|!\[|\]\(http:", writing.text.replace("](<", ""))
    return Page([writing.text], links=[one["url"] for one in abouts])


def shown_slack(answer):
    cited = sources(answer, BASE, 10)
    blocks = slack.blocks(answer, "id", said(answer, 2900)[:20], cited)
    assert "mrkdwn" not in json.dumps(blocks)
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    over = [text for text in sections if len(text) > 3000] + (["blocks"] if len(blocks) > 50 else [])
    return Page([texts_of(block) for block in blocks if block["type"] != "actions"], over, _links(blocks))


class _Html(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.open, self.links = "", [], []

    def handle_starttag(self, tag, attrs):
        assert (tag, [name for name, _ in attrs]) in [("b", []), ("a", ["href"]), ("blockquote", ["expandable"])]
        self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def shown_telegram(answer):
    page = Page([])
    for one in telegram.messages(said(answer, 4000), heading(answer), sources(answer, BASE, 10)):
        reader = _Html()
        reader.feed(one)
        reader.close()
        assert not reader.open
        page.texts.append(reader.text)
        page.over += [reader.text] if units(reader.text) > 4096 else []
        page.links += reader.links
    return page


def shown_discord(answer):
    page = Page([])
    for embeds in discord.packed(discord.embeds(answer, sources(answer, BASE, 9))):
        assert len(embeds) <= 10
        together = 0
        for embed in embeds:
            parts = {name: embed.get(name, "") for name in ("title", "description")}
            for text in parts.values():
                bare = re.sub(r"^> ", "", re.sub(r"\\.", "", text), flags=re.MULTILINE)
                assert not re.search(r"[*_~`|<>@#\[\]]", bare), text
            parts |= {"author": embed.get("author", {}).get("name", ""), "footer": embed.get("footer", {}).get("text", "")}
            limits = {"title": 256, "description": 4096, "author": 256, "footer": 2048}
            page.over += [text for name, text in parts.items() if units(text) > limits[name]]
            together += sum(map(units, parts.values()))
            seen = {name: re.sub(r"\\(.)", r"\1", parts[name]) for name in ("title", "description")}
            over = [parts["author"]] if parts["author"] else []
            page.texts.append("\n".join([*over, parts["footer"], seen["title"], seen["description"]]))
        page.over += ["embeds"] if together > 6000 else []
        page.links += _links(embeds)
    return page


def shown_teams(answer):
    page = Page([])
    for body in teams.packed(teams.items(answer, sources(answer, BASE, 8))):
        card = teams._attached({"body": body}, rtl=answer.language == "ar")
        page.over += ["card"] if len(json.dumps(card)) > 28_000 else []
        page.texts.append("\n".join(_runs(body)))
        page.links += _links(body)
    return page


def _runs(value):
    """The text of every run; nothing else in a card may have text."""
    if isinstance(value, list):
        return [text for one in value for text in _runs(one)]
    if "text" in value:
        assert value["type"] == "TextRun"
        return [value["text"]]
    return _runs(value.get("inlines") or value.get("items"))


def _links(value):
    if isinstance(value, list):
        return [link for one in value for link in _links(one)]
    if isinstance(value, dict):
        return ([value["url"]] if "url" in value else []) + [link for one in value.values() for link in _links(one)]
    return []


CHANNELS = {
    name.removeprefix("shown_"): show for name, show in list(globals().items()) if name.startswith("shown_") and callable(show)
}
APART = ("slack", "telegram", "discord", "teams")
"""The tools that show an article's own link, and quotes with their sources."""


def readable(text):
    """The words alone: no direction, no quotation marks, no markers, no blanks."""
    return re.sub(r"\[\d+\]|\s", "", text.translate(UNSEEN))


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_every_channel_owes_its_reader(channel, answer: Answer):
    page = CHANNELS[channel](answer)
    assert not page.over
    for text in page.texts:
        depths = [0]
        for char in text:
            depths.append(depths[-1] + (char == FSI) - (char == PDI))
        assert min(depths) == depths[-1] == 0, text
        assert not CONTROLS.search(text)
    assert all(re.match(r"https?://", link) for link in page.links)
    whole = "\n".join(page.texts)
    over = message("nearest" if answer.refused else "sources", answer.language)
    above, found, below = whole.partition(over)
    assert found
    markers = {f"[{one.marker}]" for one in answer.citations}
    assert set(re.findall(r"\[\d+\]", above)) == set(re.findall(r"\[\d+\]", below)) == markers
    for one in answer.citations:
        where = above if answer.mode == "extractive" else below
        if channel != "openai" or answer.mode == "extractive":  # there, quotes are in the annotations alone
            assert readable(clean_line(one.quote)) in readable(where)
        title = clean_line(one.title or "") or message("untitled", answer.language)
        assert readable(title)[:30].replace("\\", "") in readable(below).replace("\\", "")
    if channel in APART:
        assert set(page.links) == {link.url for link in sources(answer, BASE, 10) if link.url}


@pytest.mark.parametrize("name", [name for name in ANSWERS if "translat" in name or "differing" in name])
@pytest.mark.parametrize("channel", [name for name in CHANNELS if name != "openai"])
def test_translations_stand_under_their_quotes_and_differing_reports_are_said_once(channel, name):
    answer = ANSWERS[name]
    text = "\n".join(CHANNELS[channel](answer).texts).translate(dict.fromkeys(map(ord, FSI + PDI + LRM + RLM)))
    assert text.count(message("reports_differ", answer.language)) == answer.conflict
    made = [one for one in answer.citations if one.translation]
    label = message("translated_by", answer.language, by="").rstrip(") ")
    assert text.count(label) == len(made)
    for one in made:
        before, _, behind = text.partition(label)
        assert readable(before).endswith(readable(one.quote))
        assert readable(behind).replace(".", "").find(readable(one.translation.text)[:20].replace(".", "")) != -1


def test_the_table_has_what_could_do_harm():
    assert any(NASTY in one.quote for answer in ANSWERS.values() for one in answer.citations)
