"""Folding, sentences, passages, dates and figures: every offset leads back to the very characters it came from."""

from index.article import Article
from index.chunking import chunk
from index.dates import normalise_date
from index.language import fold, fold_with_map
from index.language.sentences import clause_spans, sentence_spans, trim
from index.language.stemming import content_terms, terms
from index.tokens import count_tokens
from qa.figures import figures
from qa.text import clean_line, isolate_runs
from tests.fuzz.target import Target, parts, text_of

TEXT = "أعلنت الوِزارة «بلغ ١٥ شخصا»، د. علي: 3.5 مليون... متى؟ غدا. The U.S. said, “1,500 dollars” (May 2019). ﷲ ﻻ ﬁ"
_WORDS = tuple(
    word.encode() for word in ("ـ", "ّ", "ﷲ", "ﷺ", "ﻻ", "İ", "ß", "ﬁ", "٪", "؟", "«", "»", "\u2028", "\u200f", "𝟙", "½")
)


def _folding(data: bytes) -> None:
    first, second = parts(data, 2)
    text = first + second
    folded = fold_with_map(text)
    assert folded.text == fold(text)
    assert fold(folded.text) == folded.text
    assert fold(first) + fold(second) == folded.text
    starts = folded.starts
    assert len(starts) == len(text) + 1
    assert starts[-1] == len(folded.text)
    for at, char in enumerate(text[:200]):
        start, end = starts[at], starts[at + 1]
        assert folded.text[start:end] == fold(char)
        if start == end:
            continue
        span = folded.span(start, end)
        assert span is not None
        # Marks that vanish may stand before the letter (they fold to nothing) and behind it.
        assert fold(text[span[0] : span[1]]) == folded.text[start:end]
        assert span[0] <= at < span[1]
    for start, end in folded.find(second[:50]):
        assert " ".join(fold(text[start:end]).split()) == " ".join(fold(second[:50]).split())


def _sentences(data: bytes) -> None:
    text = text_of(data)
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    for span in spans:
        assert span[0] < span[1]
        assert "".join(text[start:end] for start, end in clause_spans(text, span)) == text[span[0] : span[1]]
        start, end = trim(text, span)
        assert text[start:end] == text[span[0] : span[1]].strip()


def _chunking(data: bytes) -> None:
    text = text_of(data[2:])
    budget, overlap = 16 + (data[0] if data else 0), data[1] % 4 if len(data) > 1 else 1
    covered = set()
    for number, passage in enumerate(chunk(Article("a", text), budget=budget, overlap=overlap)):
        assert passage.number == number
        assert text[passage.start : passage.end] == passage.text
        assert count_tokens(passage.text) <= budget
        covered.update(range(passage.start, passage.end))
    assert all(char.isspace() for at, char in enumerate(text) if at not in covered)


def _dates(data: bytes) -> None:
    text = text_of(data)
    day = normalise_date(text)
    assert day is None or isinstance(day, str)
    figures(text)
    figures(text, sure=True)
    assert all(terms(text)) or not terms(text)
    assert set(content_terms(text)) <= set(terms(text))


def _shown(data: bytes) -> None:
    """Text for terminals: one line, and nothing that steers them."""
    text = clean_line(text_of(data))
    assert not set(text) & {"\x1b", "\n", "\r", "\u202e", "\u2066", "\x9b", "\0"}
    for rtl in (True, False):
        assert isolate_runs(text, rtl=rtl).replace("\u2068", "").replace("\u2069", "") == text


TARGETS = {
    "folding": Target(_folding, [TEXT.encode(), f"{TEXT}\x1e١٥ شخصا".encode()], _WORDS),
    "sentences": Target(_sentences, [TEXT.encode()], (*_WORDS, b"...", b"http://", b"\n", b"St. ", b'"', b"1.")),
    "chunking": Target(_chunking, [b"\x01\x01" + TEXT.encode() * 3], (*_WORDS, b" ", b"\n", b"a" * 600, b"\x00\x02")),
    "dates": Target(_dates, [TEXT.encode(), "٢٠ أيار/مايو 2018".encode(), b"12-03-2018 10:30"], (*_WORDS, b"-", b"/", b"1e9")),
    "shown": Target(_shown, [TEXT.encode(), b"\x1b[31mred\x1b]0;t\x07"], (*_WORDS, b"\x1b[", b"(", b")", b"[1]", b"\x9b")),
}
