"""The verbatim gate: four verdicts, spellings that do not matter, and differences that do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.hits import Hit
from index.language.folding import fold
from qa.grounding import Verdict, find_quote, verify

SUPPORTED, FABRICATED, STITCHED, MISATTRIBUTED = Verdict.SUPPORTED, Verdict.FABRICATED, Verdict.STITCHED, Verdict.MISATTRIBUTED

ARTICLE = (
    "مقدمة لا تخص المقطع.\n"
    "أعلنت وزارة الصحة يوم الأحد أن عدد المصابين بلغ ١٥ شخصا، وأن ٣٫٥ مليون جرعة وصلت إلى المستشفيات. وقال الوزير: «لن نغلق "
    "المدارس هذا العام». وتوفي المريض الأول سنة 1439 هـ في العِرَاق، والكتاب محفوظ بالمتحف ودرجة الحرارة -5 هناك.\n"
    "The minister said the plan would cost 1,500 dollars a day. It did not start in May 2019, she added, “but it will”."
)
START = ARTICLE.index("أعلنت")
CITED = Hit("a#1", "a", ARTICLE[START:], START, len(ARTICLE), 1.0, "ar")
OTHER = replace(
    CITED,
    passage_id="b#0",
    article_id="b",
    text="ونفى المتحدث باسم الوزارة أن تكون المدارس قد أغلقت يوم السبت.",
    start=40,
    end=102,
)

VERDICTS = [
    # -- the same words, spelled otherwise
    ("letter for letter", "عدد المصابين بلغ ١٥ شخصا", SUPPORTED),
    ("the whole passage", CITED.text, SUPPORTED),
    ("vowelled", "عَدَدُ المُصَابِينَ بَلَغَ", SUPPORTED),
    ("without its vowels", "في العراق", SUPPORTED),
    ("tatweel", "عـــدد المصابين", SUPPORTED),
    ("other digits", "بلغ 15 شخصا", SUPPORTED),
    ("other decimal point", "3.5 مليون جرعة", SUPPORTED),
    ("other alef and ya", "إلي المستشفيات", SUPPORTED),
    ("ta marbuta", "وزاره الصحه", SUPPORTED),
    ("presentation forms", "\ufecb\ufeaa\ufea9 المصابين", SUPPORTED),
    ("other blanks", "عدد\u00a0 المصابين\n بلغ", SUPPORTED),
    ("a direction mark inside", "عدد\u200f المصابين", SUPPORTED),
    ("capitals", "THE MINISTER SAID", SUPPORTED),
    ("other quotation marks", 'وقال الوزير: "لن نغلق المدارس هذا العام"', SUPPORTED),
    ("within its quotation marks", "لن نغلق المدارس هذا العام", SUPPORTED),
    ("in quotation marks of its own", "«عدد المصابين بلغ ١٥ شخصا»", SUPPORTED),
    ("in English ones", "“the plan would cost”", SUPPORTED),
    ("cut short with dots", "...the plan would cost 1,500 dollars…", SUPPORTED),
    ("ended with a full stop", "عدد المصابين بلغ ١٥ شخصا.", SUPPORTED),
    ("across a line", "هناك.\nThe minister", SUPPORTED),
    ("ends in a tatweel", "سنة ١٤٣٩ هـ", SUPPORTED),
    # -- clitics
    ("without its wa", "قال الوزير", SUPPORTED),
    ("without its wa before the article", "الكتاب محفوظ", SUPPORTED),
    ("without its ba", "المتحف", SUPPORTED),
    ("a root letter is no clitic", "فاة", FABRICATED),
    ("a waw of the word's own", "زارة الصحة", FABRICATED),
    ("a ba that is no preposition", "لغ ١٥ شخصا", FABRICATED),
    ("the end of a word is not left out", "وزار", FABRICATED),
    ("the middle of a word", "صابين", FABRICATED),
    # -- another figure
    ("altered digit", "عدد المصابين بلغ ١٦ شخصا", FABRICATED),
    ("5 is not in 15", "5 شخصا", FABRICATED),
    ("1 is not in 15", "بلغ 1", FABRICATED),
    ("5 is not in 3.5", "5 مليون جرعة", FABRICATED),
    ("3 is not in 3.5", "وأن 3", FABRICATED),
    ("500 is not in 1,500", "500 dollars a day", FABRICATED),
    ("1 is not in 1,500", "would cost 1", FABRICATED),
    ("5 is not -5", "5 هناك", FABRICATED),
    ("-5 is", "الحرارة -5", SUPPORTED),
    ("a lost thousands mark", "cost 1500 dollars", FABRICATED),
    # -- other words
    ("nowhere", "أعلنت الحكومة حظر التجول", FABRICATED),
    ("negated", "لم يبلغ عدد المصابين ١٥ شخصا", FABRICATED),
    ("negation left out", "It did start in May 2019", STITCHED),
    ("negation put in", "The minister not said the plan", FABRICATED),
    ("another word", "the plan could cost 1,500 dollars", FABRICATED),
    ("translated", "the number of infected reached 15", FABRICATED),
    ("other punctuation inside", "وقال الوزير، لن نغلق", FABRICATED),
    ("nothing", "", FABRICATED),
    ("blanks", " \n ", FABRICATED),
    ("only marks", "«.»", FABRICATED),
    ("half a character", "\ud83d", FABRICATED),
    # -- two places joined
    ("two places joined", "أعلنت وزارة الصحة لن نغلق المدارس", STITCHED),
    ("joined by dots", "أعلنت وزارة الصحة ... لن نغلق المدارس", STITCHED),
    ("joined by dots in brackets", "The minister said […] but it will", STITCHED),
    ("words left out between", "The minister said the plan would cost a day", STITCHED),
    ("the other way round", "لن نغلق المدارس أعلنت وزارة الصحة", STITCHED),
    ("places of two passages", "أعلنت وزارة الصحة أن تكون المدارس قد أغلقت", STITCHED),
    ("three places, of which the longest run misleads", "plan would cost a day. It did not start she added", STITCHED),
    ("joined with a word from nowhere", "أعلنت وزارة الصحة غدا لن نغلق المدارس", FABRICATED),
    # -- another passage
    ("of the other passage", "المدارس قد أغلقت يوم السبت", MISATTRIBUTED),
    ("of the other passage, spelled otherwise", "قد أُغلقت يومَ السبت", MISATTRIBUTED),
]


@pytest.mark.parametrize(("quote", "verdict"), [row[1:] for row in VERDICTS], ids=[row[0] for row in VERDICTS])
def test_verdicts(quote: str, verdict: Verdict) -> None:
    located = verify(quote, CITED, [OTHER, CITED])
    assert located.verdict is verdict
    if verdict is SUPPORTED:
        assert located.passage is CITED
        assert ARTICLE[located.start : located.end] == located.quote
        assert fold(located.quote).split() == fold(quote).strip(" .\"'").split() or located.quote in CITED.text
    elif verdict is MISATTRIBUTED:
        assert located.passage is OTHER
        assert OTHER.text[located.start - OTHER.start : located.end - OTHER.start] == located.quote
    else:
        assert (located.passage, located.quote, located.start, located.end) == (None, "", 0, 0)


SHOWN = [
    ("بلغ 15 شخصا", "بلغ ١٥ شخصا"),
    ("3.5 مليون", "٣٫٥ مليون"),
    ("«في العراق»", "في العِرَاق"),
    ("1439 ه", "1439 هـ"),
    ("the minister SAID", "The minister said"),
    ('"لن نغلق"', "«لن نغلق"),
]


@pytest.mark.parametrize(("quote", "shown"), SHOWN)
def test_what_is_shown_is_the_articles_own(quote: str, shown: str) -> None:
    assert verify(quote, CITED).quote in (shown, shown.strip("«"))


def test_first_place_at_word_borders() -> None:
    text = "١٥ ثم ٥ ثم ٥"
    assert find_quote("5", text) == (6, 7)
    assert find_quote("٥", text) == (6, 7)


def test_marks_after_the_last_letter_belong_to_the_quote() -> None:
    assert find_quote("الحرب", "انتهت الحربُ أمس") == (6, 12)
    assert find_quote("الحربُ", "انتهت الحرب أمس") == (6, 11)


def test_unquotable_passages_support_nothing() -> None:
    unquotable = replace(CITED, quotable=False)
    quote = "عدد المصابين بلغ ١٥ شخصا"
    assert verify(quote, unquotable).verdict is FABRICATED
    assert verify(quote, OTHER, [unquotable]).verdict is FABRICATED
    twin = replace(CITED, passage_id="c#0", article_id="c")
    located = verify(quote, unquotable, [unquotable, twin])
    assert (located.verdict, located.passage) == (MISATTRIBUTED, twin)


def test_the_same_passage_given_twice_is_no_other() -> None:
    again = replace(CITED, score=0.5)
    assert verify("عدد المصابين", again, [CITED]).passage is again


# -- any quote at word borders, however it is spelled ---------------------------------------------------------------------

WORDS = [
    "أعلن",
    "العِرَاقُ",
    "ﷲ",
    "ﻻ",
    "٣٠",
    "3.5",
    "1,500",
    "هـ",
    "وزارة",
    "المتحدث",
    "إلى",
    "قضى",
    "Ångström",
    "U.S.",
    "war",
    "straße",
    "«نعم»",
    "-",
]
ALEFS = "اأإآ\u0671"
DIGITS = "0123456789٠١٢٣٤٥٦٧٨٩"


@st.composite
def respelled(draw: st.DrawFn, text: str) -> str:
    """The same text with other diacritics, tatweel, alefs, digits."""
    out = []
    for at, char in enumerate(text):
        if char in ALEFS:
            char = draw(st.sampled_from(ALEFS))
        elif char in DIGITS:
            value = DIGITS.index(char) % 10
            char = DIGITS[value + draw(st.sampled_from([0, 10]))]
        out.append(char)
        if "\u0621" <= char <= "\u064a":
            out.append(draw(st.sampled_from(["", "", "", "\u064b", "\u0651", "\u064e\u0651"])))
            inside = at + 1 < len(text) and "\u0621" <= text[at + 1] <= "\u064a"
            out.append(draw(st.sampled_from(["", "", "", "ـ", "ــ"])) if inside else "")
    return "".join(out)


@given(data=st.data(), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), start=st.integers(0, 50))
def test_any_quote_is_supported_however_it_is_spelled(data: st.DataObject, words: list[str], start: int) -> None:
    text = " ".join(words)
    article = "ـ" * start + text
    hit = Hit("a#0", "a", text, start, start + len(text), 1.0, "ar")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    wanted = " ".join(words[first:last])
    quote = data.draw(respelled(wanted))
    located = verify(quote, hit)
    if not any(map(str.isalnum, wanted)):
        assert located.verdict is FABRICATED
        return
    assert located.verdict is SUPPORTED
    assert located.quote == article[located.start : located.end]
    bare = ' .-«»"'
    assert " ".join(fold(located.quote).split()).strip(bare) == " ".join(fold(wanted).split()).strip(bare)


@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=12), st.integers(0, 9), st.sampled_from(["7", "ليس", "not"]))
def test_a_word_put_in_is_never_supported(words: list[str], place: int, new: str) -> None:
    place = 1 + place % (len(words) - 1)
    hit = Hit("a#0", "a", " ".join(words), 0, len(" ".join(words)), 1.0, "ar")
    assert verify(" ".join([*words[:place], new, *words[place:]]), hit).verdict is not SUPPORTED


@given(st.text(), st.text())
def test_never_fails_and_never_invents(quote: str, text: str) -> None:
    located = verify(quote, Hit("a#0", "a", text, 3, 3 + len(text), 1.0, "ar"))
    assert located.verdict is not MISATTRIBUTED
    assert located.quote == text[located.start - 3 : located.end - 3] if located.passage else located.quote == ""
