"""Words that show what kind of answer a sentence can give, on folded text, in Arabic and English."""

import re

from index.dates import calendar_names
from qa.reading.question import Asks

AR_NUMBERS = (
    "واحد|واحده|اثنان|اثنين|اثنتين|ثلاث|ثلاثه|اربع|اربعه|خمس|خمسه|ست|سته|سبع|سبعه|ثماني|ثمانيه|ثمان|تسع|تسعه|عشر|عشره|عشرون|عشرين|"
    "ثلاثون|ثلاثين|اربعون|اربعين|خمسون|خمسين|ستون|ستين|سبعون|سبعين|ثمانون|ثمانين|تسعون|تسعين|مئه|مائه|مئتان|مئتين|مئات|الف|الفا|الفين|"
    "الاف|مليون|مليونا|مليوني|ملايين|مليار|مليارا|مليارات|نصف|ثلث|ربع|عشرات|يومين|شهرين|عامين|سنتين|ساعتين|مرتين"
)
EN_NUMBERS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|half|third|quarter|dozen|twice"
)
PEOPLE = (
    "الدكتور|الدكتوره|د|المهندس|المهندسه|الشيخ|الامير|الاميره|الملك|السيد|السيده|الرئيس|رئيس|رئيسه|مدير|مديره|وزير|وزيره|الوزير|"
    "اللواء|العميد|العقيد|الجنرال|الاستاذ|البروفيسور|البروفسور|المدرب|اللاعب|النائب|القاضي|الكاتب|الشاعر|الفنان|الفنانه|المخرج|"
    "امين|نائب|قائد|متحدث|المتحدث|ابن|بن|بنت|ال|عبد|عبدالله|محمد|احمد|علي"
)
SPEECH = (
    "قال|قالت|وقال|وقالت|اكد|واكد|اكدت|اضاف|واضاف|اوضح|واوضح|اوضحت|ذكر|وذكر|صرح|وصرح|اعلن|واعلن|اشار|واشار|بين|وبين|كشف|وكشف"
)
PLACES = (
    "مدينه|محافظه|دوله|منطقه|العاصمه|عاصمه|بلده|قريه|ولايه|اقليم|جزيره|شارع|حي|مطار|ميناء|مستشفي|جامعه|ملعب|مركز|جنوب|شمال|شرق|غرب|"
    "جنوبي|شمالي|شرقي|غربي|بمدينه|بمحافظه|بمنطقه"
)
_AR_REASONS = (
    "لان|لانه|لانها|لانهم|بسبب|نتيجه|بهدف|من اجل|لاجل|جراء|اثر|نظرا|بغرض|بغيه|سعيا|حتي لا|كي|لكي|مما|حيث|اذ|تجنبا|حفاظا|خوفا|"
    "احتجاجا|بدعوي|بحجه|يعود|وذلك|سبب|الهدف"
)
_EN_REASONS = (
    "because|since|due to|owing to|as a result|in order to|so that|so as to|caused|reason|therefore|to avoid|for fear|aimed at|"
    "thanks to"
)


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


_YEAR = r"1[0-9]{3}|20[0-9]{2}"
_NEAR = "امس|اليوم|غدا|الماضي|المقبل|yesterday|today|last (?:week|month|year)"
_DATE = _any(calendar_names(), r"(?:عام|سنه|العام|عامي)\s+\d{2,4}", _YEAR, _NEAR)
_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|%|\b(?:[وبل])?(?:ال)?(?:{AR_NUMBERS})\b|\b(?:{EN_NUMBERS})\b|\bفي الم(?:ا)?ئه\b")
_PERSON_AR = _any(PEOPLE, SPEECH)
_PERSON_EN = re.compile(
    r"\b(?:[A-Z][\w'-]+ (?:[A-Z]\. )?){1,3}[A-Z][\w'-]+|\b(?:Mr|Mrs|Ms|Dr|President|Prince|King|Queen|Sir|Saint)\b"
)
_PLACE = re.compile(rf"\b[وبل]?(?:{PLACES})\b|\b(?:في|الي|من)\s+\w{{3,}}|\b(?:in|at|to|from|near)\s+(?:the\s+)?[a-z]+")
_REASON = re.compile(rf"\b[وف]?(?:{_AR_REASONS})\b|\b(?:{_EN_REASONS})\b")
_CALLED = "اسم|باسم|يسمي|تسمي|يعرف|تعرف|المعروف|المعروفه|بعنوان|عنوان|يدعي|لقب"
_NAME = re.compile(rf"[\"(]\s*\w|\b(?:{_CALLED})\b|\b(?:called|named|known as|titled|name)\b")


def offers(asks: Asks, text: str, folded: str, asked: str) -> bool:
    """Whether a sentence (`text`, and its folding) has words of the asked kind that the folded question has not.

    `Asks.THING` is offered by every sentence.
    """
    if asks is Asks.DATE:
        return _has_new(_DATE, folded, asked)
    if asks is Asks.NUMBER:
        return _has_new(_NUMBER, folded, asked)
    if asks is Asks.PERSON:
        return _PERSON_AR.search(folded) is not None or _PERSON_EN.search(text) is not None
    if asks is Asks.PLACE:
        return _has_new(_PLACE, folded, asked)
    if asks is Asks.REASON:
        return _REASON.search(folded) is not None
    if asks is Asks.NAME:
        return _NAME.search(folded) is not None
    return True


def _has_new(pattern: re.Pattern[str], folded: str, asked: str) -> bool:
    return any(match.group() not in asked for match in pattern.finditer(folded))
