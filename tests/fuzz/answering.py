"""The gate, what a model's stream is read for, and questions: nothing is supported that does not stand there."""

import json
from functools import cache

from index.crosslingual import translate_query
from index.hits import Hit
from index.language import detect_language, fold
from qa.conversation.rewriting import checked
from qa.conversation.turns import Turn
from qa.conversation.understanding import understand
from qa.gate import Draft, Gate
from qa.gate.fencing import fenced, neutralised
from qa.generation.parsing import ClaimReader
from qa.grounding import Verdict, find_quote, verify
from qa.reading.question import asks_for
from tests.fuzz.language import TEXT
from tests.fuzz.target import Target, parts, text_of

START = 7
_AROUND = " \t\r\n\u00a0«»“”„\"'‘’….,،؛;:!?؟"


def hit(number: int, text: str) -> Hit:
    """A passage that begins a little into its article."""
    return Hit(f"a#{number}", "a", text, START, START + len(text), 1.0, detect_language(text))


def _spelled(text: str) -> str:
    return " ".join(fold(text).split())


def _grounding(data: bytes) -> None:
    """Supported means: these words, in this order, at this place, in whatever spelling."""
    quote, first, second = parts(data, 3)
    cited, other = hit(0, first), hit(1, second)
    located = verify(quote, cited, [cited, other])
    stands = any(_spelled(wanted) in _spelled(first) for wanted in (quote, quote.strip(_AROUND)))
    if located.verdict in (Verdict.SUPPORTED, Verdict.MISATTRIBUTED):
        assert located.passage is (cited if located.verdict is Verdict.SUPPORTED else other)
        start, end = located.start - START, located.end - START
        assert 0 <= start < end <= len(located.passage.text)
        assert located.passage.text[start:end] == located.quote
        assert _spelled(located.quote) in (_spelled(quote), _spelled(quote.strip(_AROUND)))
        assert find_quote(located.quote, located.passage.text) is not None
    if located.verdict is Verdict.SUPPORTED:
        assert stands
    else:
        assert located.verdict is not Verdict.SUPPORTED


@cache
def _gate() -> Gate:
    return Gate()


def _judging(data: bytes) -> None:
    claim, quote, text = parts(data, 3)
    passages = [hit(0, text)]
    language = detect_language(claim)
    judged = _gate().judge(Draft(claim, 1, quote), passages, language, question=quote[:50], prompt="be brief")
    if judged.passes:
        assert judged.located is not None
        assert judged.located.verdict is Verdict.SUPPORTED
        assert judged.located.quote == text[judged.located.start - START : judged.located.end - START]
        assert _spelled(judged.located.quote) in _spelled(text)
    else:
        assert judged.reason
    assert "<" not in neutralised(text)
    fenced(passages)


def _stream(data: bytes) -> None:
    """However a text is cut, the same claims come out of it, each once."""
    text = text_of(data[1:])
    whole = ClaimReader()
    expected = [*whole.feed(text), *whole.finish()]
    step = 1 + (data[0] if data else 0) % 9
    reader, found = ClaimReader(), []
    for at in range(0, len(text), step):
        found += reader.feed(text[at : at + step])
    found += reader.finish()
    assert all(isinstance(draft, Draft) for draft in found)
    # A claim is given once it has its parts: where a mistake or the same part again comes behind it, more was known before.
    if _is_plain_json(text):
        assert found == expected
        assert (reader.declined, reader.short) == (whole.declined, whole.short)


def _is_plain_json(text: str) -> bool:
    """Whether it is one document in which no object has a key twice."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return False
    return True


def _query(data: bytes) -> None:
    text = text_of(data)[:2000]
    for target in ("ar", "en"):
        for word in translate_query(text, target, lambda term: len(term) % 3):
            assert word.source
            assert all(weight > 0 for _, weight in word.options)
    asks_for(text)


def _followup(data: bytes) -> None:
    """A follow-up becomes one line, and what a model writes is taken only where it keeps the question's numbers."""
    question, before, answer, written = parts(data, 4)
    turns = [Turn(before, answer)] if before.strip() else []
    understood = understand(question, turns)
    assert isinstance(understood.standalone, str)
    full = checked(written, question, turns)
    assert full is None or "\n" not in full or full == question


TARGETS = {
    "grounding": Target(
        _grounding,
        [
            f"بلغ 15 شخصا\x1e{TEXT}".encode(),
            f"1,500 dollars\x1e{TEXT}\x1eother".encode(),
            f"الوزارة … غدا\x1e{TEXT}".encode(),
            "س\x1eب\x1eس".encode(),
        ],
        tuple(word.encode() for word in ("\x1e", "...", "ـ", "ّ", "ﷲ", "«", "»", ",", "-", ".5", "و", "ال", "\u200f", "\u0301")),
    ),
    "gate": Target(
        _judging,
        [f"بلغ عددهم 15 شخصا\x1eبلغ ١٥ شخصا\x1e{TEXT}".encode(), f"It cost 1,500 dollars.\x1e1,500 dollars\x1e{TEXT}".encode()],
        tuple(word.encode() for word in ("\x1e", "لم ", "not ", "15", "مليون", "%", "http://", "<b>", "Paris")),
    ),
    "stream": Target(
        _stream,
        [
            b'\x03{"answered": true, "claims": [{"passage": 1, "quote": "a", "text": "b"}], "short": "c"}',
            b"\x05<think>x</think><claim passage='1'><quote>a</quote><text>b</text></claim><short>c</short><none/>",
            b'\x02[{"passage": "[2]", "quote": "\\ud83d\\ude00", "claim": "b"}] and so on',
        ],
        (
            b'"quote"',
            b'"text"',
            b"<claim",
            b"</claim>",
            b"<think>",
            b"</think>",
            b"{",
            b"[",
            b"\\u",
            b"&#",
            b"<![",
            b"NaN",
            b"<?",
        ),
    ),
    "query": Target(
        _query,
        [TEXT.encode(), "متى نفى المتحدث ادعاءات روسيا؟".encode(), b"Who won the U.S. Champions League in Fatimid Egypt?"],
        tuple(word.encode() for word in ("US ", "U.S.", "'s", "ال", "و", "لل", "ß", "ـ", "İ", "-", "a" * 25)),
    ),
    "followup": Target(
        _followup,
        [
            "ومتى حدث ذلك؟\x1eمن نفى ادعاءات روسيا؟\x1e«المتحدث» [1]\x1eمتى نفى المتحدث ادعاءات روسيا؟".encode(),
            b"And what did he say in 2018?\x1eWho is Sir Paul Gedney?\x1eA man.\x1eWhat did Paul say in 2018?",
            b"Why?\x1eWhat is ISIS?\x1e\x1e",
        ],
        tuple(
            word.encode()
            for word in ("\x1e", "he ", "his ", "And ", "و", "ف", "هل ", "ها", "?", "؟", "what about ", "ماذا عن ")
        ),
    ),
}
