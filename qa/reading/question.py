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
    NAME = "name"
    THING = "thing"


_TIME = "يوم|تاريخ|عام|سنه|شهر|وقت|موعد|ساعه|قرن|عقد|ليله"
_PLACES = "مدينه|دوله|بلد|بلده|مكان|منطقه|محافظه|قريه|قاره|عاصمه|موقع|حي|شارع|جزيره|ولايه|اقليم|مقر"
_PEOPLE = (
    "رئيس|مدير|وزير|ملك|امير|لاعب|مدرب|شخص|رجل|امراه|عالم|كاتب|مخرج|ممثل|قائد|متحدث|مسؤول|مسوول|طبيب|باحث|شاعر|مولف|سفير|نائب"
)
_AMOUNTS = (
    "عدد|نسبه|سعر|قيمه|تكلفه|كلفه|مساحه|طول|ارتفاع|وزن|عمر|مبلغ|حجم|سرعه|درجه|معدل|احتمال|مده|رقم|كميه|سن|مقدار|عمق|"
    "عرض|نتيجه|اقصي مده|"
    "اقصي عدد|اكبر عدد|اقل عدد|متوسط|اجمالي"
)
_WHAT = r"\bما(?:\s+هو|\s+هي)?\s+"
_IN_WHICH = r"\b(?:(?:في|ب|خلال|منذ|من|حتي|الي|علي)\s+)?(?:اي|باي|لاي)\s+"
_MEASURES = "many|much|long|old|far|tall|big|large|high|fast|often|deep|wide|heavy|hot|cold"
_QUANTITIES = (
    "number|percentage|percent|price|cost|amount|age|population|area|value|height|length|weight|size|budget|rate|score|distance|"
    "temperature|speed|proportion|share"
)
_KINDS_OF_AMOUNT = "total|average|annual|maximum|minimum|estimated|current"
_PLACES_EN = (
    "city|country|place|region|town|state|province|village|continent|island|location|capital|district|street|area|venue"
)
_PEOPLE_EN = "person|man|woman|player|president|minister|director|author|actor|scientist|king|officer|coach|spokesman|singer"

# Tried in order on the folded question; the first that matches decides.
_PATTERNS: tuple[tuple[Asks, tuple[str, ...]], ...] = (
    (Asks.PERSON, (r"^who(?:m|se)?\b", r"^[وف]?من\s+(?:هو|هي|هم|الذي|التي|الذين)\b")),
    (
        Asks.REASON,
        (
            r"\b[وف]?(?:لماذا|لمه|ليش|لاي سبب|لاي غرض|بسبب ماذا)\b",
            _WHAT + r"(?:ال)?(?:سبب|اسباب|هدف|غرض|دافع|دوافع)\b",
            r"\bwhy\b|\bhow come\b|\bwhat caused\b|\bfor what (?:reason|purpose)\b",
            r"\bwhat (?:was|is|were|are) the (?:reason|purpose|cause|aim|motive)",
        ),
    ),
    (
        Asks.DATE,
        (
            r"\b[وف]?متي\b",
            rf"(?:{_IN_WHICH}|{_WHAT}|\bفي ما\s+)(?:{_TIME})\b",
            r"\bwhen\b|\bhow (?:recently|long ago)\b",
            r"\b(?:what|which) (?:year|date|day|month|time|century|decade|season)\b",
        ),
    ),
    (
        Asks.NUMBER,
        (
            r"\b[وفبل]?كم\b",
            rf"(?:{_IN_WHICH}|{_WHAT})(?:{_AMOUNTS})\b",
            rf"\bhow (?:{_MEASURES})\b",
            rf"\bwhat (?:(?:is|was|were|are) )?(?:the )?(?:(?:{_KINDS_OF_AMOUNT}) )*(?:{_QUANTITIES})\b",
        ),
    ),
    (
        Asks.PLACE,
        (
            r"\b[وف]?اين\b",
            rf"(?:{_IN_WHICH}|{_WHAT})(?:ال)?(?:{_PLACES})\b",
            rf"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:{_PLACES_EN})\b",
        ),
    ),
    (
        Asks.NAME,
        (
            rf"\b(?:ما|ماذا|باي|اي)(?:\s+(?:هو|هي|كان))?\s+(?:اسم|عنوان|لقب|شعار)\b(?!\s+(?:{_PEOPLE})\b)",
            r"\b(?:ماذا|بماذا|بم|كيف)\s+(?:يسمي|تسمي|سمي|سميت|يعرف|تعرف|يدعي|تدعي|يلقب|تلقب|اطلق)\b",
            r"\bwhat (?:is|was|were|are) the (?:\w+ )?(?:name|title|nickname|slogan)\b|\bwhat (?:name|title|nickname)\b",
            r"\bwhat (?:is|was|were|are) .+ (?:called|named|known as|titled)\b",
        ),
    ),
    (
        Asks.PERSON,
        (
            r"^[وف]?(?:من|لمن|مع من|بمن|ممن|عمن)\b",
            r"\bمن\s+(?:هو|هي|هم|الذي|التي|الذين)\b|\bعلي يد من\b",
            rf"\b(?:اي|ما اسم|ما هو اسم)\s+(?:{_PEOPLE})\b",
            rf"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ )?(?:{_PEOPLE_EN})\b",
        ),
    ),
)
_TYPES = tuple((kind, re.compile("|".join(patterns))) for kind, patterns in _PATTERNS)


def asks_for(question: str) -> Asks:
    """The type of answer that `question` expects; `Asks.THING` where no question word decides.

    >>> asks_for("متى أعلن العراق انتهاء الحرب؟"), asks_for("How many palm trees are there?")
    (<Asks.DATE: 'date'>, <Asks.NUMBER: 'number'>)
    """
    folded = fold(question).strip(" -\"'")
    return next((kind for kind, pattern in _TYPES if pattern.search(folded)), Asks.THING)
