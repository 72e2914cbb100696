"""Texts for property tests: what Arabic and English articles hold, and what breaks naive code."""

from hypothesis import settings
from hypothesis import strategies as st

# A busy machine is no counterexample.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

_FRAGMENTS = [
    *[
        "الحرب",
        "في",
        "العِرَاقُ",
        "الْمُتَحَدِّثُ",
        "العـــراق",
        "أإآٱىةؤئ",
        "ﻻ",
        "ﷲ",
        "ﷺ",
        "ﺍﻟﺤﺮﺏ",
        "گپچک",
        "د",
        "م",
        "أ",
        "ص.ب",
        "و",
        "هـ",
    ],
    *["2018", "1.5", "٣٫٥", "٢٠١٨", "۱۲", "10.000", "1,500", "10:30"],
    *["war", "The", "é", "Ångström", "naïve", "STRASSE", "ß", "ﬁ", "İ", "Dr", "U.S", "e.g", "J", "No", "etc", "p.m"],
    *["«", "»", "“", "”", '"', "'", "(", ")", "[", "]", "،", "؛", ",", ";", ":", "–", "-"],
    *[".", "..", "...", "…", "!", "?", "؟", "؟!"],
    *[" ", " ", " ", " ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2028", "\u0085"],
    *["\u064b", "\u0651", "\u0670", "\u0301", "\u0640", "\u200c", "\u200d", "\u200f", "\u202b", "\u2067", "\ufeff"],
    *["😀", "👩‍👩‍👧", "👍🏽", "🇸🇾", "❤️", "\x00", "\x1b", "\x7f", "\ufffd"],
    *["https://a.com/x?y=1.html", "www.aljazeera.net.", "me@x.co.uk", "<|endoftext|>"],
]

texts = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), max_size=60).map("".join)
sentence_like = st.lists(st.sampled_from(_FRAGMENTS[:41]), min_size=1, max_size=30).map(" ".join)
articles = st.lists(sentence_like | texts, max_size=12).map(lambda parts: ". ".join(parts))
