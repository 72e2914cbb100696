"""Terms of a text: the one analysis for the lexical index, for queries, and for the bilingual lexicon.

A text is folded, cut into words and numbers, and each word is reduced to a stem: Arabic by light stemming in the manner of
light10 (Larkey, Ballesteros and Connell 2007, "Light stemming for Arabic information retrieval"), everything in Latin letters
by the English Snowball stemmer. Stems are for matching, not for reading.
"""

import re
from collections.abc import Iterable
from itertools import chain

import Stemmer

from index.language.folding import fold
from index.language.stopwords import ARABIC_STOP_WORDS, ENGLISH_STOP_WORDS
from index.remembered import Remembered

_ARABIC = "\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff"
WORD_PATTERN = (
    rf"[{_ARABIC}]+"
    # A number with its separators, and an English ordinal ending that is no word of its own.
    r"|[0-9]+(?:[.,][0-9]+)*(?:(?:st|nd|rd|th|s)(?![^\W_]))?"
    # Initials: u.s. and u.n.
    r"|(?=[a-z]\.)(?<![^\W_])(?:[a-z]\.){2,}(?:[a-z](?![^\W_]))?"
    rf"|[^\W\d_{_ARABIC}][^\W_{_ARABIC}]*(?:'[^\W\d_{_ARABIC}]+)*"
)
_WORD = re.compile(WORD_PATTERN)
_IS_ARABIC = re.compile(rf"[{_ARABIC}]")
_SNOWBALL = Stemmer.Stemmer("english")

# Stems that begin with a و of their own; any other و before three or more letters is taken for "and".
_OWN_WAW = """
    واجب واجه واح واحد وارد واسع واشنطن واضح واعد وافد وافق واقع والد والدت وايت وايل وباء وثايق وثق وثيق وجب وجد وجه
    وجها وجود وحد وحش وحوش وحيد وداع ودايع ودود وديع وراث وراء ورث ورد ورش ورق وزار وزر وزراء وزن وزير وساط وسام وسايط
    وسايل وسط وسع وسيط وسيل وسيم وشيك وصاي وصف وصل وصول وصي وضع وضوح وطن وطيد وظايف وظف وظيف وعاء وعد وعود وعي وفاء
    وفد وفر وفود وفي وفير وقاي وقايع وقت وقف وقع وقود وقوع وكال وكلاء وكيل ولاء ولاي ولاد ولد وليام وليد وهاب وهم ويب
    ويكيبيديا ويلز ويليام ويندوز ووها وفق وفا ولا واد ورم وادي
"""
_ENDINGS = "(?:ها|ان|ات|ون|ين|يه|ه|ي)"
_ARTICLE = "(?:فبال|فلل|بال|كال|فال|ال|لل)(?=..)"
ARABIC_PREFIX = (
    rf"\A(?!(?:{'|'.join(_OWN_WAW.split())}){_ENDINGS}*\Z)(?:و(?=[{_ARABIC}]{{3}})(?:{_ARTICLE})?|(?=[{_ARABIC}]){_ARTICLE})"
)
ARABIC_ENDING = rf"(?<=[{_ARABIC}]{{2}})ي?ه?(?:يه)?(?:ين)?(?:ون)?(?:ات)?(?:ان)?(?:ها)?\Z"
_PREFIX = re.compile(ARABIC_PREFIX)
_ENDING = re.compile(ARABIC_ENDING)


def stem_arabic(word: str) -> str:
    """The light stem of one folded Arabic word: conjunction, article and preposition, then endings, each at most once.

    What stays is never shorter than two letters.

    >>> stem_arabic("والمدينه"), stem_arabic("سوريا"), stem_arabic("للتحالف"), stem_arabic("وزير")
    ('مدين', 'سوريا', 'تحالف', 'وزير')
    """
    return _ENDING.sub("", _PREFIX.sub("", word, count=1), count=1)


def _number(token: str) -> str:
    """One form of a number: `1,500` is 1500, `1,44` is 1.44; the ordinal ending goes."""
    token = token.rstrip("sthndr")
    head, *groups = token.split(",")
    if not groups:
        return token
    if all(len(group.partition(".")[0]) == 3 for group in groups) and len(head) <= 3:
        return head + "".join(groups)
    return token.replace(",", ".") if len(groups) == 1 and "." not in token else token


def stem(word: str) -> str:
    """The term of one folded word or number, as `terms` gives it."""
    if word[0] in "0123456789":
        return _number(word)
    if _IS_ARABIC.match(word):
        return stem_arabic(word)
    plain = word.replace(".", "")
    if plain.endswith("'s"):
        plain = plain[:-2]
    return str(_SNOWBALL.stemWord(plain.replace("'", ""))) or word


