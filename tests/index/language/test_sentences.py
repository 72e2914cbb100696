import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language import clause_spans, sentence_spans, trim
from index.language.sentences import Span
from tests.index.texts import articles, texts

SEEDS = Path(__file__).parents[3] / "seeds"


def pieces(text: str, spans: list[Span]) -> list[str]:
    return [text[start:end].strip() for start, end in spans]


# Each case is one text; `|` stands where it must be cut, and nowhere else.
SENTENCES = {
    "full stops": "انتهت الحرب.| وبدأ الإعمار.| هذا كل شيء",
    "question mark": "متى؟| غدا.",
    "question mark without a blank": "متى؟|غدا.",
    "question and exclamation together": "هل انتهت الحرب!؟| نعم.",
    "semicolon ends": "وصل الوفد؛| ثم غادر.",
    "English": "The war is over.| Who won? |Nobody!| Nobody.",
    "newlines": "قائد عسكري\n|أخبار عربية ودولية\n\n|الأحد، ٢٠ مايو ٢٠١٨",
    "carriage returns": "العنوان\r\n\r\n|النص",
    "decimals": "بلغ 1.5 و ٣.٥ و٣٫٥ مليون طن.| انتهى",
    "thousands and dates": "هرب (320.000) حبة و10.000 دولار في 20.5.2018 صباحا.| انتهى",
    "year before a full stop": "سيطر عليه في عام 2014.| وقال إنه غادر",
    "hijri year": "يوم الخميس 1436هـ.| وعقد الرئيس اجتماعا",
    "year with its letter": "تأسست عام 1948 م.| وبعدها توسعت",
    "doctor": "قال د. علي و أ.د. سامي إن م. نبيل حضر.| انتهى",
    "doctor with and": "حضر د. علي ود. سامي.| انتهى",
    "doctor glued": "قال د.علي إنه حضر.| انتهى",
    "post box": "العنوان ص.ب. 55 الرياض.| انتهى",
    "Arabic initials": "كتبها م. ت. الأحمد.| انتهى",
    "doctor with diacritics": "قال دُ. علي.| انتهى",
    "missing blank": "انتهت الحرب.|وقال غيدني إنه غادر",
    "missing blank after a year": "في عام 2014.|وقال غيدني",
    "Latin initials": "J. K. Rowling and George W. Bush met.| They left",
    "titles": "Dr. Smith, Mr. Jones and Gen. Votel met Mrs. May.| They left",
    "country initials go on": "the U.S. Army and U.S. officials left.",
    "country initials end": "He left the U.S.| The war went on.",
    "for example": "Some cities, e.g. Mosul, i.e. the north, etc. are free.| Others vs. ISIS are not.",
    "number sign": "Decree No. 5 was read.| Did he agree? |No.| He left.",
    "clock": "It began at 5 p.m. Monday.| It ended at 6 a.m.| The city slept.",
    "companies": "Apple Inc. and Acme Corp. grew.| It was bought by Acme Corp.| They grew",
    "months": "It began on Jan. 5.| It ended",
    "academic degree": "John Smith, Ph.D. of Oxford, spoke.| He left",
    "address": "زوروا https://a.com/x?y=1.html.| أو اكتبوا إلى me@x.co.uk.| شكرا",
    "Arabic address": "الرابط www.site.com/أخبار.أولى/صفحة?س=1 هنا.| انتهى",
    "domain": "نقل موقع Yahoo.com وصحيفة Le Monde.| انتهى",
    "quotation is whole": "قال: «انتهت الحرب. لن نعود. هذا وعد» وغادر.| انتهى",
    "quotation ends with a full stop": "قال «انتهت الحرب.»| ثم غادر.",
    "quotation ends with a question": "«متى انتهت الحرب؟» سأل الصحفي.| لا أحد يعرف.",
    "quotation and sentence end together": "سأل: «متى انتهت الحرب؟»\n|لا أحد يعرف.",
    "straight quotation": 'وأضاف "من الواضح. نعم. ذلك" وغادر.| انتهى',
    "curly quotation": "وأضاف “من الواضح. نعم. ذلك” وغادر.| انتهى",
    "curly quotation the wrong way round": "وأضاف ”من الواضح. نعم. ذلك“ وغادر.| انتهى",
    "curly quotation with one mark for both ends": "وأضاف “من الواضح. نعم. ذلك“ وغادر.| انتهى",
    "nested quotation": 'وأضاف «قال لي "نعم. لا". ثم «غادر. انتهى» هنا» اليوم.| انتهى',
    "quotation after the full stop": 'أعلن "النصر".| وأضاف "سنعود".| انتهى',
    "quotation opens right after": "انتهت الحرب.|«سنعود» قال القائد",
    "curly quotation opens right after": "انتهت الحرب.|“سنعود” قال القائد",
    "straight quotation opens right after": 'انتهت الحرب.|"سنعود" قال القائد',
    "unbalanced straight quotation": 'وتابع "التحالف سيواصل هزيمة "داعش".| وأضاف ذلك.| ثم غادر.',
    "unbalanced guillemet": "وتابع «التحالف سيواصل.| وأضاف ذلك.| ثم غادر",
    "quotation does not reach over lines": "قال «سنعود.| نعم\n|وغادر» المدينة.",
    "English quotation goes on in lower case": '"Why now?" he asked.| "It is over," she said.| "Stop!" he cried.',
    "English quotation ends": '"It is over."| Tom left.| "Why?"| Tom did not know.',
    "brackets": "أفرج عنه (انظر الصفحة. 5. والملحق) أمس.| انتهى",
    "mark of irony": "هذا الإنجاز (؟) وهذا النصر (!) لنا.| انتهى",
    "brackets close after the end": "(انتهت الحرب.)| وغادر الجميع.",
    "soft break before little": "ربما لأننا المبادرة الوحيدة.. ربما",
    "soft break between sentences": (
        "تحدثت عن ضرورة التفريق بين العولمة والعالمية.. |فالعولمة فعل خارجي مفروض يحتم على الجميع الالتزام بمظاهر مشتركة.."
    ),
    "soft break at the end of a line": "لا أحد يعرف..\n|انتهى",
    "English ellipsis": "He waited... and waited.| She left…| Then it ended.",
    "range": "من 5..10 أيام و1...3 ساعات.| انتهى",
    "range between long sides": "وصل إلى المنطقة الحدودية القريبة من المدينة نحو 5...10 أيام قبل أن يغادرها الوفد الدولي كله",
    "numbered list": "1. انحناء في العمود.| 2. نقص في الطول.| 3. ألم",
    "name with an exclamation mark": "Yahoo! said it grew.| Who? |Nobody.",
    "comma after": "كتب «أين أنت؟»، ثم غادر! ، وعاد.| انتهى",
    "emoji and selector": "رائع!\ufe0f| شكرا 😀.| انتهى",
    "direction marks": "انتهت الحرب.\u200f| وقال غيدني",
    "direction mark before a line": "العنوان\n|\u200fوقال غيدني",
    "lone marks before a mark on a blank": "أولا.| قال.| . \u064bوبعد .| ثم.| انتهى",
    "diacritic on a full stop": "انتهت.\u064b| وقال غيدني",
    "lone marks": "قال. . .»| انتهى",
    "lone mark at the end": "قال.| انتهت. »",
    "separator line": "انتهى.\n|***\n|المصدر",
    "marks alone": "... !",
    "no-break space": "انتهى.\u00a0|وقال",
}


