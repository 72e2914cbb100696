"""Reports that contradict each other are shown as such; reports that do not, are not."""

import pytest

from index.article import Article
from qa import Dalil


def report(number, language, text):
    source = {"ar": ("الضحى", "المساء"), "en": ("Dawn Post", "Evening Star")}[language][number]
    return Article(id=f"{language}{number}", text=text, source=source, date=f"2024-02-0{number + 1}", language=language)


CASES = {
    "ar number": (
        "كم متطوعا شارك في حملة تنظيف شاطئ وادي الغزلان؟",
        "نظمت بلدية وادي الغزلان حملة لتنظيف الشاطئ السبت. وشارك في حملة تنظيف شاطئ وادي الغزلان 120 متطوعا من الطلاب.",
        "انتهت أعمال النظافة قبل الغروب. وقالت الجمعية إن 85 متطوعا شاركوا في حملة تنظيف شاطئ وادي الغزلان مع أسرهم.",
        ("120", "85"),
    ),
    "en number": (
        "How many volunteers took part in the Gazelle Valley beach clean-up?",
        "The town held a day for the sea on Saturday. About 120 volunteers took part in the Gazelle Valley beach clean-up.",
        "Work ended at five. Organisers said 85 volunteers took part in the Gazelle Valley beach clean-up with their families.",
        ("120", "85"),
    ),
    "ar date": (
        "متى افتتح متحف قصر الصنوبر؟",
        "يضم القصر مجموعة من الخزف القديم. وقد افتتح متحف قصر الصنوبر في 12 مارس 1987 بحضور الأهالي.",
        "يعود بناء القصر إلى أسرة من التجار. وافتتح متحف قصر الصنوبر في 3 مايو 1991 بعد ترميم طويل.",
        ("1987", "1991"),
    ),
    "en date": (
        "When did the Pine Palace museum open?",
        "The palace holds old pottery. The Pine Palace museum opened on 12 March 1987 before a large crowd.",
        "A family of merchants built the house. The Pine Palace museum opened on 3 May 1991 after long repairs.",
        ("1987", "1991"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_two_reports_with_two_values_are_both_shown(tmp_path, case):
    question, first, second, values = CASES[case]
    language = case[:2]
    with Dalil.open(tmp_path) as dalil:
        dalil.add([report(0, language, first), report(1, language, second)])
        answer = dalil.ask(question)
    assert answer.conflict
    assert answer.answer.startswith({"ar": "اختلفت التقارير.", "en": "Reports differ."}[language])
    assert {one.source for one in answer.citations} == {report(n, language, "").source for n in (0, 1)}
    assert all(value in answer.answer for value in values)
    assert all(one.date in answer.answer for one in answer.citations)
    assert answer.short is not None
    assert any(value in answer.short for value in values)
    assert answer.to_dict()["conflict"] is True


@pytest.mark.parametrize("case", CASES)
def test_the_same_value_twice_is_no_conflict(tmp_path, case):
    question, first, second, values = CASES[case]
    agreeing = second.replace(values[1], values[0]).replace("3 مايو", "12 مارس").replace("3 May", "12 March")
    with Dalil.open(tmp_path) as dalil:
        dalil.add([report(0, case[:2], first), report(1, case[:2], agreeing)])
        answer = dalil.ask(question)
    assert not answer.conflict
    assert values[0] in answer.answer


@pytest.mark.parametrize("case", CASES)
def test_a_report_on_another_subject_is_no_conflict(tmp_path, case):
    question, first, second, values = CASES[case]
    elsewhere = second.replace("وادي الغزلان", "خليج المرجان").replace("Gazelle Valley", "Coral Bay")
    elsewhere = elsewhere.replace("قصر الصنوبر", "برج الساعة").replace("Pine Palace", "Clock Tower")
    with Dalil.open(tmp_path) as dalil:
        dalil.add([report(0, case[:2], first), report(1, case[:2], elsewhere)])
        answer = dalil.ask(question)
    assert not answer.conflict
    assert values[0] in answer.answer
