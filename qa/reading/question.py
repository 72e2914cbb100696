"""What a question asks for: the type of the expected answer, from its question words, in Arabic and English."""

import re
from enum import StrEnum

from index.language import fold


class Asks(StrEnum):
    """The type of answer a question expects."""

    PERSON = "person"
    DATE = "date"
    NUMBER = "number"
    PLACE = "place"
    REASON = "reason"
    THING = "thing"


_TIME = r"يوم|تاريخ|عام|سنه|شهر|وقت|موعد|ساعه|قرن|عقد|ليله"
_PLACES = r"مدينه|دوله|بلد|بلده|مكان|منطقه|محافظه|قريه|قاره|عاصمه|موقع|حي|شارع|جزيره|ولايه|اقليم|مقر"
_PEOPLE = (
    r"رئيس|مدير|وزير|ملك|امير|لاعب|مدرب|شخص|رجل|امراه|عالم|كاتب|مخرج|ممثل|قائد|متحدث|مسؤول|مسوول|طبيب|باحث|شاعر|مولف|سفير|نائب"
)
_AMOUNTS = (
    r"عدد|نسبه|سعر|قيمه|تكلفه|كلفه|مساحه|طول|ارتفاع|وزن|عمر|مبلغ|حجم|سرعه|درجه|معدل|احتمال|مده|رقم|كميه|سن|مقدار|عمق|عرض|نتيجه"
)
# Tried in order on the folded question; the first that matches decides.
_ARABIC = (
    (
        Asks.REASON,
        r"\b(?:و|ف)?(?:لماذا|لم يعد|لمه|ليش|لاي سبب|لاي غرض)\b|\bما(?:\s+هو|\s+هي)?\s+(?:ال)?(?:سبب|اسباب|هدف|غرض|دافع|دوافع)\b|\bبسبب ماذا\b",
    ),
    (
        Asks.DATE,
        rf"\b(?:و|ف)?(?:متي|منذ متي|حتي متي)\b|\b(?:في|ب|خلال|منذ|من|حتي|الي)?\s*(?:اي|باي|لاي)\s+(?:{_TIME})\b|\bما(?:\s+هو|\s+هي)?\s+(?:{_TIME})\b|\bفي ما\s+(?:{_TIME})\b",
    ),
    (
        Asks.NUMBER,
        rf"\b(?:و|ف|ب|ل)?كم\b|\bما(?:\s+هو|\s+هي)?\s+(?:{_AMOUNTS}|اقصي عدد|اكبر عدد|اقل عدد|متوسط|اجمالي)\b|\bكم يبلغ\b|\bباي\s+(?:{_AMOUNTS})\b",
    ),
    (
        Asks.PLACE,
        rf"\b(?:و|ف)?(?:اين|من اين|الي اين)\b|\b(?:في|الي|من|ب|علي)?\s*(?:اي|باي|لاي)\s+(?:{_PLACES})\b|\bما(?:\s+هي|\s+هو)?\s+(?:ال)?(?:{_PLACES})\b",
    ),
    (
        Asks.PERSON,
        rf"^(?:و|ف)?(?:من|لمن|مع من|بمن|ممن|عمن)\b(?!\s+(?:اي|اين|متي))|\bمن\s+(?:هو|هي|هم|الذي|التي|الذين)\b|\b(?:اي|ما اسم|ما هو اسم)\s+(?:{_PEOPLE})\b|\bعلي يد من\b",
    ),
)
_ENGLISH = (
    (
        Asks.REASON,
        r"\bwhy\b|\bwhat (?:was|is|were|are) the (?:reason|purpose|cause|aim|motive)|\bfor what (?:reason|purpose)\b|\bwhat caused\b|\bhow come\b",
    ),
    (
        Asks.DATE,
        r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|century|decade|season)\b|\bhow (?:recently|long ago)\b",
    ),
    (
        Asks.NUMBER,
        r"\bhow (?:many|much|long|old|far|tall|big|large|high|fast|often|deep|wide|heavy|hot|cold)\b|\bwhat (?:is|was|were|are|percentage|percent|proportion|share|number|price|amount|age|annual|total|average|record|maximum|minimum)?\s*(?:the\s+)?(?:total |average |annual |maximum |minimum |estimated |current )*(?:number|percentage|percent|price|cost|amount|age|population|area|value|height|length|weight|size|budget|rate|score|distance|temperature|speed|proportion|share)\b",
    ),
    (
        Asks.PLACE,
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|country|place|region|town|state|province|village|continent|island|location|capital|district|street|area|venue)\b",
    ),
    (
        Asks.PERSON,
        r"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ )?(?:person|man|woman|player|president|minister|director|author|actor|scientist|king|officer|coach|spokesman|spokesperson|singer)\b",
    ),
)
_TYPES = tuple((kind, re.compile(pattern)) for kind, pattern in _ARABIC + _ENGLISH)


def asks_for(question: str) -> Asks:
    """The type of answer that `question` expects; `Asks.THING` where no question word decides.

    >>> asks_for("متى أعلن العراق انتهاء الحرب؟"), asks_for("How many palm trees are there?")
    (<Asks.DATE: 'date'>, <Asks.NUMBER: 'number'>)
    """
    folded = fold(question).strip(" -\"'")
    return next((kind for kind, pattern in _TYPES if pattern.search(folded)), Asks.THING)
