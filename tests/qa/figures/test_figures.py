"""Numbers, dates and units as values, however they are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.figures import figures, missing_figure

SAME = [
    ("30", "٣٠", "thirty", "ثلاثون", "ثلاثين", "بثلاثين", "والثلاثين", "30th", "thirtieth"),
    (
        "3.5 million",
        "٣٫٥ مليون",
        "3,500,000",
        "٣٬٥٠٠٬٠٠٠",
        "ثلاثة ملايين ونصف",
        "three and a half million",
        "ثلاثة ملايين ونصف المليون",
    ),
    ("30 April 2018", "٣٠ نيسان ٢٠١٨", "30/4/2018", "April 30, 2018", "2018-04-30", "الثلاثون من أبريل عام 2018"),
    ("18%", "18 per cent", "18 percent", "١٨٪", "18 في المئة", "ثمانية عشر بالمئة", "18 بالمائة"),
    ("two years", "عامان", "عامين", "سنتين", "2 years"),
    ("200 people", "مئتان", "مئتي شخص", "two hundred"),
    ("2,000", "ألفين", "ألفا جندي", "two thousand"),
    ("2 million dollars", "مليوني دولار", "$2 million", "$2m"),
    ("125,000", "مئة وخمسة وعشرون ألفا", "one hundred and twenty-five thousand", "١٢٥ ألف"),
    ("1,500,000", "مليون وخمسمئة ألف", "1.5 million", "one and a half million", "مليون ونصف"),
    ("between 18 and 20 percent", "18-20%", "بين 18 و20 بالمئة", "من 18 إلى 20 في المئة"),
    ("10 p.m.", "22:00", "العاشرة مساء", "10 مساء"),
    ("the 21st century", "القرن الحادي والعشرين", "twenty-first"),
    ("the 1990s", "التسعينيات", "nineties"),
    ("tens of thousands", "عشرات الآلاف"),
    ("3.5 years", "ثلاث سنوات ونصف السنة"),
    ("two thirds", "ثلثي", "ثلثان"),
    ("half a million", "نصف مليون", "500,000"),
    ("on Friday", "يوم الجمعة"),
    ("20,500", "20 ألفا و500"),
    ("in May", "في أيار", "مايو الماضي"),
]
OTHER = [
    ("130", "120"),
    ("3.5 million", "3.5 billion"),
    ("3.5 million", "35 million"),
    ("3.5", "3.5 million"),
    ("ثلاثون", "thirteen"),
    ("30 April 2018", "30 May 2018"),
    ("30 April 2018", "30 نيسان 2019"),
    ("3/4/2018", "3 May 2018"),
    ("18 percent", "18 people"),
    ("18 people", "18 في المئة"),
    ("45 million dollars", "45 مليون دينار"),
    ("three weeks", "ثلاثة أشهر"),
    ("on Friday", "يوم السبت"),
    ("thousands", "مئات"),
    ("7", "17"),
    ("five", "خمسة وعشرون"),
    ("عامين", "three years"),
    ("22:00", "10 a.m."),
]


@pytest.mark.parametrize(("claim", "quote"), [(one, other) for row in SAME for one in row for other in row if one != other])
def test_one_value_in_any_spelling(claim: str, quote: str):
    assert not missing_figure(figures(claim), figures(quote))


@pytest.mark.parametrize(("claim", "quote"), OTHER)
def test_another_value(claim: str, quote: str):
    assert missing_figure(figures(claim), figures(quote))


@pytest.mark.parametrize("text", ["one of them", "لم يعد مارس الرياضة", "it may rain", "a second time", "", "وقال: نعم"])
def test_words_that_are_no_figures(text: str):
    found = figures(text, sure=True)
    assert not found.months
    assert not any(number.hard for number in found.numbers)


@given(
    st.integers(3, 10**12), st.sampled_from(["{}", "{:,}"]), st.booleans(), st.sampled_from(["عدد {} شخص", "some {} people"])
)
def test_digits_of_every_script_are_read(value: int, form: str, arabic: bool, frame: str):
    written = form.format(value)
    if arabic:
        written = written.translate(str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩٬"))
    (number,) = figures(frame.format(written)).numbers
    assert Fraction(value) in number.readings


@given(st.integers(10, 10**7), st.data())
def test_one_wrong_digit_is_always_seen(value: int, data: st.DataObject):
    digits = str(value)
    at = data.draw(st.integers(0, len(digits) - 1))
    wrong = digits[:at] + data.draw(st.sampled_from([digit for digit in "123456789" if digit != digits[at]])) + digits[at + 1 :]
    assert missing_figure(figures(f"{wrong} people"), figures(f"وصل {value} شخصا"))


@given(st.text(max_size=60))
def test_any_text_has_its_own_figures(text: str):
    assert not missing_figure(figures(text, sure=True), figures(text))
