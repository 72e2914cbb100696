"""Sentences and clauses of Arabic and English text, as spans of the text itself.

Sentences end at `.` `!` `?` `؟` `؛` `…` and at every newline. They do not end inside numbers, initials, abbreviations,
addresses, brackets, or quotations that are balanced within their line; a quotation too long to be one sentence may be split
inside. Marks and closing quotes that follow a terminator belong to the sentence before. `..`, `...` and `…` are a soft break in
Arabic news («المبادرة الوحيدة.. ربما»): they end a sentence at the end of a line, before a capital letter, or where there is
enough text on both sides for two sentences; never otherwise. Every step is linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterable

from index.language.script import ARABIC_LETTERS

Span = tuple[int, int]

_NEWLINES = "\n\r\x0b\x0c\x85\u2028\u2029"
_END = re.compile(rf"[.!?؟؛…]+|[{_NEWLINES}]\s*")
_NEWLINE = re.compile(rf"[{_NEWLINES}]")
_BLANKS = re.compile(r"\s*")
_WORD_CHAR = re.compile(r"[^\W_]")
_QUOTE = re.compile(rf'"+|[«»“”()\[\]]|[{_NEWLINES}]+')
_ADDRESS = re.compile(r'(?:https?://|www\.)[^\s<>«»“”"]+')
_LATIN_WORD = re.compile(r"[A-Za-z]{1,12}")
_CLAUSE = re.compile(r"[،؛,;:–—]+")
_ARABIC = re.compile(f"[{ARABIC_LETTERS}]")
_CLOSERS = frozenset("»”\"’')]}›“")
_OPENERS = frozenset('«“"([{‹‘”')
_PAIRS = {"»": "«", ")": "(", "]": "["}

_LONGEST_QUOTE = 400
_LONGEST_ABBREVIATION = 12
_SOFT_BREAK_SIDE = 40


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_TITLES = _words(
    "adm approx capt cf cmdr col dr fr ft gen gov hon lt maj messrs mme mr mrs ms mt ph.d pres prof rep rev sen sgt st viz vs"
)
_BEFORE_NUMBER = _words("art ch eq fig no nos p pp sec vol apr aug dec feb jan jul jun mar nov oct sep sept")
_OFTEN_LAST = _words("al bros co corp etc inc jr ltd sr")
_ARABIC_ABBREVIATIONS = _words("أد ود وأ وم مج تح تلف")
_FIRST_WORDS = _words(
    "A After All Although An And As At Before But By During For From He Her His However I If In It Its Later Many "
    "Meanwhile Most No Not On One Our She Since So Some Still That The Their Then There These They This Those To Until We "
    "What When Where While Who Why With Yet You"
)


def sentence_spans(text: str) -> list[Span]:
    """Spans of the sentences of `text`, in order; they tile it exactly, blanks after a sentence belong to it.

    >>> text = "قال د. علي: «انتهت الحرب.» متى؟ غدا"
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['قال د. علي: «انتهت الحرب.» ', 'متى؟ ', 'غدا']
    """
    cuts = list(_Sentences(text).cuts()) if text else []
    return list(zip([0, *cuts], [*cuts, len(text)], strict=True)) if text else []


def clause_spans(text: str, span: Span) -> list[Span]:
    """Cut a sentence after its clause marks `،` `؛` `,` `;` `:` and dashes; the spans tile `span` exactly.

    >>> text = "وصل 1,500 جندي، ثم غادروا: هذا كل شيء"
    >>> [text[start:end] for start, end in clause_spans(text, (0, len(text)))]
    ['وصل 1,500 جندي، ', 'ثم غادروا: ', 'هذا كل شيء']
    """
    start, end = span
    cuts: list[int] = []
    seen = start
    has_word = False
    for match in _CLAUSE.finditer(text, start, end):
        has_word = has_word or _WORD_CHAR.search(text, seen, match.start()) is not None
        seen = match.end()
        mark, after = match[0][-1], _after_closers(text, match.end(), end, frozenset())
        cut = min(_end_of_blanks(text, after), end)
        # Glued marks: 1,500 and 10:30 and https:// stay whole; after an Arabic comma a blank is missing.
        if cut == after and (mark not in "،؛" or _between_digits(text, match.start(), match.end())):
            continue
        if has_word and cut < end and not _is_mark(text[cut]):
            cuts.append(cut)
            has_word = False
            seen = cut
    if cuts and not has_word and _WORD_CHAR.search(text, seen, end) is None:
        cuts.pop()
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def trim(text: str, span: Span) -> Span:
    """`span` without the blanks at both its ends; empty at the span's end where it is all blank."""
    start, end = span
    inner = text[start:end]
    kept = len(inner.lstrip())
    return end - kept, end - kept + len(inner.strip())


