"""Lines a site puts around an article, in Arabic and English, told by what the line says alone.

No rule names a site. A line that reads like prose is never furniture, whatever it begins with.
"""

import re

from index.language import fold

_BLANKS = re.compile(r"\s+")
_EDGES = " \t|/\\*•·-_=~<>»«›‹[](){}.,:;!?\"'…"


def key(line: str) -> str:
    """What two lines have in common when they say the same: folded, without blanks and punctuation at the edges."""
    return _BLANKS.sub(" ", fold(line)).strip(_EDGES)


def words(line: str) -> int:
    """How many words `line` has, where a word has a letter or a digit."""
    return sum(1 for word in line.split() if word[0].isalnum() or any(map(str.isalnum, word)))


_SENTENCE_END = re.compile(r"[.!?؟…][\"'»”’)\]]*$")
_FULL_STOP = re.compile(r"\.[\"'»”’)\]]*$")
_TWO_SENTENCES = re.compile(r"[^\W\d_]{3,}[.؟?!]\s+[^\W\d_]")


def ends_sentence(line: str) -> bool:
    """Whether `line` ends as a sentence does."""
    return _SENTENCE_END.search(line.rstrip()) is not None


def is_prose(line: str) -> bool:
    """Whether `line` reads like a sentence or paragraph: closed by a full stop, or longer than any headline or label."""
    count = words(line)
    return count > 25 or (count >= 5 and _FULL_STOP.search(line.rstrip()) is not None)


def keys(*phrases: str) -> frozenset[str]:
    """The keys of phrases separated by `|`."""
    return frozenset(key(phrase) for group in phrases for phrase in group.split("|"))


# Furniture when the whole line says it.
_WHOLE = keys(
    "accessibility links|accessibility|skip navigation|breadcrumb|breadcrumbs|you are here|table of contents",
    "cookie settings|cookie policy|privacy policy|terms of use|terms of service|terms and conditions",
    "all rights reserved|advertisement|ads|ad|advertising|sponsored|sponsored content|back to top|top of page",
    "read more|continue reading|more|load more|show more|see more|view more|view all|see all|comments|no comments",
    "leave a comment|leave a reply|add a comment|post a comment|most read|most popular|most viewed|trending",
    "trending now|top stories|latest news|editors' picks|don't miss|home|home page|menu|main menu|search|close|login",
    "log in|sign in|sign up|register|subscribe|subscribe now|newsletter|newsletters|sign up for our newsletter",
    "subscribe to our newsletter|follow us|contact us|about us|next|previous|prev|next article|previous article",
    "next page|previous page|listen|listen to this article|font size|text size|copy link|link copied|embed",
    "direct link|view comments|related articles|related stories|related topics|related news|related content",
    "related posts|you may also like|recommended|recommended for you|more on this story|more from this section",
    "more stories|see also|read also|also read|read next|tags|topics|روابط الوصول|روابط سهولة الوصول|إمكانية الوصول",
    "تخطي إلى المحتوى|تخطى إلى المحتوى|تجاوز إلى المحتوى|انتقل إلى المحتوى|الانتقال إلى المحتوى",
    "انتقل إلى المحتوى الرئيسي|الانتقال إلى المحتوى الرئيسي|تخطي إلى المحتوى الرئيسي|تجاوز إلى المحتوى الرئيسي",
    "سياسة الخصوصية|شروط الاستخدام|الشروط والأحكام|سياسة ملفات تعريف الارتباط|جميع الحقوق محفوظة|كل الحقوق محفوظة",
    "حقوق النشر محفوظة|إعلان|إعلانات|مساحة إعلانية|محتوى ممول|العودة إلى الأعلى|عودة إلى الأعلى|إلى الأعلى",
    "اقرأ المزيد|إقرأ المزيد|المزيد|عرض المزيد|تحميل المزيد|شاهد المزيد|مزيد من التفاصيل|التعليقات|تعليقات",
    "لا توجد تعليقات|أضف تعليق|أضف تعليقا|أضف تعليقك|اترك تعليقا|اترك ردا|اكتب تعليقا|شارك برأيك|الأكثر قراءة",
    "الأكثر مشاهدة|الأكثر تداولا|الأكثر شعبية|الأكثر تفاعلا|أهم الأخبار|آخر الأخبار|أحدث الأخبار|الرئيسية",
    "الصفحة الرئيسية|القائمة|القائمة الرئيسية|بحث|ابحث|إغلاق|تسجيل الدخول|سجل الدخول|تسجيل|إنشاء حساب|اشترك",
    "اشترك الآن|النشرة البريدية|اشترك في النشرة البريدية|اشترك في نشرتنا البريدية|اشترك في قناتنا|تابعنا|تابعونا",
    "اتصل بنا|من نحن|التالي|السابق|الخبر التالي|الخبر السابق|المقال التالي|المقال السابق|الموضوع التالي",
    "الموضوع السابق|استمع|استمع إلى المقال|حجم الخط|نسخ الرابط|تم نسخ الرابط|رابط مختصر|موضوعات ذات صلة",
    "مواضيع ذات صلة|مواضيع متعلقة|مواضيع مشابهة|موضوعات متعلقة|أخبار ذات صلة|اخبار متعلقة|مقالات ذات صلة",
    "مقالات متعلقة|روابط ذات صلة|ذات صلة|قد يهمك|قد يهمك أيضا|قد يعجبك أيضا|ربما يعجبك|اخترنا لك|اخترنا لكم|اقرأ أيضا",
    "شاهد أيضا|طالع أيضا|انظر أيضا|تابع أيضا|اقرأ كذلك|المزيد من الأخبار|الوسوم|وسوم|الكلمات المفتاحية|كلمات مفتاحية",
    "كلمات دلالية|الكلمات الدلالية|انتهى|انتهى الخبر",
)