@pytest.mark.parametrize("case", SENTENCES.values(), ids=SENTENCES.keys())
def test_sentences(case: str) -> None:
    text = case.replace("|", "")
    assert pieces(text, sentence_spans(text)) == [part.strip() for part in case.split("|")]


def test_a_quotation_too_long_for_a_sentence_is_split_inside() -> None:
    sentence = "وهذا كلام طويل قاله القائد في المؤتمر أمام الجميع."
    text = "قال «" + " ".join([sentence] * 12) + "»"
    assert len(sentence_spans(text)) == 12


def test_the_unbalanced_quotations_of_a_seed_do_not_glue_its_paragraphs() -> None:
    text = (SEEDS / "003_bdcf7e066c1938b0.txt").read_text(encoding="utf-8")
    sentences = pieces(text, sentence_spans(text))
    assert sentences == [line.strip() for line in text.split("\n") if line.strip()]


def test_the_sentences_of_a_seed() -> None:
    text = (SEEDS / "000_4e84c7e255c49780.txt").read_text(encoding="utf-8")
    sentences = pieces(text, sentence_spans(text))
    assert sentences[0] == "Accessibility links"
    assert "وأشار غيدني إلى أن داعش لا يزال يشكل تهديدا على سلامة العراق وأكد أن المعركة ضده لم تنته بعد." in sentences
    assert sentences[-5:] == ["المصدر: راديو سوا", "XS", "SM", "MD", "LG"]
    paragraphs = [line for line in text.split("\n") if line.strip()]
    assert len(sentences) == len(paragraphs) + 1


