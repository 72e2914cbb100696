"""Follow-ups and new topics in both languages: what each becomes."""

import pytest

from qa.conversation import Turn
from qa.conversation.rules import rewrite

PARK_AR = "كم نخلة زرعت بلدية الرمال في حديقة النسيم؟"
PARK_EN = "How many palm trees did the city of Ramal plant in Nasim Park?"
GEDNEY = "Where was the officer Paul Gedney born?"
BANK_AR = "متى أعلن البنك الشمالي اندماجه مع مصرف الخليج؟"
BANK_EN = "When did Northern Bank announce its merger with Gulf Bank?"
MATCH_AR = "من فاز على نادي الهضبة في نهائي كأس الوادي؟"
MATCH_EN = "Who beat Hadaba Club in the final of the Valley Cup?"
SAID_EN = "What did minister Karim Haddad say about Syria?"
SAID_AR = "ماذا قال الوزير كريم حداد عن سوريا؟"
PEOPLE_AR = "كم عدد سكان السودان؟"
PEOPLE_EN = "How many people live in Sudan?"
METRO = "When will the new metro line in Doha open?"
TALKS = "متى تستأنف المفاوضات بين الحكومة والمعلمين؟"
DIRECTOR = "من هو المدير الجديد لمستشفى الأمل؟"
WAR_EN = "Who denied Russia's claims in 2014?"
WAR_AR = "من نفى ادعاءات روسيا في عام 2014؟"

