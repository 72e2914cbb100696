"""Claims out of what models write: whole and broken, in pieces of any size."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.gate import Draft
from qa.generation.parsing import ClaimReader

DAM = Draft("The dam cost 45 million.", 1, "كلف 45 مليون دينار")
FILM = Draft("افتتح المهرجان «أمس».", 2, 'He said "yes", 😀 then {left}')
DOCUMENT = json.dumps(
    {
        "answered": True,
        "claims": [{"passage": one.passage, "quote": one.quote, "text": one.text} for one in (DAM, FILM)],
        "short": "45 million",
    }
)
TAGGED = "".join(
    f'<claim passage="{one.passage}"><quote>{one.quote}</quote><text>{one.text}</text></claim>\n' for one in (DAM, FILM)
)


def read(text, size=1):
    reader = ClaimReader()
    claims = [draft for at in range(0, len(text), size) for draft in reader.feed(text[at : at + size])]
    return claims + reader.finish(), reader


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        f"Sure! Here it is:\n```json\n{DOCUMENT}\n```\nI hope {{this}} helps.",
        f"<think>Is it {{1}} or <claim>?</think>\n{DOCUMENT}",
        json.dumps(json.loads(DOCUMENT)["claims"], ensure_ascii=False),
        json.dumps({"claims": [{"text": o.text, "quote": o.quote, "passage": str(o.passage)} for o in (DAM, FILM)]}),
        json.dumps({"claims": [{"text": o.text, "quote": o.quote, "passage": o.passage} for o in (DAM, FILM)]}),
        TAGGED,
        f"Here:\n{TAGGED}<short>45 million</short>",
        TAGGED.replace("</claim>", ""),
        TAGGED.replace('"1"', "1").replace('"2"', '"[٢]"'),
        TAGGED.replace("<claim ", "<CLAIM ").removesuffix("</claim>\n"),
    ],
)
def test_the_same_claims_from_every_form_in_pieces_of_any_size(text, size):
    claims, reader = read(text, size)
    assert claims == [DAM, FILM]
    assert reader.understood
    assert not reader.declined
    assert reader.short in ("45 million", None)


@pytest.mark.parametrize("text", [DOCUMENT, TAGGED])
def test_a_claim_comes_as_soon_as_it_is_complete(text):
    reader = ClaimReader()
    at = next(at for at in range(len(text)) if reader.feed(text[at]) == [DAM])
    assert text[at + 1 :].count("passage") == 1


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (DOCUMENT[: DOCUMENT.index("45 million", 60) + 4], []),  # cut inside a claim
        (DOCUMENT[: DOCUMENT.index('"passage": 2') + 20], [DAM]),
        (DOCUMENT.replace('\\"yes\\"', '"yes"'), [DAM]),  # quotes that are not escaped
        ('{"claims": [{"passage": true, "quote": "a", "text": "b"}, {"passage": 1, "quote": 3, "text": "b"}, 5]}', []),
        ("The dam cost 45 million.", []),
        ("", []),
        ("<claim passage='x'><quote>a</quote><text>b</text></claim>", []),
        ("<claim><text>b</text></claim>", []),
    ],
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_what_is_broken_gives_what_was_whole(text, claims, size):
    assert read(text, size)[0] == claims


@pytest.mark.parametrize("text", ['{"answered": false, "claims": [], "short": ""}', "I am sorry. <none/>", "<NONE>"])
def test_a_model_may_decline(text):
    claims, reader = read(text)
    assert reader.declined
    assert reader.understood
    assert not claims


@pytest.mark.parametrize("text", ["", "I do not know", "{", "{}", "[1] says so", '{"colour": "blue"}', "<b>bold</b>"])
def test_what_is_in_no_form_is_not_understood(text):
    assert not read(text)[1].understood


@given(st.text(alphabet='{}[]",:\\<>/= claimtextquotepassage12u٣ا\n', max_size=300), st.integers(1, 9))
def test_noise_never_fails_and_pieces_do_not_matter(text, size):
    assert len(read(text, size)[0]) <= text.count("p")


@given(st.integers(0, len(DOCUMENT)))
def test_every_beginning_of_an_answer_gives_only_whole_claims(end):
    assert [DAM, FILM][: len(read(DOCUMENT[:end])[0])] == read(DOCUMENT[:end], 5)[0]
