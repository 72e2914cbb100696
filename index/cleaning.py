"""What a page carries around its article is left out; headline, outlet and date become metadata.

Only whole lines are left out, and the others stay as they are, so a quote from the cleaned text is a quote from the source.
The weaker a rule, the closer to the edges of the text it works, and none takes a line that reads like prose.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from index.dates import find_date, is_dateline, normalise_date
from index.furniture import ends_sentence, is_breakpoints, is_furniture, is_prose, is_tags, key, keys, words
from index.language import fold

_HEAD_LINES = 15
_PASSES = 20  # real texts need two or three; thousands of datelines on end must not take minutes
_SOURCE_LABELS = keys("المصدر|مصدر|مصدر الخبر|المصادر|نقلا عن|source|sources|news source|via")
_QUOTES_AND_STOPS = ' \t\u200e\u200f.،,؛:|-–—"«»“”()[]'
_BYLINE = re.compile(r"[-–—ـ:]|\d|@|^(?:بقلم|كتب|كتبت|اعداد|ترجمه|حوار|by|written by)\b")
_NAME_AND_PLACE = re.compile(r"\w\s+[-–—]\s*\w|\w\s*[-–—]\s+\w")  # «أحمد محمد – بغداد» signs an article
_AGENCIES = (
    r"(?:ا\s?ف\s?ب|فرانس برس|رويترز|اسوشيتد برس|اسوشييتد برس|د ب ا|الاناضول|سبوتنيك|غيتي|جيتي|"
    r"afp|reuters|ap|ap photo|epa|epa-efe|getty(?: images)?|getty images|shutterstock|istock|dpa|xinhua|tass|anadolu|bloomberg)"
)
_ARCHIVE = r"(?:صوره |صور )?(?:ارشيف|ارشيفيه|من الارشيف|الارشيف)|(?:archive|file)(?: photo| image| picture)?"
_ARCHIVE_END = re.compile(rf"(?:[,(/|©\-:\[]\s*)(?:{_ARCHIVE})[)\]]?$|(?:صوره|صور) ارشيفيه\b.{{0,40}}$")
_CREDIT_END = re.compile(rf"\S+\s+\S+\s+\S.*(?:[,(/|©\[])\s*{_AGENCIES}(?:\s*/\s*[\w ]{{1,30}})?[)\]]?$")
_CREDIT = re.compile(
    r"(?:photo|photos|photograph|picture|image|images|photo credit|image credit|credit|caption|صوره|الصوره|الصور|تصوير|عدسه|"
    rf"رصد وتصوير|تعليق علي الصوره|مصدر الصوره)\s*[:©]|©|{_AGENCIES}\s*(?:/|$)|صوره ارشيفيه|صوره من الارشيف|file photo"
)
_CAPTION_START = re.compile(
    r"(?:جانب من|لقطه من|لقطات من|لقطه جماعيه|صوره (?:جماعيه|تذكاريه|تجمع|متداوله|وزعتها)|a view of|pictured)\b"
)
_SECTIONS = keys(
    "أخبار|الأخبار|خبر|عربية|عربي|ودولية|ودولي|دولية|دولي|محلية|محليات|محلي|عالمية|عالم|العالم|العربي|العرب|سياسة",
    "سياسية|السياسة|اقتصاد|اقتصادية|الاقتصاد|وأعمال|أعمال|مال|ومال|رياضة|رياضية|الرياضة|ثقافة|ثقافية|الثقافة|وفنون",
    "وفن|فن|فنون|منوعات|صحة|الصحة|تكنولوجيا|تقنية|علوم|وعلوم|وتكنولوجيا|وتقنية|مجتمع|المجتمع|حوادث|تقارير|تقرير",
    "مقالات|رأي|الرأي|آراء|الشرق|الأوسط|أوروبا|أفريقيا|آسيا|أمريكا|سوريا|العراق|مصر|لبنان|السعودية|الخليج|المغرب",
    "وطنية|عاجل|الرئيسية|news|world|politics|business|economy|sport|sports|culture|arts|opinion|opinions|analysis",
    "health|science|technology|tech|lifestyle|local|national|international|middle|east|africa|asia|europe|americas",
    "and|breaking|latest|top|stories",
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The article without what surrounded it. `left_out` are the lines left out, as they stood, in order."""

    text: str
    title: str | None = None
    source: str | None = None
    date: str | None = None
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Page:
    """The lines of one text while they are judged: `out` holds the numbers of those left out."""

    lines: list[str]
    title: str | None = None
    source: str | None = None
    date: str | None = None
    keys: list[str] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    out: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = [key(line) for line in self.lines]
        self.filled = [number for number, line in enumerate(self.lines) if line.strip()]

    def left(self) -> list[int]:
        return [number for number in self.filled if number not in self.out]

    def head(self) -> list[int]:
        """The lines before the first that reads like prose, still kept."""
        head: list[int] = []
        for number in self.left()[:_HEAD_LINES]:
            if is_prose(self.lines[number]):
                break
            head.append(number)
        return head

    def tail(self) -> list[int]:
        """The lines after the last that reads like prose, still kept, from the end backwards."""
        tail: list[int] = []
        for number in reversed(self.left()):
            if is_prose(self.lines[number]) or len(tail) == _HEAD_LINES:
                return tail
            tail.append(number)
        return []