# Stems whose first letter is their own.
_OWN_PREPOSITION = frozenset(
    """
    باب باحث باخر بارد بارز بارك باش باص باطل باط باكر بالغ بحر بحري بحوث بحيره بدر بدل بدو برج بريد بريطان بسط بشر بصر بضاع
    بطاق بطال بطل بطول بعث بعوض بعيد بقر بكر بلات بلاد بلاغ بلد بلدان بلوغ بناء بنات بنك بنود بنوك بوادر بيان بيوت
    كابل كابوس كاتب كارث كاسر كاشف كافح كافي كامل كامن كامير كبار كبير كتاب كتب كثير كحول كرام كروم كريم كساد كسور كشف كفاء كفاح
    كفيل كلاب كلام كمال كنار كنايس كندا كنوز كنيس كوارث كواكب كوكب
    لاجي لاحق لاعب لافت لبن لجان لدود لسان لغات لقاء لقاح لندن لواء لوحات ليال
    """.split()
)


def without_preposition(term: str) -> str:
    """An Arabic stem without a joined ب, ل or ك, which stemming leaves, if three letters stay: a guess, to be looked up.

    >>> without_preposition("بسعر"), without_preposition("لالغاء"), without_preposition("لبن"), without_preposition("بطول")
    ('سعر', 'غاء', 'لبن', 'بطول')
    """
    return _BARE[term] if term[0] in _PREPOSITIONS else term


def _bare(term: str) -> str:
    if len(term) < 4 or term in _OWN_PREPOSITION:
        return term
    return _PREFIX.sub("", term[1:], count=1)


_PREPOSITIONS = frozenset("بلك")
_BARE = Remembered(_bare)
_WEAK = str.maketrans("", "", "اويء")
_GROWN = re.compile(r"\A(?:مست|ست|مت|نت|[متنفبلكس])(?=...)")
_TRAILING = re.compile(r"(?<=...)(?:هم|[تن])\Z")


def _root(term: str) -> str:
    if not _IS_ARABIC.match(term):
        return term
    bare = _TRAILING.sub("", _GROWN.sub("", term.translate(_WEAK), count=1), count=1)
    return bare if len(bare) > 2 else term


_TERMS = Remembered(stem)
_RUNS = Remembered(lambda run: tuple(map(_TERMS.__getitem__, _WORD.findall(fold(run)))))  # no word reaches over a blank
_ROOTS = Remembered(_root)


def words(folded: str) -> list[str]:
    """The words and numbers of a folded text, in order, as they stand there."""
    return _WORD.findall(folded)


def stems(found: Iterable[str]) -> tuple[str, ...]:
    """The terms of folded words: `stems(words(fold(text)))` is what `terms(text)` gives, sooner for a text of new words."""
    return tuple(map(_TERMS.__getitem__, found))


def terms(text: str) -> list[str]:
    """The terms of `text` in order, stop words included.

    >>> terms("The 1,500 soldiers' wounds")
    ['the', '1500', 'soldier', 'wound']
    """
    return list(chain.from_iterable(map(_RUNS.__getitem__, text.split())))


def root(term: str) -> str:
    """A guess at the consonants that the forms of one Arabic word share; every other term is its own.

    Weak letters go, then one prefix of a derived form or a joined preposition, then one ending; where fewer than three letters
    would stay, the term is left alone. For weighing, not for looking up: words that are no kin meet in one root too.

    >>> root("استخدام"), root("يستخدم"), root("كتاب"), root("كتب"), root("متزوج"), root("تزوج"), root("books")
    ('خدم', 'خدم', 'كتب', 'كتب', 'تزج', 'تزج', 'books')
    """
    return _ROOTS[term]


def roots(found: Iterable[str]) -> set[str]:
    """The roots of several terms."""
    return set(map(_ROOTS.__getitem__, found))


def is_stop_word(word: str) -> bool:
    """Whether a folded word says nothing about the subject: articles, pronouns, prepositions, question words."""
    if word in ENGLISH_STOP_WORDS or word in ARABIC_STOP_WORDS:
        return True
    return len(word) > 2 and word[0] in "وف" and word[1:] in ARABIC_STOP_WORDS and word != "ولي"  # who rules


def content_terms(text: str) -> list[str]:
    """As `terms`, without the stop words of both languages (question words included)."""
    return [_TERMS[word] for word in _WORD.findall(fold(text)) if not is_stop_word(word)]


def term_spans(folded: str) -> list[tuple[str, int, int]]:
    """`(term, start, end)` of every word of a text that is folded already, in folded offsets; stop words included."""
    return [(_TERMS[match.group()], match.start(), match.end()) for match in _WORD.finditer(folded)]
