"""What a question asks for: the type of the expected answer, from its question words, in Arabic and English."""

import re
from enum import StrEnum
from functools import lru_cache

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
    "رئيس|مدير|وزير|ملك|ملكه|امير|اميره|لاعب|مدرب|شخص|شخصيه|رجل|امراه|عالم|كاتب|مخرج|ممثل|ممثله|قائد|قايد|متحدث|مسؤول|مسوول|"
    "طبيب|باحث|شاعر|مولف|سفير|نائب|نايب|محافظ|حاكم|قاض|قاضي|محام|محامي|فنان|فنانه|مطرب|مغن|رسام|نحات|مهندس|معماري|مخترع|مورخ|فيلسوف|"
    "امبراطور|خليفه|سلطان|شيخ|امام|بابا|جنرال|لواء|عميد|عقيد|ضابط|خبير|محلل|استاذ|بروفيسور|صحفي|صحافي|روائي|روايي|حارس|مهاجم|مدافع|عداء|"
    "سائق|سايق|عضو|سيناتور|مستكشف|رحاله|فيزيائي|فيزيايي|كيميائي|كيميايي|رياضي"
)
_AMOUNTS = (
    "عدد|نسبه|سعر|قيمه|تكلفه|كلفه|مساحه|طول|ارتفاع|وزن|عمر|مبلغ|حجم|سرعه|درجه|معدل|احتمال|مده|رقم|كميه|سن|مقدار|عمق|"
    "عرض|نتيجه|متوسط|اجمالي|اقصي (?:مده|عدد)|اكبر عدد|اقل عدد|ميزانيه|راتب|ارباح|خساير|ايرادات|عايدات|رسوم|غرامه|فديه|انتاج|"
    "طاقه|سعه|حصه|مسافه|راسمال|راس مال|كثافه|جرعه|ضريبه|عجز|فايض|خصم|زياده|انخفاض|نمو|تراجع"
)
_WHAT = r"\bما(?:\s+هو|\s+هي)?\s+(?:ال)?"
_IN_WHICH = r"\b(?:(?:في|ب|خلال|منذ|من|حتي|الي|علي)\s+)?(?:اي|باي|لاي)\s+"
_TIME_EN = "year|date|day|month|time|hour|century|decade|season"
_MEASURES = "many|much|long|old|far|tall|big|large|high|fast|often|deep|wide|heavy|hot|cold"
_QUANTITIES = (
    "number|percentages?|percent|prices?|costs?|amount|age|population|area|value|height|length|weight|size|budget|rate|score|distance|"
    "temperature|speed|proportion|share|depth|level|ransom|salary|wage|revenues?|income|turnover|capacity|duration|density|magnitude|"
    "ratio|deficit|surplus|width|volume"
)
_ALSO_VERBS = (
    "discount|fine|fees?|profits?|increase|decrease|rise|drop|decline|growth|output|production|harvest|total|sum|dose|loss(?:es)?|"
    "debts?|tax|rent"
)
_KINDS_OF_AMOUNT = "total|average|annual|monthly|daily|maximum|minimum|estimated|current|overall|expected|combined"
_PLACES_EN = (
    "cit(?:y|ies)|countr(?:y|ies)|places?|regions?|towns?|states?|provinces?|villages?|continents?|islands?|locations?|capitals?|"
    "districts?|streets?|areas?|venues?|governorates?|neighbou?rhoods?|valley|river|lake|sea|mountains?"
)
_PEOPLE_EN = (
    "person|people|man|woman|player|president|minister|director|author|actor|actress|scientist|king|queen|prince|princess|emperor|sultan|"
    "caliph|pope|officer|general|commander|coach|manager|spokesman|spokeswoman|singer|composer|poet|writer|novelist|journalist|lawyer|judge|"
    "doctor|artist|painter|sculptor|architect|engineer|inventor|captain|ambassador|envoy|governor|mayor|senator|scholar|researcher|"
    "professor|expert|economist|analyst|chairman|leader|astronaut|striker|goalkeeper|midfielder|defender|referee|driver|athlete|"
    "swimmer|philosopher|physicist|chemist|mathematician|biologist|naturalist|historian|explorer"
)
_AUXILIARY = "did|does|do|is|was|were|are|will|has|have|had|can|could|would|should|must|may|might|exactly"