# A line made of these alone is a bar of buttons, if one of the first group is among them or two of the second.
_BUTTONS = keys(
    "share|print|email|e-mail|tweet|pin|next|previous|prev|follow|subscribe|comment|like|save|copy|embed|menu|search",
    "login|home|rss|شارك|شاركها|شاركه|شاركنا|مشاركة|المشاركة|انشر|طباعة|اطبع|إطبع|أرسل|غرد|تغريدة|تابعنا|تابعونا",
    "اشترك|نسخ|حفظ|التالي|السابق|تعليق|الرئيسية|القائمة|بحث|إيميل",
)
_PLATFORMS = keys(
    "facebook|twitter|x|whatsapp|telegram|linkedin|pinterest|instagram|youtube|reddit|messenger|viber|tiktok|snapchat",
    "google|threads|فيسبوك|الفيسبوك|فيس|بوك|تويتر|واتساب|الواتساب|واتس|اب|تيليجرام|تلغرام|تليجرام|تيليغرام|لينكدإن",
    "لينكد|إن|بنترست|انستغرام|انستجرام|إنستغرام|يوتيوب|سناب|سنابشات|شات|تيك|توك|ماسنجر|جوجل|غوغل|إكس",
)
_FILLERS = keys(
    "this|article|story|page|post|news|on|via|by|to|us|the|our|a|link|button|buttons|options|with|friends|now|version",
    "friend|plus|على|عبر|في|هذا|هذه|المقال|المقالة|الخبر|الموضوع|الصفحة|القصة|الرابط|رابط|مع|أصدقائك|إلى|صديق|بالبريد",
    "البريد|الإلكتروني|بلس|نسخة|للطباعة|الآن|منصة|موقع|قناتنا|صفحتنا|حسابنا",
)
_OPENING = re.compile(
    r"(?:skip|jump|go) to (?:the )?(?:main |primary )?(?:content|navigation|search|menu|footer|main)\b"
    r"|(?:we|this (?:web)?site|our (?:web)?site) uses? cookies\b|(?:accept|reject|manage)(?: all)? cookies\b"
    r"|by continuing to (?:use|browse)\b|©|\(c\) ?\d{4}|copyright\b.*\d{4}|all rights reserved"
    r"|\d+ (?:comments?|shares?|views?|min(?:ute)?s? read)$"
    r"|(?:follow|find|join) us (?:on|at)\b|subscribe to (?:our|the)\b|sign up (?:for|to)\b|download (?:our|the) app\b"
    r"|نستخدم ملفات|يستخدم (?:هذا )?الموقع ملفات|جميع الحقوق محفوظه|حقوق (?:النشر|الطبع)"
    r"|تابعون?ا علي\b|تابع(?:وا)? (?:صفحتنا|حسابنا|قناتنا)|اشترك(?:وا)? في (?:قناتنا|النشره|نشرتنا|خدمه)"
    r"|حمل(?:وا)? (?:تطبيق|التطبيق)|انضم(?:وا)? الي (?:قناتنا|قناه|مجموعه)"
    r"|عدد (?:المشاهدات|القراءات|التعليقات)\b|\d+ (?:تعليق(?:ات)?|مشاهده|مشاهدات|مشاركه|قراءه)$"
)
_NO_MEDIA = re.compile(r"no media source currently available|the code has been copied|هذا المحتوي غير متاح|عذرا.{0,20}المشغل")