# The question before, the follow-up, and what the full question must hold (all of them) or be (one text with its mark).
FOLLOW_UPS = [
    # Pronouns, with the name in their place or the subject beside them
    (GEDNEY, "And what did he say about Russia?", "What did Paul Gedney say about Russia?"),
    (GEDNEY, "When did he retire?", "When did Paul Gedney retire?"),
    (GEDNEY, "What is his rank?", "What is Paul Gedney's rank?"),
    (GEDNEY, "Who promoted him?", "Who promoted Paul Gedney?"),
    (GEDNEY, "and how old is he", "How old is Paul Gedney?"),
    (GEDNEY, "So where does he live now?", "Where does Paul Gedney live now?"),
    (SAID_EN, "Which party does he lead in Lebanon?", "Which party does Karim Haddad lead in Lebanon?"),
    (SAID_EN, "Who is his father?", "Who is Karim Haddad's father?"),
    (BANK_EN, "What is its capital?", ("its capital", "Northern Bank")),
    (BANK_EN, "How many people does it employ?", ("employ", "Northern Bank")),
    (BANK_EN, "Who owns them?", ("owns", "Gulf Bank")),
    (BANK_EN, "How many branches will they close?", ("branches", "Northern Bank", "Gulf Bank")),
    (PARK_EN, "What else grows there?", ("else grows", "Nasim Park")),
    (PARK_EN, "Who paid for this?", ("paid for", "Nasim Park")),
    (PARK_EN, "What did those cost?", ("cost", "Nasim Park")),
    (MATCH_EN, "Who scored in that match?", ("scored", "Valley Cup")),
    (PARK_AR, "ومن يرعاها؟", ("يرعاها", "حديقة النسيم")),
    (PARK_AR, "ما مساحتها؟", ("مساحتها", "حديقة النسيم")),
    (PARK_AR, "وما أسعار الدخول إليها؟", ("أسعار الدخول", "حديقة النسيم")),
    (PARK_AR, "كم كلّف ذلك؟", ("كلف ذلك", "بلدية الرمال")),
    (PARK_AR, "من يعمل فيها؟", ("يعمل", "حديقة النسيم")),
    (BANK_AR, "ومن يملكه؟", ("يملكه", "البنك الشمالي")),
    (BANK_AR, "كم عدد موظفيهما؟", ("موظفيهما", "مصرف الخليج")),
    (BANK_AR, "من الذي عارضه؟", ("عارضه", "البنك الشمالي")),
    (SAID_AR, "ومن رد عليه؟", ("رد عليه", "كريم حداد")),
    (SAID_AR, "ما عمره؟", ("عمره", "كريم حداد")),
    (SAID_AR, "أين وُلِدَ هذا الوزير؟", ("ولد هذا الوزير", "كريم حداد")),
    (MATCH_AR, "من سجل لهم؟", ("سجل", "كأس الوادي")),
    (PEOPLE_AR, "ما عاصمتها؟", ("عاصمتها", "السودان")),
    (PEOPLE_AR, "وما لغتهم؟", ("لغتهم", "السودان")),
    # Another question word for the same
    (BANK_EN, "Why?", "Why did Northern Bank announce its merger with Gulf Bank?"),
    (BANK_EN, "Where?", "Where did Northern Bank announce its merger with Gulf Bank?"),
    (GEDNEY, "When?", "When was the officer Paul Gedney born?"),
    (GEDNEY, "In what year?", "In what year was the officer Paul Gedney born?"),
    (MATCH_EN, "When did that happen?", ("When", "beat Hadaba Club in the final of the Valley Cup")),
    (MATCH_EN, "By how much?", ("By how much", "Hadaba Club")),
    (MATCH_EN, "And how did it happen?", ("How", "Hadaba Club")),
    (BANK_AR, "لماذا؟", "لماذا أعلن البنك الشمالي اندماجه مع مصرف الخليج؟"),
    (BANK_AR, "وأين؟", "أين أعلن البنك الشمالي اندماجه مع مصرف الخليج؟"),
    (MATCH_AR, "ومتى حدث ذلك؟", "متى فاز على نادي الهضبة في نهائي كأس الوادي؟"),
    (WAR_AR, "ومتى كان ذلك؟", "متى نفى ادعاءات روسيا في عام 2014؟"),
    (MATCH_AR, "كيف تم ذلك؟", "كيف فاز على نادي الهضبة في نهائي كأس الوادي؟"),
    (PARK_AR, "متى؟", ("متى", "حديقة النسيم")),
    # Another thing, place or time for the same question
    (SAID_EN, "And about Iraq?", "What did minister Karim Haddad say about Iraq?"),
    (SAID_EN, "What about Iraq?", "What did minister Karim Haddad say about Iraq?"),
    (PEOPLE_EN, "And in Egypt?", "How many people live in Egypt?"),
    (PEOPLE_EN, "What about Egypt?", "How many people live in Egypt?"),
    (PEOPLE_EN, "How about Egypt?", "How many people live in Egypt?"),
    (PEOPLE_EN, "and in 2016?", "How many people live in Sudan in 2016?"),
    (WAR_EN, "And in 2016?", "Who denied Russia's claims in 2016?"),
    (WAR_EN, "What about Ukraine's?", "Who denied Ukraine's claims in 2014?"),
    (WAR_AR, "وفي عام 2016؟", "من نفى ادعاءات روسيا في عام 2016؟"),
    (SAID_AR, "وماذا عن العراق؟", "ماذا قال الوزير كريم حداد عن العراق؟"),
    (SAID_AR, "وعن العراق؟", "ماذا قال الوزير كريم حداد عن العراق؟"),
    (PEOPLE_AR, "وماذا عن مصر؟", "كم عدد سكان مصر؟"),
    (PEOPLE_AR, "ومصر؟", "كم عدد سكان مصر؟"),
    (PEOPLE_AR, "وفي عام ٢٠١٠؟", "كم عدد سكان السودان في عام ٢٠١٠؟"),
    (METRO, "And the second line?", ("metro line in Doha", "the second line")),
    (METRO, "And in Muscat?", ("metro line in Muscat",)),
    (TALKS, "وماذا عن الممرضين؟", "متى تستأنف المفاوضات بين الحكومة والممرضين؟"),
    (TALKS, "وفي جنيف؟", "متى تستأنف المفاوضات بين الحكومة والمعلمين في جنيف؟"),
    # What names too little by itself
    (MATCH_EN, "How many were killed?", ("killed", "Hadaba Club")),
    (MATCH_EN, "And who watched the game?", ("watched the game", "Valley Cup")),
    (MATCH_EN, "What was the score?", ("score", "Valley Cup")),
    (MATCH_EN, "Who won the cup?", ("won the cup", "Hadaba Club")),
    (MATCH_AR, "ما النتيجة؟", ("النتيجة", "كأس الوادي")),
    (MATCH_AR, "ولمن ذهب لقب الهداف؟", ("لمن ذهب لقب الهداف", "كأس الوادي")),
    (MATCH_AR, "متى بدأ النهائي؟", ("بدأ النهائي", "كأس الوادي")),
    (BANK_AR, "ومن المدير الجديد؟", ("المدير الجديد", "البنك الشمالي")),
    (PARK_AR, "كم عددهم؟", ("عددهم", "حديقة النسيم")),
    (PARK_EN, "And which kinds did the workers choose?", ("Which kinds", "Nasim Park")),
    (METRO, "How long is it?", ("How long is it", "new metro line in Doha")),
    (METRO, "How much will it cost?", ("will it cost", "new metro line in Doha")),
    (TALKS, "ولماذا توقفت؟", ("لماذا توقفت", "المفاوضات بين الحكومة والمعلمين")),
    (DIRECTOR, "ماذا قال عن النقص في الأدوية؟", ("النقص في الأدوية", "المدير الجديد لمستشفى الأمل")),
    (DIRECTOR, "هل لديه خبرة؟", ("خبرة", "المدير الجديد لمستشفى الأمل")),
    # The language changes in the middle
    (GEDNEY, "ومتى تقاعد؟", ("متى تقاعد", "Paul Gedney")),
    (SAID_AR, "And what did he say about Russia?", ("he say about Russia", "كريم حداد")),
    (PARK_AR, "Why?", ("Why", "حديقة النسيم")),
    (PEOPLE_EN, "وماذا عن مصر؟", ("مصر", "people live in")),
]

