import pytest

from index.hits import Hit
from qa.reading.sentences import joined, sentences_of

LONG = (
    "اعترفت شركة صناعة الوسائد الهوائية اليابانية تحت ضغط من سلطات النقل الأميركية، "
    "بوجود عيب فني في الوسائد التي تنتجها يشكل خطرًا على ركاب سيارات من صنع أكثر من عشر شركات تستخدم وسائدها، "
    "الأمر الذي أدى إلى استدعاء نحو 34 مليون سيارة في الولايات المتحدة."
)


def hit(text, number=0, start=0):
    return Hit(f"a#{number}", "a", text, start, start + len(text), 1.0, "ar")


def test_short_sentences_are_read_whole_and_long_ones_in_runs_of_clauses():
    text = "انتهت الحرب أمس، كما قيل.\n" + LONG
    found = sentences_of([hit(text)])
    assert found[0].text == "انتهت الحرب أمس، كما قيل."
    assert len(found) > 2
    for one in found:
        assert text[one.start : one.end] == one.text
        assert one.text == one.text.strip(" ،\n")
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_overlapping_passages_give_each_sentence_once():
    text = "جملة أولى هنا. جملة ثانية هنا. جملة ثالثة هنا."
    second = text.index("جملة ثانية")
    found = sentences_of([hit(text[: text.index("جملة ثالثة")].strip()), hit(text[second:], 1, second)])
    assert [one.text for one in found] == ["جملة أولى هنا.", "جملة ثانية هنا.", "جملة ثالثة هنا."]


def test_neighbouring_runs_of_a_sentence_are_one_quote():
    pieces = sentences_of([hit(LONG)])
    whole = joined(pieces[0], pieces[1])
    assert whole is not None
    assert whole.text == LONG[whole.start : whole.end]
    assert whole.text.startswith(pieces[0].text)
    assert whole.text.endswith(pieces[1].text)


@pytest.mark.parametrize("order", [(0, 2), (1, 0)])
def test_what_is_not_neighbouring_stays_apart(order):
    pieces = sentences_of([hit(LONG)])
    assert len(pieces) >= 3
    assert joined(pieces[order[0]], pieces[order[1]]) is None
