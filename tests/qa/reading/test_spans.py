import pytest

from index.language.stemming import content_terms
from index.retrieval import QueryWord
from qa.reading.question import asks_for
from qa.reading.spans import _closed, short_answer


def words_of(question):
    return [QueryWord(term, 1.0, ((term, 1.0),), True) for term in content_terms(question)]


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("متى بدأ التحالف ضرباته الجوية؟", "بدأ التحالف ضرباته الجوية في أغسطس / آب 2014، بعد أيام.", "أغسطس / آب 2014"),
        ("متى انتهت العمليات؟", "انتهت العمليات في ٣٠ أبريل / نيسان الماضي.", "٣٠ أبريل / نيسان"),
        ("متى ولد؟", "ولد في 13 أكتوبر 1958 في المدينة.", "13 أكتوبر 1958"),
        ("متى افتتح الميناء؟", "افتتح الميناء في 3 غشت 2011 بالرباط.", "3 غشت 2011"),
        ("متى افتتح الميناء؟", "افتتح الميناء في 9 كانون الأول/ديسمبر 2017.", "9 كانون الأول/ديسمبر 2017"),
        ("When was it founded?", "It was founded on 5 May 1990 in Cairo.", "5 May 1990"),
        ("When was it founded?", "It was founded in Cairo.", None),
        ("كم نخلة تضم الحديقة؟", "تضم الحديقة ٤٠٠ نخلة و12 مقعدًا.", "٤٠٠ نخلة"),
        ("كم بطاقة استعملت؟", "بلغ عدد البطاقات 1.44 مليون بطاقة هذا العام.", "1.44 مليون بطاقة"),
        (
            "How much compensation did it pay?",
            "It paid twenty thousand dollars to each survivor in 1988.",
            "twenty thousand dollars",
        ),
        ("كم لاعبا شارك عام 2015؟", "شارك في البطولة عام 2015 عدد كبير.", None),
        ("ما نسبة الطلبات المقبولة؟", "تلقت الشركة ربع مليون طلب.", None),
        ("من هو القائد؟", "القائد هو غيدني منذ 2014.", None),
    ],
)
def test_few_words_only_where_they_are_sure(question, sentence, short):
    span = short_answer(asks_for(question), sentence, words_of(question), question)
    assert (sentence[span[0] : span[1]] if span else None) == short


def test_a_date_that_the_question_names_is_no_answer():
    question = "Until when is the library open from 4 May?"
    sentence = "The library extended its hours until 10 p.m. on weekdays from 4 May, librarian Dana Qasim said."
    assert short_answer(asks_for(question), sentence, words_of(question), question) is None


def test_a_number_that_the_question_names_is_no_answer():
    question = "كم دولة حضرت قمة 2015؟"
    assert short_answer(asks_for(question), "حضرت قمة 2015 في 2015 دولة", words_of(question), question) is None


@pytest.mark.parametrize(
    ("text", "marked", "closed"),
    [
        ("في بداية نوفمبر (تشرين الثاني) المقبل", "نوفمبر (تشرين الثاني", "نوفمبر (تشرين الثاني)"),
        ("صدر كتاب «ياني في كلمات» أمس", "«ياني في كلمات", "«ياني في كلمات»"),
        ("in the UN (United Nations) today", "United Nations", "United Nations"),
        ("a (b) c", "(b)", "(b)"),
        ("the end (of it", "(of it", "(of it"),
    ],
)
def test_a_bracket_that_opens_in_the_few_words_is_closed(text, marked, closed):
    start = text.index(marked)
    assert _closed(text, start, start + len(marked)) == closed