def clean(raw: str, *, title: str | None = None, source: str | None = None, date: str | None = None) -> Cleaned:
    """Leave site furniture out of `raw` and read headline, outlet and date from it; those given win over those found.

    Cleaning a cleaned text with the same title leaves out nothing more. A text of furniture alone comes out empty.

    >>> clean("Skip to content\\n\\nThe dam is full\\n\\nThe dam was filled on Tuesday, the ministry said.").title
    'The dam is full'
    """
    lines = list(enumerate(raw.splitlines()))
    title = " ".join((title or "").split()) or None
    left_out: list[tuple[int, str]] = []
    for _ in range(_PASSES):
        page = _Page([line for _, line in lines], title)
        _judge(page)
        title, source, date = page.title, source or page.source, date or page.date
        if not page.out:
            break
        # What stood behind a line left out may now be at the edge of the text, so it is judged again until nothing changes.
        left_out += [lines[place] for place in page.out]
        lines = [line for place, line in enumerate(lines) if place not in page.out]
    kept = page.lines
    filled = [place for place, line in enumerate(kept) if line.strip()]
    text = "\n".join(kept[filled[0] : filled[-1] + 1]) if filled else ""
    return Cleaned(text, title, source, date, tuple(line for _, line in sorted(left_out)))


def _judge(page: _Page) -> None:
    _leave_out_furniture(page)
    _take_source(page)
    if page.title is None:
        page.title = _find_headline(page)
    _leave_out_captions(page)
    _leave_out_labels(page)
    _take_datelines(page)
    _leave_out_headline(page)


def _leave_out_furniture(page: _Page) -> None:
    last = page.filled[-1] if page.filled else -1
    for number in page.filled:
        line, folded = page.lines[number], page.keys[number]
        if is_furniture(line, folded) or is_tags(line, folded, last=number == last):
            page.out.add(number)
    run: list[int] = []
    for number in [*page.filled, -1]:
        if number >= 0 and is_breakpoints(page.keys[number]):
            run.append(number)
            continue
        # One size name alone may be a company or a unit; two in a row are a page's layout.
        if len({name for member in run for name in page.keys[member].split()}) >= 2:
            page.out.update(run)
        run = []


def _take_source(page: _Page) -> None:
    for number in page.left():
        line = page.lines[number]
        label, colon, value = line.partition(":")
        value = value.strip(_QUOTES_AND_STOPS)
        if colon and key(label) in _SOURCE_LABELS and 0 < words(value) <= 6 and not is_prose(line):
            page.source = value
            page.out.add(number)


def _find_headline(page: _Page) -> str | None:
    """The headline, where the text has one that stands apart from what follows it."""
    head = page.head()
    times = Counter(page.keys[number] for number in head)
    candidates = [number for number in head if _may_be_headline(page, number)]
    for number in candidates:
        if times[page.keys[number]] > 1 and words(page.lines[number]) >= 2:
            return page.lines[number].strip()
    # A name such as «العراق» is a section before a headline, and the headline where there is no other.
    for number in candidates or [number for number in head if _is_section(page.keys[number])]:
        return page.lines[number].strip() if _stands_apart(page, number) else None
    return None


