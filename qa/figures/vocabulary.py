"""The words of numbers and units in both languages, folded, with what they are worth."""

from fractions import Fraction

from index.language import fold

_AR_TENS = "عشر ثلاث اربع خمس ست سبع ثمان تسع".split()  # with ون and ين: 20 to 90
_EN_TENS = "twent thirt fort fift sixt sevent eight ninet".split()


def _worth(table: dict[int, str]) -> dict[str, int]:
    return {word: value for value, words in table.items() for word in fold(words).split()}


SMALL = _worth(
    {
        0: "zero nil صفر",
        1: "one first واحد واحده احد احدي حادي حاديه اول اولي",
        2: "two second اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي ثان ثاني ثانيه",
        3: "three third ثلاث ثلاثه ثالث ثالثه",
        4: "four fourth اربع اربعه رابع رابعه",
        5: "five fifth خمس خمسه خامس خامسه",
        6: "six sixth ست سته سادس سادسه",
        7: "seven seventh سبع سبعه سابع سابعه",
        8: "eight eighth ثمان ثماني ثمانيه ثامن ثامنه",
        9: "nine ninth تسع تسعه تاسع تاسعه",
        10: "ten tenth عشر عشره عاشر عاشره",
        11: "eleven eleventh",
        12: "twelve twelfth dozen دزينه",
        13: "thirteen thirteenth",
        14: "fourteen fourteenth",
        15: "fifteen fifteenth",
        16: "sixteen sixteenth",
        17: "seventeen seventeenth",
        18: "eighteen eighteenth",
        19: "nineteen nineteenth",
    }
)
"""Words below a hundred, cardinal and ordinal."""
for _tens, (_ar, _en) in enumerate(zip(_AR_TENS, _EN_TENS, strict=True), start=2):
    SMALL |= dict.fromkeys((f"{_ar}ون", f"{_ar}ين", f"{_en}y", f"{_en}ieth"), 10 * _tens)

HUNDRED = frozenset(fold("مئة مائة hundred hundredth").split())
FUSED = _worth({100 * digit: f"{stem}مئة {stem}مائة" for digit, stem in enumerate(_AR_TENS[1:], start=3)}) | _worth(
    {200: "مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي", 800: "ثمانيمئة ثمانيمائة"}
)
"""Hundreds in one word."""

SCALES = _worth(
    {
        10**3: "الف الفا الاف thousand thousandth",
        10**6: "مليون مليونا ملايين million mln",
        10**9: "مليار مليارا مليارات بليون بليونا بلايين billion bn",
        10**12: "تريليون تريليونا تريليونات ترليون ترليونا trillion tn",
    }
)
"""Words that multiply the number before them."""
DUAL_SCALES = _worth({2000: "الفان الفين الفي", 2 * 10**6: "مليونان مليونين مليوني", 2 * 10**9: "ملياران مليارين ملياري"})
DUAL_OR_ONE = frozenset(("الفا", "مليونا", "مليارا", "تريليونا"))
"""«ألفا» is one thousand in the accusative and two thousand before a noun."""
LOOSE = _worth(
    {
        10: "tens dozens عشرات",
        100: "hundreds مئات",
        10**3: "thousands الاف الوف",
        10**6: "millions ملايين",
        10**9: "billions مليارات بلايين",
    }
)
"""Magnitudes without a number: «عشرات», thousands."""

FRACTIONS = {
    **dict.fromkeys("half halves نصف".split(), Fraction(1, 2)),
    **dict.fromkeys("thirds ثلث".split(), Fraction(1, 3)),
    **dict.fromkeys("ثلثا ثلثي ثلثان ثلثين".split(), Fraction(2, 3)),
    **dict.fromkeys("quarter quarters ربع ارباع".split(), Fraction(1, 4)),
    **dict.fromkeys("fifths اخماس".split(), Fraction(1, 5)),
}
TIMES = _worth(
    {2: "twice double doubled doubling both couple pair ضعف ضعفي ضعفين كلا كلتا كلاهما زوج", 3: "thrice triple tripled"}
)
"""Words that say a number by the way: looked for in quotes, never asked for."""

DECADES = {
    word: 10 * tens
    for tens, (arabic, english) in enumerate(zip(_AR_TENS, _EN_TENS, strict=True), start=2)
    for word in (f"{english}ies", f"{arabic}ينيات", f"{arabic}ينات")
}
"""«التسعينيات», nineties."""

UNITS = {
    word: unit
    for unit, words in {
        "percent": "% percent percentage بالمئة بالمائة",
        "dollar": "$ dollar dollars دولار دولارا دولارات دولاران دولارين",
        "pound": "£ pound pounds جنيه جنيها جنيهات استرليني باوند رطل رطلا ارطال",
        "euro": "€ euro euros يورو",
        "yen": "¥ yen ين",
        "dinar": "dinar dinars دينار دينارا دنانير ديناران دينارين",
        "dirham": "dirham dirhams درهم درهما دراهم درهمان درهمين",
        "riyal": "riyal riyals rial rials ريال ريالا ريالات ريالان ريالين",
        "lira": "lira liras ليره ليرات ليرتان ليرتين",
        "rupee": "rupee rupees روبيه روبيات",
        "rouble": "rouble roubles ruble rubles روبل روبلا",
        "yuan": "yuan renminbi يوان يوانا",
        "year": "year years عام عاما اعوام سنه سنوات سنين عامان عامين عامي سنتان سنتين سنوي سنويه annual annually yearly",
        "month": "month months شهر شهرا اشهر شهور شهران شهرين شهري شهريا monthly",
        "week": "week weeks اسبوع اسبوعا اسابيع اسبوعان اسبوعين اسبوعي اسبوعيا weekly",
        "day": "day days يوم يوما ايام يومان يومين يومي يوميا daily",
        "hour": "hour hours ساعه ساعات ساعتان ساعتين hourly",
        "minute": "minute minutes دقيقة دقائق دقيقتان دقيقتين",
        "second": "seconds ثوان ثواني ثانيتان ثانيتين",
        "kilometre": "km kilometre kilometres kilometer kilometers كيلومتر كيلومترا كيلومترات كلم كم كيلو",
        "metre": "metre metres meter meters متر مترا امتار متران مترين",
        "mile": "mile miles ميل ميلا اميال ميلان ميلين",
        "foot": "foot feet قدم قدما اقدام قدمان قدمين",
        "inch": "inch inches بوصه بوصات انش",
        "kilogram": "kg kilogram kilograms kilo kilos كيلوغرام كيلوغراما كيلوغرامات كيلوجرام كجم كغ كغم كيلو",
        "tonne": "tonne tonnes ton tons طن طنا اطنان طنان طنين",
        "barrel": "barrel barrels برميل برميلا براميل",
        "hectare": "hectare hectares هكتار هكتارا هكتارات",
    }.items()
    for word in fold(words).split()
}
"""Units that a wrong one would change the meaning of."""
DUALS = frozenset(
    "عامان عامين عامي سنتان سنتين شهران شهرين اسبوعان اسبوعين يومان يومين ساعتان ساعتين دقيقتان دقيقتين مرتان مرتين "
    "ميلان ميلين متران مترين قدمان قدمين دولاران دولارين ديناران دينارين درهمان درهمين "
    "ريالان ريالين ليرتان ليرتين ثانيتان ثانيتين".split()
)
"""Words that say two of their unit."""
