import pytest

from qa.reading.focus import counts, focus_terms, wanted_units
from qa.reading.question import Asks, asks_for


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("متى أعلن العراق انتهاء الحرب؟", Asks.DATE),
        ("ومتى حدث ذلك؟", Asks.DATE),
        ("في أي سنة وصلت إلى رئاسة الاتحاد؟", Asks.DATE),
        ("When did the war end?", Asks.DATE),
        ("What year was the dam begun?", Asks.DATE),
        ("كم نخلة تضم الحديقة؟", Asks.NUMBER),
        ("بكم بيعت اللوحة؟", Asks.NUMBER),
        ("ما نسبة الطلبات التي استجابت لها الشركة؟", Asks.NUMBER),
        ("How many palm trees are there?", Asks.NUMBER),
        ("What is the estimated cost of the project?", Asks.NUMBER),
        ("أين يقع المطار؟", Asks.PLACE),
        ("في أي مدينة مغربية سيقام المصنع؟", Asks.PLACE),
        ("In which city will the summit take place?", Asks.PLACE),
        ("من هو قائد التحالف؟", Asks.PERSON),
        ("مَنْ نفى ادعاءات روسيا؟", Asks.PERSON),
        ("Who was president of the commission when the king ordered it?", Asks.PERSON),
        ("لماذا مُنع المزارعون من زراعة القمح؟", Asks.REASON),
        ("ما سبب تأجيل المباراة؟", Asks.REASON),
        ("Why are the updates slow?", Asks.REASON),
        ("ما اسم القارب الذي فاز؟", Asks.NAME),
        ("بماذا تعرف الصدفة لدى أهالي المدن؟", Asks.NAME),
        ("What is the name of the boat?", Asks.NAME),
        ("ما الخطر الذي يتعرض له الركاب؟", Asks.THING),
        ("Tell me about the festival", Asks.THING),
        ("", Asks.THING),
        # What a clause says is not what is asked.
        ("How many people died when the bridge fell?", Asks.NUMBER),
        ("Which vowel is written when the word is plural?", Asks.THING),
        ("What is the profession of the man whose son was freed?", Asks.THING),
        ("The year when the dam was begun", Asks.DATE),
        ("من أي جامعة تخرج الوزير؟", Asks.THING),
        ("من أين يستورد الأردن القمح؟", Asks.PLACE),
        ("إلى متى يستمر المعرض؟", Asks.DATE),
        ("ما المبلغ الذي طلبه الخاطفون؟", Asks.NUMBER),
        ("What ransom did the kidnappers demand?", Asks.NUMBER),
        ("To what depth was the canal dug?", Asks.NUMBER),
        ("At what hour does the moon set?", Asks.DATE),
        ("Until what new date was the hearing put off?", Asks.DATE),
        ("Which Swedish naturalist described the shell?", Asks.PERSON),
        ("What is the official language of the islands?", Asks.THING),
        ("What does a person enjoy there?", Asks.THING),
        ("أي قاض أصدر الحكم؟", Asks.PERSON),
        ("أي حكم أصدرته المحكمة؟", Asks.THING),
        ("من سن القانون؟", Asks.PERSON),
        ("What language do people speak in the islands?", Asks.THING),
        ("Which award did president Obama win in 2009?", Asks.THING),
        ("What killed the king?", Asks.THING),
        ("What made prices rise in Cairo?", Asks.THING),
        ("What is fine art?", Asks.THING),
        ("What country has population growth above 3%?", Asks.PLACE),
        ("What is the city where Mozart was born?", Asks.PLACE),
        ("What was the year when the dam was begun?", Asks.DATE),
        ("When and where was the treaty signed?", Asks.DATE),
        ("When, according to the report, did the man who fled return?", Asks.DATE),
    ],
)
def test_question_words_decide_what_is_asked(question, asks):
    assert asks_for(question) is asks


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("How many palm trees does the park have?", {"palm", "tree"}),
        ("كم نخلة تضم الحديقة؟", {"نخل", "تضم"}),
        ("Tell me about the festival", set()),
    ],
)
def test_the_noun_after_the_question_word_is_the_focus(question, focus):
    assert focus_terms(question) == focus


@pytest.mark.parametrize(
    ("question", "unit", "other"),
    [
        ("كم بلغت ميزانية الفيلم وما سعر التذكرة؟", "ريال", "متر"),
        ("How long did it last?", "day", "dollar"),
        ("كم يزن المصحف الخشبي؟", "طن", "دولار"),
    ],
)
def test_an_amount_calls_for_its_units(question, unit, other):
    assert unit in wanted_units(question)
    assert other not in wanted_units(question)


@pytest.mark.parametrize(
    ("sentence", "counted", "found"),
    [
        (["تضم", "400", "نخل"], {"نخل"}, True),
        (["نخل", "كبير", "جدا", "في", "400"], {"نخل"}, False),
        (["400"], {"400"}, False),
        (["twenti", "tree"], {"tree"}, True),
        ([], {"tree"}, False),
    ],
)
def test_an_amount_counts_what_stands_beside_it(sentence, counted, found):
    assert counts(sentence, frozenset(counted)) is found