class _Sentences:
    """One pass over a text; `cuts` gives the offsets at which a sentence begins, but for the first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.quotes, self.opening = _quotations(text)
        self.addresses = [_without_end_marks(text, match) for match in _ADDRESS.finditer(text)]
        self.quote_number = self.address_number = 0
        self.ends = [match.span() for match in _END.finditer(text)]

    def cuts(self) -> list[int]:
        text, cuts = self.text, list[int]()
        start = seen = _end_of_blanks(text, 0)
        has_word, cut_on_line = False, False
        for number, (begin, end) in enumerate(self.ends):
            if begin < start:
                continue
            has_word = has_word or _WORD_CHAR.search(text, seen, begin) is not None
            seen = end
            newline = text[begin] in _NEWLINES
            after = end if newline else _after_closers(text, end, len(text), self.opening)
            cut = _end_of_blanks(text, after)
            if cut < len(text) and _is_mark(text[cut]):
                continue
            lone_marks = cut_on_line and not has_word
            if not newline and not (lone_marks and cut > after) and not (has_word and self._ends_here(number, start, after)):
                continue
            if lone_marks:
                cuts.pop()  # they belong to the sentence before
            if cut == len(text):
                return cuts
            cuts.append(cut)
            start = seen = cut
            has_word = False
            cut_on_line = not newline and _NEWLINE.search(text, after, cut) is None
        if cut_on_line and not has_word and _WORD_CHAR.search(text, seen) is None:
            cuts.pop()
        return cuts

    def _ends_here(self, number: int, start: int, after: int) -> bool:
        """Whether the sentence from `start` ends with terminator `number`, whose closing quotes end at `after`."""
        text = self.text
        begin, end = self.ends[number]
        if self._in_address(begin):
            return False
        quote_end = self._enclosing_quote(begin)
        if quote_end is not None and after <= quote_end:
            return False
        following = _end_of_blanks(text, after)
        if following == len(text) or _NEWLINE.search(text, after, following):
            return True
        if text[following] in "،,;:":
            return False
        run = text[begin:end]
        if run == ".":
            return self._full_stop_ends(start, begin, after, following)
        if not run.strip(".…"):
            return self._soft_break_ends(number, start, following)
        if quote_end is not None:
            # «متى؟» goes on in Arabic, which has no capitals; «انتهت الحرب.» does not.
            return text[following].isupper()
        if "؟" in run or "؛" in run:
            return True
        if following == end and text[following].isascii() and text[following] not in _OPENERS:
            return False
        return not (text[following].islower() and (after > end or "!" in run))

    def _full_stop_ends(self, start: int, dot: int, after: int, following: int) -> bool:
        text, char = self.text, self.text[following]
        if following == dot + 1:  # glued: an address or a number, or a blank is missing
            if char.isdigit() or (char.isascii() and char not in _OPENERS):
                return False
            if not _ARABIC.match(char) and char.isalpha():
                return False
        token = _token_before(text, start, dot)
        if char.islower() and not _ARABIC.search(text, dot - 1, dot):
            return False
        return not self._is_abbreviation(token, start, dot, following)

    def _is_abbreviation(self, token: str, start: int, dot: int, following: int) -> bool:
        text = self.text
        if not token or len(token) > _LONGEST_ABBREVIATION:
            return False
        begin = dot - len(token)
        token = "".join(char for char in token if not _is_invisible(char)).strip(".")
        if token.isdecimal():
            return begin == start and len(token) <= 3 and following > dot + 1  # the number of a list item
        if token in _ARABIC_ABBREVIATIONS:
            return True
        if all(len(part) == 1 and part.isalpha() for part in token.split(".")):
            if _ARABIC.match(token):
                # ١٩٤٨ م. is a year and ٩ ص. an hour: there the letter may be the last of its sentence.
                return not (token in ("م", "ص") and text[begin - 2 : begin - 1].isdigit())
            return not self._begins_sentence(following)
        lower = token.lower()
        if lower in _BEFORE_NUMBER:
            return text[following].isdigit()
        return lower in _TITLES or (lower in _OFTEN_LAST and not self._begins_sentence(following))

    def _begins_sentence(self, following: int) -> bool:
        word = _LATIN_WORD.match(self.text, following)
        return word is not None and word[0] in _FIRST_WORDS

    def _soft_break_ends(self, number: int, start: int, following: int) -> bool:
        begin, end = self.ends[number]
        if self.text[following].isupper() and following > end:
            return True
        if _between_digits(self.text, begin, end) or self.text[following].islower():
            return False
        next_end = self.ends[number + 1][0] if number + 1 < len(self.ends) else len(self.text)
        return begin - start >= _SOFT_BREAK_SIDE and next_end - following >= _SOFT_BREAK_SIDE

    def _enclosing_quote(self, offset: int) -> int | None:
        while self.quote_number < len(self.quotes) and self.quotes[self.quote_number][1] < offset:
            self.quote_number += 1
        if self.quote_number == len(self.quotes) or self.quotes[self.quote_number][0] > offset:
            return None
        return self.quotes[self.quote_number][1]

    def _in_address(self, offset: int) -> bool:
        while self.address_number < len(self.addresses) and self.addresses[self.address_number][1] <= offset:
            self.address_number += 1
        return self.address_number < len(self.addresses) and self.addresses[self.address_number][0] <= offset


def _quotations(text: str) -> tuple[list[Span], frozenset[int]]:
    """Outermost balanced quotations and brackets (offsets of both marks), and all offsets at which one opens."""
    pairs: list[Span] = []
    stacks: dict[str, list[int]] = {"«": [], "(": [], "[": []}
    straight: list[int] = []
    curly: list[int] = []
    for match in _QUOTE.finditer(text):
        char, offset = match[0][0], match.start()
        if char == '"':
            straight.append(offset)
        elif char in "“”":
            curly.append(offset)
        elif char in stacks:
            stacks[char].append(offset)
        elif char in _PAIRS:
            if stacks[_PAIRS[char]]:
                pairs.append((stacks[_PAIRS[char]].pop(), offset))
        else:
            pairs.extend([*_alternating(straight), *_curly(text, curly)])
            straight, curly = [], []
            for stack in stacks.values():
                stack.clear()
    pairs.extend([*_alternating(straight), *_curly(text, curly)])
    outermost: list[Span] = []
    for opening, closing in sorted(pair for pair in pairs if pair[1] - pair[0] <= _LONGEST_QUOTE):
        if not outermost or opening > outermost[-1][1]:
            outermost.append((opening, closing))
    return outermost, frozenset(opening for opening, _ in pairs)


def _alternating(marks: list[int]) -> Iterable[Span]:
    return zip(marks[::2], marks[1::2], strict=True) if len(marks) % 2 == 0 else ()


def _curly(text: str, marks: list[int]) -> Iterable[Span]:
    """Pairs of “ and ”, nested or not; Arabic keyboards also give them the other way round, then they alternate."""
    pairs, stack = [], list[int]()
    for offset in marks:
        if text[offset] == "“":
            stack.append(offset)
        elif stack:
            pairs.append((stack.pop(), offset))
        else:
            return _alternating(marks)
    return pairs if not stack else _alternating(marks)


def _after_closers(text: str, offset: int, end: int, opening: frozenset[int]) -> int:
    """Skip closing quotes and brackets, combining marks and invisible direction marks."""
    while offset < end:
        char = text[offset]
        if not (char in _CLOSERS and offset not in opening) and not (char > "\x7f" and _is_invisible(char)):
            break
        offset += 1
    return offset


def _token_before(text: str, start: int, dot: int) -> str:
    """Letters, digits, marks and inner dots before `dot`, `_LONGEST_ABBREVIATION + 1` of them at most."""
    begin = dot
    lowest = max(start, dot - _LONGEST_ABBREVIATION - 1)
    while begin > lowest and (text[begin - 1] in ".ـ" or text[begin - 1].isalnum() or _is_invisible(text[begin - 1])):
        begin -= 1
    return text[begin:dot]


def _without_end_marks(text: str, match: re.Match[str]) -> Span:
    return match.start(), match.start() + len(match[0].rstrip(".!?؟؛…،,)]'"))


def _end_of_blanks(text: str, offset: int) -> int:
    match = _BLANKS.match(text, offset)
    return match.end() if match else offset


def _between_digits(text: str, start: int, end: int) -> bool:
    return text[max(start - 1, 0) : start].isdigit() and text[end : end + 1].isdigit()


def _is_mark(char: str) -> bool:
    return char == "\u200d" or unicodedata.category(char) in ("Mn", "Mc", "Me")


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf")