def _is_section(folded: str) -> bool:
    return 0 < len(parts := folded.split()) <= 5 and _SECTIONS.issuperset(parts)


def _is_aside(page: _Page, number: int) -> bool:
    line, folded = page.lines[number], page.keys[number]
    return is_dateline(line) or _is_caption(line, folded) or _is_section(folded)


def _may_be_headline(page: _Page, number: int) -> bool:
    line = page.lines[number].strip()
    if _CAPTION_START.match(page.keys[number]) or (words(line) <= 6 and _NAME_AND_PLACE.search(line)):
        return False
    return not _is_aside(page, number) and words(line) <= 25 and line[-1] not in ".:،,؛;*" and line[0] not in "-*•–@"


def _stands_apart(page: _Page, number: int) -> bool:
    """Whether a line is set off from the next one: hard-wrapped prose and verse must not lose their first line."""
    left = page.left()
    following = left[left.index(number) + 1 :]
    if not following:
        return False
    after = page.lines[following[0]]
    if following[0] > number + 1 or _is_aside(page, following[0]):
        return True
    return 3 <= words(page.lines[number]) <= 12 and words(after) > 25 and len(after) > 140


def _is_caption(line: str, folded: str) -> bool:
    if not 0 < words(line) <= 20 or ends_sentence(line):
        return False
    return any(pattern(folded) for pattern in (_ARCHIVE_END.search, _CREDIT_END.match, _CREDIT.match))


def _leave_out_captions(page: _Page) -> None:
    head = set(page.head())
    title = key(page.title or "")
    for number in page.left():
        line, folded = page.lines[number], page.keys[number]
        if folded == title:
            continue
        if _is_caption(line, folded):
            # Within the body an agency in brackets may end a sentence that lacks its full stop.
            caption = number in head or bool(_CREDIT.match(folded) or _ARCHIVE_END.search(folded))
        else:
            short = words(line) <= 12 and not ends_sentence(line)
            caption = number in head and title != "" and short and _CAPTION_START.match(folded) is not None
        if caption:
            page.out.add(number)


def _leave_out_labels(page: _Page) -> None:
    """Section names in the head: known ones anywhere, any other short line only between headline and date."""
    title = key(page.title or "")
    if not title:
        return
    head = page.head()
    headline = max((place for place, number in enumerate(head) if page.keys[number] == title), default=len(head))
    dated = next((place for place, number in enumerate(head) if is_dateline(page.lines[number])), 0)
    for place, number in enumerate(head):
        line, folded = page.lines[number], page.keys[number]
        if folded == title:
            continue
        between = headline < place < dated and words(line) <= 5 and not ends_sentence(line)
        if _is_section(folded) or (between and not _BYLINE.search(fold(line).strip())):
            page.out.add(number)


def _take_datelines(page: _Page) -> None:
    head = page.head()
    tail = [number for number in page.tail() if number not in head and is_dateline(page.lines[number], spare_words=0)]
    for number in [number for number in head if is_dateline(page.lines[number])] + tail:
        page.out.add(number)
        if page.date is None or (find_date(page.date) is None and find_date(page.lines[number])):
            page.date = normalise_date(page.lines[number])


def _leave_out_headline(page: _Page) -> None:
    """The headline is metadata: every line that only repeats it goes, also after a label, unless nothing else is left."""
    title = key(page.title or "")
    if not title:
        return
    left = page.left()
    same = {number for number in left if _repeats(page, number, title)}
    if len(same) < len(left):
        page.out |= same


def _repeats(page: _Page, number: int, title: str) -> bool:
    line, folded = page.lines[number], page.keys[number]
    if folded == title:
        return not is_prose(line) or not line.rstrip().endswith(".")
    label = folded.removesuffix(title).rstrip()
    return len(title) > 20 and label != folded and label.endswith(":") and words(label) <= 5 and "." not in label