STANDALONE = [
    (GEDNEY, "Who is the president of France?"),
    (GEDNEY, "When did Angela Merkel say she would resign?"),
    (GEDNEY, "What did Barack Obama write in his first book?"),
    (GEDNEY, "How long does it take to reach the moon?"),
    (GEDNEY, "Is it true that Leicester City won the league?"),
    (GEDNEY, "How many people are there in Iraq?"),
    (GEDNEY, "What happened this year in Tunis?"),
    (GEDNEY, "What is photosynthesis?"),
    (GEDNEY, "Where is Paris?"),
    (GEDNEY, "Why is the sky blue in summer?"),
    (GEDNEY, "And who is the president of France?"),
    (GEDNEY, "Who said that the war would end in 2018?"),
    (GEDNEY, "How many of those who live in Cairo own a car?"),
    (GEDNEY, "coalition in Syria"),
    (GEDNEY, "How tall is the Eiffel Tower?"),
    (BANK_EN, "Which company did Facebook buy before it went public?"),
    (BANK_AR, "من هو رئيس فرنسا؟"),
    (BANK_AR, "وما هي عاصمة اليابان؟"),
    (BANK_AR, "متى أعلن العراق انتهاء حربه على الإرهاب؟"),
    (BANK_AR, "ما المدينة التي وُلد فيها نزار قباني؟"),
    (BANK_AR, "متى أعلن ترامب حملته الانتخابية؟"),
    (BANK_AR, "كم بلغت صادرات الأردن هذا العام؟"),
    (BANK_AR, "ما هو الاقتصاد الدائري؟"),
    (BANK_AR, "هل هناك حياة على المريخ؟"),
    (BANK_AR, "كم مليون درهم كلف بناء متحف المستقبل؟"),
    (BANK_AR, "متى اتهم القضاء الفرنسي شركة النقل بالفساد؟"),
    (BANK_AR, "أين تقع مدينه وجده المغربيه؟"),
    (BANK_AR, "من أسس شركة مايكروسوفت؟"),
    (BANK_AR, "ماذا قال الأمين العام للأمم المتحدة في خطابه؟"),
    (BANK_AR, "التحالف في سورية"),
    (BANK_AR, "أي مدرسة ارتادها نزار قباني؟"),
    (BANK_AR, "كم رحلة تسيّرها شركة الطيران الأردنية كل أسبوع؟"),
    (BANK_AR, "ما الذي تخصص به مانزوني في المدرسة؟"),
    (BANK_AR, "متى ولدت بيونسيه؟"),
    (BANK_AR, "لماذا تراجع إنتاج القمح في حوران خلال السنوات الأخيرة؟"),
    (GEDNEY, "When did Napoleon crown himself emperor?"),
    (GEDNEY, "Which court gave Europeans the right to have websites delete results about them?"),
    (GEDNEY, "What does a shipyard do?"),
    (BANK_AR, "وقع زلزال في تركيا متى كان؟"),
]


@pytest.mark.parametrize(("before", "question", "wanted"), FOLLOW_UPS)
def test_a_follow_up_becomes_a_full_question(before: str, question: str, wanted: str | tuple[str, ...]) -> None:
    full = rewrite(question, [Turn(before)])
    assert full is not None, "not noticed"
    if isinstance(wanted, str):
        assert full == wanted
    else:
        assert all(part in full for part in wanted), full


@pytest.mark.parametrize(("before", "question"), STANDALONE)
def test_a_question_that_stands_for_itself_is_left_alone(before: str, question: str) -> None:
    assert rewrite(question, [Turn(before)]) is None


@pytest.mark.parametrize("question", [question for _, question, _ in FOLLOW_UPS])
def test_without_a_conversation_nothing_is_a_follow_up(question: str) -> None:
    assert rewrite(question, []) is None