# A cue at the start of a link to another article. Without a colon it must be short and no sentence.
_RELATED = re.compile(
    r"(?:ا?قرا|اقراوا|شاهد|شاهدوا|طالع|انظر|تابع|استمع)\s+(?:ايضا|كذلك)\b|(?:read|see|watch|listen)\s+(?:also|next)\b|also\s+read\b"
    r"|(?:مواضيع|موضوعات|اخبار|مقالات|روابط|تقارير)\s+(?:ذات صله|متعلقه|مشابهه)\b|قد (?:يهمك|يعجبك)(?: ايضا)?\b"
    r"|you (?:may|might) also (?:like|be interested in)\b"
)
# These begin prose too, so they need their colon.
_RELATED_WEAK = re.compile(
    r"(?:related|related (?:articles?|stories|news|topics?)|recommended|read more|more|ذات صله"
    r"|(?:اقرا |شاهد |تابع )?المزيد|للمزيد"
    r"|لقراءه المزيد|لمشاهده المزيد|رابط (?:الخبر|المقال|الموضوع|التقرير)\b[^:]{0,40})\s*:"
)
_TAGS = re.compile(
    r"(?:tags?|topics|keywords|filed under|الوسوم|وسوم|سمات|كلمات (?:مفتاحيه|دلاليه)|الكلمات (?:المفتاحيه|الدلاليه))\s*[:|]"
)
_TAGS_LAST = re.compile(r"(?:tags|الوسوم|وسوم|سمات|كلمات (?:مفتاحيه|دلاليه))\s")
_BREADCRUMB = re.compile(r"\s*[>›»/|←→\\]\s*")
_LONGEST = 200  # of a line without its marks and runs of blanks, which may be endless in a text made to be slow
_HOMES = keys("home|home page|الرئيسية|الصفحة الرئيسية")
_BREAKPOINTS = keys("xs|sm|md|lg|xl|xxl")


def is_breakpoints(folded_key: str) -> bool:
    """Whether the line is made of a page layout's size names (`XS SM MD LG`) alone."""
    return bool(folded_key) and len(folded_key) <= 24 and _BREAKPOINTS.issuperset(folded_key.split())


def _is_button_bar(folded_key: str) -> bool:
    parts = [part for part in re.split(r"[\s|,/·•:.\-]+", folded_key) if part]
    if not 0 < len(parts) <= 12 or not all(part in _BUTTONS or part in _PLATFORMS or part in _FILLERS for part in parts):
        return False
    return any(part in _BUTTONS for part in parts) or sum(part in _PLATFORMS for part in parts) >= 2


def _is_breadcrumb(line: str) -> bool:
    parts = [part for part in _BREADCRUMB.split(line.strip()) if part]
    return 2 <= len(parts) <= 6 and key(parts[0]) in _HOMES and all(words(part) <= 6 for part in parts)


def is_related(line: str, folded_key: str) -> bool:
    """Whether `line` sends the reader to another article: «اقرأ أيضا: …», "Read also", "Related: …"."""
    if words(line) > 30 or _TWO_SENTENCES.search(line):
        return False
    if cue := _RELATED.match(folded_key):
        if folded_key[cue.end() :].lstrip()[:1] in (":", "-", "|", ">", "<") or cue[0].rstrip() == folded_key:
            return True
        return words(line) <= 15 and not _FULL_STOP.search(line.rstrip())
    return _RELATED_WEAK.match(folded_key) is not None and words(line) <= 20 and not _FULL_STOP.search(line.rstrip())


def is_tags(line: str, folded_key: str, *, last: bool) -> bool:
    """Whether `line` lists the article's tags; without a colon only as the last line."""
    if words(line) > 25 or ends_sentence(line):
        return False
    return _TAGS.match(folded_key) is not None or (last and words(line) <= 15 and _TAGS_LAST.match(folded_key) is not None)


def is_furniture(line: str, folded_key: str) -> bool:
    """Whether `line` belongs to the site, not to the article; `folded_key` is `key(line)`."""
    if not folded_key:
        return not any(map(str.isalnum, line))
    if len(folded_key) > _LONGEST or len(line) > 10 * _LONGEST:
        return False
    if folded_key in _WHOLE or _is_button_bar(folded_key) or _is_breadcrumb(line) or _NO_MEDIA.match(folded_key):
        return True
    if _OPENING.match(fold(line).strip()) and words(line) <= 25 and not _TWO_SENTENCES.search(line):
        return not is_prose(line) or "cookie" in folded_key or "الارتباط" in folded_key or "محفوظه" in folded_key
    return is_related(line, folded_key)
