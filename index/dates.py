"""Dates as articles write them, in Arabic and English, to `YYYY-MM-DD`.

Gregorian months under all their Arab names (`مايو`, Levantine `أيار`, Maghrebi `ماي`), alone or two joined as in
«28 حزيران/يونيو 2015», with Arabic-Indic, Persian or ASCII digits. A date of the Hijri calendar is recognised and left in the
source's words: converting it can be a day off, which a citation must not be. Nothing here asks for today's date.
"""

import re
from datetime import date

from index.language import fold

_MONTHS = {
    1: "يناير كانون-الثاني كانون-ثاني كانون-ثان جانفي january jan",
    2: "فبراير فبرائر شباط فيفري february feb",
    3: "مارس اذار آذار march mar",
    4: "ابريل أبريل إبريل نيسان افريل أفريل april apr",
    5: "مايو أيار ايار ماي may",
    6: "يونيو يونيه يونية حزيران جوان june jun",
    7: "يوليو يوليه يولية يوليوز تموز جويلية جويليه july jul",
    8: "أغسطس اغسطس آب اب أوت اوت غشت august aug",
    9: "سبتمبر أيلول ايلول شتنبر september sept sep",
    10: "أكتوبر اكتوبر تشرين-الأول تشرين-أول october oct",
    11: "نوفمبر نونبر تشرين-الثاني تشرين-ثاني تشرين-ثان november nov",
    12: "ديسمبر دجنبر كانون-الأول كانون-أول december dec",
}
_HIJRI_MONTHS = (
    "محرم صفر ربيع-الأول ربيع-أول ربيع-الآخر ربيع-آخر ربيع-الثاني ربيع-ثاني جمادى-الأولى جمادى-الأول جمادى-الآخرة جمادى-الآخر "
    "جمادى-الثانية جمادى-الثاني رجب شعبان رمضان شوال ذو-القعدة ذي-القعدة ذوالقعدة ذو-الحجة ذي-الحجة ذوالحجة "
    "muharram safar rajab shaban sha'ban ramadan shawwal dhu-al-qadah dhu-al-hijjah dhul-qadah dhul-hijjah"
)
_WEEKDAY = {
    0: "الأحد sunday",
    1: "الاثنين الإثنين monday",
    2: "الثلاثاء tuesday",
    3: "الأربعاء wednesday",
    4: "الخميس thursday",
    5: "الجمعة friday",
    6: "السبت saturday",
}
_WEEKDAYS = " ".join((*_WEEKDAY.values(), "sun mon tue tues wed thu thur thurs fri sat"))
_AROUND = (
    "نشر نشرت نشرة في بتاريخ تاريخ النشر يوم من الموافق الساعة آخر تحديث اخر التحديث حدث هـ ه ت م ص صباحا مساء ظهرا عام سنة "
    "بتوقيت غرينتش جرينتش مكة المكرمة published updated posted last modified date on at of am pm gmt utc est edt bst ast ah ad "
    "ce st nd rd th"
)


def _spellings(words: str) -> list[str]:
    return [fold(word).replace("-", " ") for word in words.split()]


_MONTH_NUMBER = {spelling: number for number, words in _MONTHS.items() for spelling in _spellings(words)}
_KNOWN_WORDS = frozenset(
    part
    for words in (*_MONTHS.values(), _HIJRI_MONTHS, _WEEKDAYS, _AROUND)
    for name in _spellings(words)
    for part in name.split()
)


def _alternatives(names: list[str]) -> str:
    longest_first = sorted(set(names), key=lambda name: (-len(name), name))
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)


def calendar_names() -> str:
    """A pattern of all names of months and weekdays, folded, for text that is folded; English abbreviations are left out."""
    names = [name for words in (*_MONTHS.values(), _HIJRI_MONTHS, _WEEKDAYS) for name in _spellings(words)]
    return _alternatives([name for name in names if len(name) > 3 or not name.isascii() or name == "may"])


