from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.cleaning import clean

SEEDS = Path(__file__).parents[2] / "seeds"
PROSE = "وقال الوزير إن العمل في المشروع بدأ يوم الاثنين وسوف يستمر حتى نهاية العام المقبل."
ENGLISH = "The minister said on Monday that the work would go on until the end of next year."


def seed(number):
    return next(SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8")


def test_seed_with_caption_related_link_source_and_breakpoints():
    raw = seed("000")
    cleaned = clean(raw)
    assert cleaned.title == "التحالف: ملتزمون بدعم العراق حتى دحر داعش نهائيا"
    assert cleaned.source == "راديو سوا"
    assert cleaned.date is None
    assert cleaned.text.startswith("جدد نائب قائد التحالف الدولي")
    assert cleaned.text.endswith('إلحاق الهزيمة بداعش".')
    for gone in ("Accessibility", "أرشيف", "اقرأ أيضا", "المصدر", "XS", "SM", "MD", "LG", cleaned.title):
        assert gone not in cleaned.text
    prose = [line for line in raw.splitlines() if len(line) > 100]
    assert len(prose) == 10
    assert all(line in cleaned.text.splitlines() for line in prose)


def test_seed_with_doubled_headline_section_and_dateline():
    raw = seed("003")
    cleaned = clean(raw)
    assert cleaned.title == 'قائد عسكري في "التحالف الدولي": ملتزمون بتحقيق الاستقرار في العراق'
    assert (cleaned.date, cleaned.source) == ("2018-05-20", None)
    assert cleaned.text in raw
    assert cleaned.text.startswith("قال نائب القائد العام")
    assert cleaned.text.endswith("وعاصمتها الموصل.")
    assert len(cleaned.left_out) == 4


@pytest.mark.parametrize(
    "line",
    [
        "Accessibility links",
        "Skip to main content",
        "XS SM MD LG",
        "Next Previous",
        "Share on Facebook Twitter WhatsApp",
        "Print this article",
        "Follow us on Twitter",
        "Subscribe to our newsletter",
        "We use cookies to improve your experience on this site.",
        "© 2018 The Daily. All rights reserved",
        "Home > World > Middle East",
        "Read also: Coalition sets out its tasks",
        "Related: Coalition sets out its tasks",
        "12 comments",
        "انتقل إلى المحتوى الرئيسي",
        "شارك على فيسبوك تويتر واتساب",
        "طباعة",
        "تابعنا على تويتر",
        "اشترك في النشرة البريدية",
        "جميع الحقوق محفوظة © 2018",
        "الرئيسية / أخبار / العراق",
        "اقرأ أيضا: التحالف يحدد مهماته المستقبلية في سورية والعراق",
        "إقرأ أيضاً التحالف يحدد مهماته",
        "اقرأ أيضًا | التحالف يحدد مهماته",
        "شاهد أيضا: صور من المدينة",
        "مواضيع ذات صلة",
        "رابط الخبر بصحيفة كذا: التحالف يحدد مهماته",
        "الوسوم: العراق، سورية",
        "// انتهى //",
        "* * *",
        "صورة أرشيفية للمدينة",
        "قوات عراقية قرب الحويجة، أرشيف",
        "Photo: Jane Doe",
    ],
)
def test_furniture_between_paragraphs_is_left_out(line):
    cleaned = clean(f"{PROSE}\n{line}\n{ENGLISH}", title="عنوان آخر")
    assert cleaned.text == f"{PROSE}\n{ENGLISH}"
    assert cleaned.left_out == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "Next Previous أحمد حجازي – عين اليوم قال إن المعرض افتتح أمس في جدة بحضور عدد كبير من الزوار.",
        "Related: the minister said on Tuesday that the two cases had been linked by one man from Cairo.",
        "Also more than twenty people were hurt",
        "Share prices fell on Monday",
        "Follow-up visits are free",
        "LG",
        "اقرأ أيضا ما كتبه الجاحظ في كتاب الحيوان. ثم اقرأ ما كتبه غيره في الباب نفسه.",
        "شارك الوزير في الاجتماع",
        "المصدر الذي طلب عدم ذكر اسمه قال إن القرار صدر أمس.",
        "المصدر: قال مسؤول كبير في الوزارة إن القرار الجديد سوف يصدر قريبا",
        "للمزيد من المعلومات الاتصال على الرقم 920000",
        "عبدالعزيز بن عبدالرحمن الخريف - حريملاء",
        "1. الجندي عمر أحمد عمر 22 عاماً",
        "البحرين.. تراجع المؤشر 0.2 في المئة. رابط الخبر بصحيفة كذا: تراجع الأسهم",
        "في 20 مايو 2018 اندلع القتال",
        "قالت الوزارة إن عدد المصابين ارتفع إلى خمسة (رويترز)",
        "السابق ذكره لا يغير شيئا",
    ],
)
def test_prose_and_what_may_be_prose_stays(line):
    text = f"{PROSE}\n{line}\n{ENGLISH}"
    assert clean(text, title="عنوان آخر").text == text


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (f"The dam is full\n\n{ENGLISH}", "The dam is full"),
        (f"Accessibility links\n\nThe dam is full\n\n{ENGLISH}", "The dam is full"),
        (f"أخبار عربية ودولية\n\nامتلأ السد بالماء\n\n{PROSE}", "امتلأ السد بالماء"),
        (f"أمطار غزيرة (رويترز)\n\nامتلأ السد بالماء\n\n{PROSE}", "أمطار غزيرة (رويترز)"),
        (f"أمطار غزيرة على المدينة (رويترز)\n\nامتلأ السد بالماء\n\n{PROSE}", "امتلأ السد بالماء"),
        (f"سكان قرب السد، أرشيف\n\nامتلأ السد بالماء\n\n{PROSE}", "امتلأ السد بالماء"),
        (f"العراق\n\n{PROSE}", "العراق"),
        (f"هل امتلأ السد؟\n20 مايو 2018\n{PROSE}", "هل امتلأ السد؟"),
        (f"{ENGLISH}\n\n{ENGLISH}", None),
        ("Hard-wrapped prose runs on from one line\nto the next without a blank between the two\nand ends there.", None),
        ("Only one line", None),
        ("", None),
    ],
)
def test_headline_is_found_where_it_stands_apart(raw, title):
    cleaned = clean(raw)
    assert cleaned.title == title
    assert title is None or title not in cleaned.text.splitlines()