# Of those that match the folded question the one that begins first decides, of several there the first of these.
_PATTERNS: tuple[tuple[Asks, tuple[str, ...]], ...] = (
    (Asks.PERSON, (r"^who(?:m|se)?\b", r"^[وف]?من\s+(?:هو|هي|هم|الذي|التي|الذين)\b")),
    (
        Asks.REASON,
        (
            r"\b[وف]?(?:لماذا|لمه|ليش|لاي سبب|لاي غرض|بسبب ماذا)\b",
            _WHAT + r"(?:سبب|اسباب|هدف|غرض|دافع|دوافع)\b",
            r"\bwhy\b|\bhow come\b|\bwhat caused\b|\bfor what (?:reason|purpose)\b",
            r"\bwhat (?:was|is|were|are) the (?:reason|purpose|cause|aim|motive)",
        ),
    ),
    (
        Asks.DATE,
        (
            r"\b[وف]?(?:(?:من|حتي|الي)\s+)?متي\b",
            rf"(?:{_IN_WHICH}|{_WHAT}|\bفي ما\s+)(?:{_TIME})\b",
            rf"\bwhen (?:{_AUXILIARY})\b|^(?:exactly )?when (?:and|or|in|on|according)\b|^when,|\bhow (?:recently|long ago)\b",
            rf"\b(?:what|which) (?:(?:is|was) the )?(?:\w+ )?(?:{_TIME_EN})\b",
        ),
    ),
    (
        Asks.NUMBER,
        (
            r"\b(?:من\s+)?[وفبل]?كم\b",
            rf"(?:{_IN_WHICH}|{_WHAT})(?:{_AMOUNTS})\b",
            rf"\bhow (?:{_MEASURES})\b",
            rf"\bwhat (?:(?:is|was|were|are) )?(?:the )?(?:(?:{_KINDS_OF_AMOUNT}) )*(?:{_QUANTITIES})\b",
            rf"\bwhat (?:(?:is|was|were|are) the )?(?:(?:{_KINDS_OF_AMOUNT}) )*(?:{_ALSO_VERBS})\b",
            rf"\bwhat (?:is|was|were|are) the \w+ (?:{_QUANTITIES}|{_ALSO_VERBS})\b",
        ),
    ),
    (
        Asks.PLACE,
        (
            r"\b[وف]?(?:من\s+|الي\s+)?اين\b",
            rf"(?:{_IN_WHICH}|{_WHAT})(?:{_PLACES})\b",
            rf"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:{_PLACES_EN})\b",
            rf"\b(?:what|which) (?:is|was|are|were) the (?:\w+ )?(?:{_PLACES_EN}) (?:where|in which)\b",
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
            r"^[وف]?(?:من|لمن|مع من|بمن|ممن|عمن)\b(?!\s+(?:اي\b|سن\s+كم\b))",
            r"\bمن\s+(?:هو|هي|هم|الذي|التي|الذين)\b|\bعلي يد من\b",
            rf"\b(?:اي|ما اسم|ما هو اسم)\s+(?:{_PEOPLE})\b",
            rf"\bwho(?:m|se)?\b|\b(?:what|which) (?:(?!(?:{_AUXILIARY}) )\w+ )?(?:{_PEOPLE_EN})\b(?!')",
        ),
    ),
    (Asks.THING, (r"\b(?:what|which)\b", r"^[وف]?ما\b|\b[وف]?(?:ماذا|بماذا|اي|باي|لاي)\b")),
)
_LEFT = re.compile(r"\bwhen\b")  # asks only where nothing else does: it begins more clauses than questions
_TYPES = tuple((kind, re.compile("|".join(patterns))) for kind, patterns in _PATTERNS)


@lru_cache(maxsize=1024)
def asks_for(question: str) -> Asks:
    """The type of answer that `question` expects; `Asks.THING` where no question word decides.

    >>> asks_for("متى أعلن العراق انتهاء الحرب؟"), asks_for("How many palm trees are there?")
    (<Asks.DATE: 'date'>, <Asks.NUMBER: 'number'>)
    """
    folded = fold(question).strip(" -\"'")
    found = [(match.start(), order) for order, (_, pattern) in enumerate(_TYPES) if (match := pattern.search(folded))]
    if found:
        return _TYPES[min(found)[1]][0]
    return Asks.DATE if _LEFT.search(folded) else Asks.THING