def month_names() -> str:
    """A pattern of the Gregorian months' names, as `calendar_names`."""
    return _alternatives([name for name in _MONTH_NUMBER if len(name) > 3 or not name.isascii() or name == "may"])


def weekday_names() -> str:
    """A pattern of the weekdays' names, as `calendar_names`."""
    return _alternatives([name for name in _spellings(_WEEKDAYS) if len(name) > 4 or not name.isascii()])


_NAME = rf"(?<![^\W\d_])(?:ال)?({_alternatives(list(_MONTH_NUMBER))})(?![^\W\d_])\.?"
# The same month under a second name: «حزيران/يونيو», «نوفمبر (تشرين الثاني)».
_MONTH = rf"{_NAME}(?:\s*[/(\-]?\s*{_NAME}\s*\)?)?"
_DAY = r"(?<!\d)(\d{1,2})(?!\d)(?:st|nd|rd|th)?"
_YEAR = r"(?<!\d)(\d{4})(?!\d)"
_GAP = r"[\s,./\-]*"
_YEAR_GAP = rf"{_GAP}(?:(?:من\s+)?(?:عام|سنه|لعام|لسنه)\s+|of\s+)?"

# In running text: with clitics, and those that are also other words only beside a number or after "in".
_OTHER_WORDS = frozenset(("may", "march", "mar", "اب", "ماي", "مارس", "جوان", "اوت"))
_IN = r"in|since|of|by|until|last|next|early|late|mid|this|during|شهر|في|منذ|خلال|مطلع|نهايه|منتصف|اوايل|اواخر|حتي|من"
_MENTION = re.compile(
    rf"(?<![^\W_])(?P<before>(?:\d{{1,4}}(?:st|nd|rd|th)?|{_IN})[\s.,/-]+(?:من\s+|of\s+)?)?"
    rf"(?:[وفبلك](?=\w{{4}}))?(?:ال)?(?P<name>{_alternatives(list(_MONTH_NUMBER))})(?![^\W\d_])(?P<after>[\s.,/-]*\d)?"
)
_WEEKDAY_NUMBER = {name.removeprefix("ال"): number for number, names in _WEEKDAY.items() for name in _spellings(names)}
_WEEKDAY_MENTION = re.compile(rf"(?<![^\W_])(?:[وفبك]?ال|لل|(?=[a-z]))({'|'.join(_WEEKDAY_NUMBER)})s?(?![^\W_])")

_DAY_MONTH_YEAR = re.compile(rf"{_DAY}{_GAP}(?:من\s+|(?:day\s+)?of\s+)?(?:شهر\s+)?{_MONTH}{_YEAR_GAP}{_YEAR}")
_MONTH_DAY_YEAR = re.compile(rf"{_MONTH}\s*{_DAY}[\s,]+{_YEAR}")
_YEAR_MONTH_DAY = re.compile(rf"{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d|[./-]\d)")
_YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d|[./-]\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t\d.*)?")

_HIJRI_YEAR = r"1[2-5]\d\d"
_HIJRI = re.compile(
    rf"(?<!\d)\d{{1,2}}{_GAP}(?:من\s+)?(?:شهر\s+)?(?:ال)?(?:{_alternatives(_spellings(_HIJRI_MONTHS))}){_YEAR_GAP}{_HIJRI_YEAR}(?!\d)"
    rf"|(?<![\d./-])\d{{1,2}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?{_HIJRI_YEAR}(?!\d)"
    rf"|(?<![\d./-]){_HIJRI_YEAR}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?\d{{1,2}}(?!\d)"
    rf"|(?<!\d){_HIJRI_YEAR}\s*(?:ه|ah)(?!\w)"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?::\d{2})?(?!\d)")
_FIRST_YEAR, _LAST_YEAR = 1700, 2199


def _iso(year: str, month: int, day: str) -> str | None:
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None


def _named(year: str, first: str, second: str | None, day: str) -> str | None:
    """A date whose month is in words; two names that mean different months give none."""
    month = _MONTH_NUMBER[" ".join(first.split())]
    if second is not None and _MONTH_NUMBER[" ".join(second.split())] != month:
        return None
    return _iso(year, month, day)