def test_given_metadata_wins_over_what_the_text_says():
    raw = f"Some label\n\n20 May 2018\n\n{ENGLISH}\n\nSource: The Daily"
    found = clean(raw)
    assert (found.title, found.source, found.date) == ("Some label", "The Daily", "2018-05-20")
    told = clean(raw, title="Other", source="Weekly", date="2001-01-01")
    assert (told.title, told.source, told.date) == ("Other", "Weekly", "2001-01-01")


def test_hijri_dateline_is_kept_in_its_own_words():
    assert clean(f"عنوان الخبر هنا\n\n١٤ رمضان ١٤٣٦ هـ\n\n{PROSE}").date == "١٤ رمضان ١٤٣٦ هـ"


def test_a_text_that_only_repeats_its_title_is_not_emptied():
    assert clean("The dam is full", title="The dam is full").text == "The dam is full"


def test_lines_left_out_are_told_in_the_order_they_stood():
    raw = f"Skip to content\nThe dam is full\n\n{ENGLISH}\nXS\nSM\nMD\nLG"
    assert clean(raw).left_out == ("Skip to content", "The dam is full", "XS", "SM", "MD", "LG")


LINES = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                " ",
                "LG",
                "SM",
                "XS SM MD LG",
                "Accessibility links",
                "اقرأ أيضا: خبر آخر",
                "المصدر: راديو سوا",
                "Source: X",
            ),
            *(
                "الأحد، ٢٠ مايو ٢٠١٨",
                "١٤ رمضان ١٤٣٦ هـ",
                "أخبار عربية ودولية",
                "العراق",
                "قوات قرب المدينة، أرشيف",
                PROSE,
                ENGLISH,
            ),
            *(
                "The dam is full",
                "The dam is full!",
                "عنوان طويل نسبيا للخبر الأول",
                "رابط الخبر: عنوان طويل نسبيا للخبر الأول",
            ),
            *("جانب من الحفل", "أحمد – بغداد", "سمات العراق", "Home > World", "Photo: X", "رويترز", "12:30", "***"),
        ]
    ),
    st.text(alphabet="اب ت.:؟ـ-–/|()LGxs 12\u200f\u00a0،", max_size=30),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(LINES, max_size=12),
    st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]),
    st.sampled_from([None, "The dam is full", "العراق"]),
)
def test_cleaning_only_leaves_whole_lines_out_and_only_once(lines, newline, title):
    raw = newline.join(lines)
    once = clean(raw, title=title)
    source = raw.splitlines()
    kept = [line for line in once.text.split("\n") if line.strip()]
    assert sorted([*kept, *once.left_out]) == sorted(line for line in source if line.strip())
    assert once.text == once.text.strip("\n")
    remaining = iter(source)
    assert all(line in remaining for line in kept), "order kept"
    twice = clean(once.text, title=once.title)
    assert (twice.text, twice.left_out) == (once.text, ())