CLAUSES = {
    "Arabic marks": "وصل الوفد، |ثم غادر؛ |وقال: |انتهى",
    "English marks": "He came, |saw; |and said: |done",
    "numbers and times": "وصل 1,500 جندي و١،٥٠٠ آلية عند 10:30، |ثم غادروا",
    "glued Arabic comma": "وصل الوفد،|ثم غادر",
    "dash": "القائد – |كما قال – |غادر",
    "address": "انظر https://a.com, |ثم غادر",
    "closing quote": "قال «نعم،» |ثم غادر",
    "mark at the end": "وصل الوفد، |ثم غادر،",
    "marks alone": "، ، ،",
    "lone mark after a clause": "وصل، |ثم غادر، ،",
    "diacritic on a mark": "وصل،\u064b |ثم غادر",
}


@pytest.mark.parametrize("case", CLAUSES.values(), ids=CLAUSES.keys())
def test_clauses(case: str) -> None:
    text = case.replace("|", "")
    assert pieces(text, clause_spans(text, (0, len(text)))) == [part.strip() for part in case.split("|")]


def test_clauses_of_a_span_inside_a_text() -> None:
    text = "أولا، ثانيا، ثالثا، رابعا"
    start, end = text.index("ثانيا"), text.index("رابعا")
    assert pieces(text, clause_spans(text, (start, end))) == ["ثانيا،", "ثالثا،"]


@pytest.mark.parametrize(
    ("text", "span", "trimmed"),
    [("  نعم \n", (0, 7), (2, 5)), ("نعم", (0, 3), (0, 3)), ("أ  \n", (1, 4), (4, 4)), ("", (0, 0), (0, 0))],
)
def test_trim(text: str, span: Span, trimmed: Span) -> None:
    assert trim(text, span) == trimmed


def test_no_text_has_no_sentences() -> None:
    assert sentence_spans("") == []


def test_blanks_are_one_sentence_and_are_never_lost() -> None:
    assert sentence_spans(" \n ") == [(0, 3)]


@given(texts | articles)
def test_sentences_tile_the_text(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


@given(texts | articles)
def test_blanks_lie_after_sentences_and_no_mark_is_torn_off(text: str) -> None:
    for start, _ in sentence_spans(text)[1:]:
        assert not text[start].isspace()
        assert unicodedata.category(text[start]) not in ("Mn", "Mc", "Me")


@given(texts.filter(str.strip), texts.filter(str.strip))
def test_a_paragraph_end_is_a_sentence_end(before: str, after: str) -> None:
    text = before.strip() + "\n\nوقال " + after
    border = len(before.strip()) + 2
    assert border in [start for start, _ in sentence_spans(text)]


@given(st.data(), texts | articles)
def test_clauses_tile_each_sentence(data: st.DataObject, text: str) -> None:
    for span in sentence_spans(text):
        clauses = clause_spans(text, span)
        assert "".join(text[start:end] for start, end in clauses) == text[span[0] : span[1]]
        assert (clauses[0][0], clauses[-1][1]) == span
        assert all(start < end for start, end in clauses)


@pytest.mark.parametrize(
    "unit", [".", '"', "«", "»", "(", ". ", "ب", "\u064b", " ", "\n", "،", "«.", "“”", "www.", "x.", ".. ", "؟)"]
)
def test_a_megabyte_of_anything_is_split_in_linear_time(unit: str) -> None:
    # Quadratic work on these would take minutes to hours; the suite's patience is the limit.
    text = "ا" + unit * (1_000_000 // len(unit))
    spans = sentence_spans(text)
    assert spans[-1][1] == len(text)
    assert clause_spans(text, (0, len(text)))[-1][1] == len(text)
