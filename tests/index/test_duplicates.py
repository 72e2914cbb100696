"""The same story twice: what counts as one, and that its keys meet."""

import random
import subprocess
import sys
import unicodedata

import pytest

from index.duplicates import band_keys, same_story
from tests.samples import pseudoword

LONG = (
    "أعلنت وزارة النقل يوم الثلاثاء أن القطار السريع بين العاصمة ومدينة الميناء سيبدأ رحلاته في الأول من تموز. وقال الوزير إن "
    "الرحلة تستغرق 95 دقيقة، وإن ثمن التذكرة 12 دينارا. وأضاف أن ثماني محطات ستفتح على الطريق، وأن العمل في المحطة الأخيرة "
    "ينتهي قبل نهاية العام. ورحب سكان القرى الواقعة على الخط بالمشروع، وطالبوا بأن تقف القطارات في محطاتهم "
    "في الصباح والمساء أيضا."
)
ENGLISH = (
    "The harbour authority said on Monday that the new quay would open in the first week of June. It cost 48 million euros and "
    "can take two ferries at once, which the island's shops have asked for since the old pier was damaged by a storm in 2019."
)


def vowelled(text: str) -> str:
    return "".join(char + "\u064e" if unicodedata.category(char) == "Lo" else char for char in text)


def reworded(text: str, every: int) -> str:
    """Another word at each `every`-th place."""
    return " ".join("بديل" if at % every == every - 1 else word for at, word in enumerate(text.split()))


PAIRS = [
    ("equal", LONG, LONG, True),
    ("other blanks and lines", LONG, LONG.replace(". ", ".\n\n"), True),
    ("vowelled", LONG, vowelled(LONG), True),
    ("other digits and alef", LONG, LONG.replace("95", "٩٥").replace("أ", "ا"), True),
    ("other punctuation", LONG, LONG.replace("،", " -").replace(".", "!"), True),
    ("capitals", ENGLISH, ENGLISH.upper(), True),
    ("a word more", LONG, LONG + " انتهى", True),
    ("one word changed", LONG * 3, LONG * 3 + " انتهى الخبر هنا", True),
    ("another figure", LONG, LONG.replace("95", "85"), False),
    ("a figure more", LONG, LONG + " 7", False),
    ("figures in each other's place", LONG, LONG.replace("95", "@").replace("12", "95").replace("@", "12"), False),
    ("another figure in English", ENGLISH, ENGLISH.replace("48 million", "4.8 million"), False),
    ("every fifth word changed", LONG, reworded(LONG, 5), False),
    ("half of it", LONG, LONG[: len(LONG) // 2], False),
    ("other stories", LONG, ENGLISH, False),
    ("short and equal", "قتل 5 أشخاص", "قُتل ٥ أشخاص", True),
    ("short, another figure", "قتل 5 أشخاص", "قتل 7 أشخاص", False),
    ("short, another word", "قتل خمسة أشخاص", "قتل سبعة أشخاص", False),
    ("no words, equal", "😀 ...", "😀 ...", True),
    ("no words, other signs", "😀", "😡", False),
]


@pytest.mark.parametrize(("one", "other", "same"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_same_story(one: str, other: str, same: bool) -> None:
    assert same_story(one, other) is same
    assert same_story(other, one) is same
    if same:
        assert set(band_keys(one)) & set(band_keys(other)), "otherwise they would never be compared"


def test_near_duplicates_share_a_band() -> None:
    """As the banding promises: nearly always at 90 % of shared shingles."""
    draw, words = random.Random(1), [pseudoword(number) for number in range(300)]
    met = compared = 0
    for _ in range(200):
        changed = list(words)
        for _ in range(3):
            changed[draw.randrange(len(words))] = "بديل"
        if same_story(" ".join(words), " ".join(changed)):
            compared += 1
            met += bool(set(band_keys(" ".join(words))) & set(band_keys(" ".join(changed))))
    assert compared > 50
    assert met >= 0.98 * compared


def test_other_stories_rarely_share_a_band() -> None:
    draw = random.Random(2)
    vocabulary = [f"word{number}" for number in range(3000)]
    keys = [set(band_keys(" ".join(draw.choices(vocabulary, k=150)))) for _ in range(60)]
    assert sum(bool(one & other) for at, one in enumerate(keys) for other in keys[:at]) == 0


@pytest.mark.parametrize("text", ["", " ", "كلمة", LONG, "\ud800 half a character", "😀", "a " * 10_000])
def test_keys_fit_the_database(text: str) -> None:
    keys = band_keys(text)
    assert keys
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert keys == band_keys(text)


def test_keys_are_the_same_in_another_process() -> None:
    """They are stored: neither a process's hash seed nor a release may change them."""
    script = f"from index.duplicates import band_keys; print(band_keys({ENGLISH!r})[:2], band_keys('قصير'))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == f"{band_keys(ENGLISH)[:2]} {band_keys('قصير')}"
    assert (band_keys(ENGLISH)[0], band_keys("قصير")) == KNOWN


KNOWN = (-8872908789525655204, [5633970309383481211])