def _numbered(year: str, first: str, second: str) -> str | None:
    """`20/05/2018` is read day first, as Arab and European sources write; month first only where nothing else fits."""
    return _iso(year, int(second), first) or _iso(year, int(first), second)


def _dates(folded: str) -> list[tuple[int, str]]:
    """Every possible Gregorian date in `folded`, as (offset, ISO date)."""
    found: list[tuple[int, str | None]] = []
    for match in _DAY_MONTH_YEAR.finditer(folded):
        day, first, second, year = match.groups()
        found.append((match.start(), _named(year, first, second, day)))
    for match in _MONTH_DAY_YEAR.finditer(folded):
        first, second, day, year = match.groups()
        found.append((match.start(), _named(year, first, second, day)))
    for match in _YEAR_MONTH_DAY.finditer(folded):
        year, first, second, day = match.groups()
        found.append((match.start(), _named(year, first, second, day)))
    found += [(m.start(), _iso(m[1], int(m[3]), m[4])) for m in _YEAR_FIRST.finditer(folded)]
    found += [(m.start(), _numbered(m[4], m[1], m[3])) for m in _YEAR_LAST.finditer(folded)]
    return [(offset, iso) for offset, iso in found if iso is not None]


def find_months(folded: str, *, sure: bool = False) -> list[int]:
    """Numbers of the Gregorian months that are named in a folded text, in order.

    With `sure`, names that are other words too (`may`, «مارس») count only beside a number or after a word such as "in".

    >>> find_months("from may to ١٢ أيار"), find_months("it may rain in march", sure=True)
    ([5, 5], [3])
    """
    found = []
    for match in _MENTION.finditer(fold(folded)):
        name = " ".join(match["name"].split())
        doubtful = name in _OTHER_WORDS or (name.isascii() and len(name) < 4)
        if not (match["after"] or match["before"]) and doubtful and (sure or len(name) < 3):
            continue
        found.append(_MONTH_NUMBER[name])
    return found


def find_weekdays(folded: str) -> list[int]:
    """The weekdays that are named in a folded text, in order, Sunday being 0; abbreviations are left out."""
    return [_WEEKDAY_NUMBER[match[1]] for match in _WEEKDAY_MENTION.finditer(folded)]


def find_date(text: str) -> str | None:
    """The first Gregorian date written out in `text`, day, month and year, as `YYYY-MM-DD`; `None` if there is none.

    >>> find_date("الأحد، ٢٠ مايو ٢٠١٨")
    '2018-05-20'
    >>> find_date("31 February 2018") is None
    True
    """
    if not any(map(str.isdigit, text)):
        return None
    return min(_dates(fold(text)), default=(0, None))[1]


def normalise_date(value: str) -> str | None:
    """A metadata date: ISO where Gregorian, the source's own words where it is a Hijri date, else `None`.

    >>> normalise_date("2015-08-10 19:29:56")
    '2015-08-10'
    >>> normalise_date(" ١٤ رمضان ١٤٣٦ هـ ")
    '١٤ رمضان ١٤٣٦ هـ'
    """
    words = " ".join(value.split())[:200]
    if (iso := find_date(words)) is not None:
        return iso
    folded = fold(words)
    if compact := _COMPACT.fullmatch(folded):
        return _iso(compact[1], int(compact[2]), compact[3])
    return words if _HIJRI.search(folded) else None


def is_dateline(line: str, spare_words: int = 2) -> bool:
    """Whether `line` is a date or a time of day and nothing else, but for `spare_words` such as a place or an agency."""
    if len(line) > 120 or not any(map(str.isdigit, line)):
        return False
    folded = fold(line)
    if normalise_date(line) is None and _TIME.search(folded) is None:
        return False
    return sum(word not in _KNOWN_WORDS for word in re.findall(r"[^\W\d_]+", folded)) <= spare_words
