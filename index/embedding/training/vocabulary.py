"""Which words the bundled encoder knows, which of them share a row, and the tokenizer that finds them in raw text.

The tokenizer does in `tokenizer.json` what `index.language.stemming` does in Python: fold, cut into words, take Arabic prefixes
and endings off. English endings are left to the vocabulary: every form seen in training points to the row of its stem, and an
unseen form of a known word is that word and an ending without meaning (WordPiece with a few endings of zero weight).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece

from index.embedding.training.sources import Data
from index.embedding.training.spelling import name_pairs
from index.language.folding import fold
from index.language.stemming import ARABIC_ENDING, ARABIC_PREFIX, WORD_PATTERN, stem, stem_arabic, words

UNKNOWN = "[UNK]"
_ENDINGS = "s es ed d ing ly 's ' th st nd rd هم هن هما نا كم ك ا ت تم وا تين تان يون يين تهم تها ته"
ENDINGS = tuple(_ENDINGS.split())
_SAME = {
    "ا": "ٱ", "ي": "ىیې", "ه": "ةہھە", "ك": "ک", ",": "،٬", ".": "٫", "'": "‘’‚‛′`´ʼ", "-": "‐‑‒–—―−",
    "o": "ø", "l": "ł", "d": "đ", "i": "ı",
}  # fmt: skip


def is_arabic(word: str) -> bool:
    """Whether a folded word is in Arabic letters."""
    return "\u0620" <= word[0] <= "\u08ff"


@dataclass(frozen=True)
class Vocabulary:
    """`tokens[i]` stands for row `rows[i]`; row 0 is nothing. `stems[r]` are the stems (one or two scripts) of row r."""

    tokens: list[str]
    rows: list[int]
    stems: list[tuple[str, ...]]
    counts: list[int]

    def row_of_stem(self) -> dict[str, int]:
        """Row of every stem."""
        return {stem_: row for row, stems in enumerate(self.stems) for stem_ in stems}


@lru_cache(maxsize=500_000)
def token_of(word: str) -> str:
    """What the tokenizer looks up for a folded word: Arabic without prefix and ending, everything else as it stands."""
    return stem_arabic(word) if is_arabic(word) else word


_stem = lru_cache(maxsize=500_000)(stem)


def build(data: Data, limit: int, readings: Iterable[str] = ()) -> Vocabulary:
    """The `limit` most useful stems of all training texts with the forms they were seen in."""
    seen: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    dictionary: set[str] = set()
    pairs = [pair for pair in (*data.pairs, *data.written) if pair.kind != "name"]
    texts = [(text, pair.kind) for pair in pairs for text in (pair.arabic, pair.english)]
    texts += [(text, "sentence") for text in data.arabic_texts]
    texts += [(text, "sentence") for text in readings]
    for text, kind in texts:
        for word in set(words(fold(text))):
            stem_ = _stem(word)
            seen[stem_] += 1
            forms[stem_][token_of(word)] += 1
            if kind == "word":
                dictionary.add(stem_)
    kept = sorted(seen, key=lambda s: (-(seen[s] + 2 * (s in dictionary)), s))
    stems: list[tuple[str, ...]] = [(), *((s,) for s in kept[:limit])]
    counts = [0, *(seen[s] for s in kept[:limit])]
    known = set(kept[:limit])
    for latin, arabic in _shared_names(data):
        if len(stems) > limit:
            break
        pair = (stem(latin), stem(arabic))
        if not known & set(pair):
            known |= set(pair)
            forms[pair[0]][latin] += 1
            forms[pair[1]][token_of(arabic)] += 1
            stems.append(pair)
            counts.append(1)
    tokens, rows = [UNKNOWN, *("##" + ending for ending in ENDINGS)], [0] * (1 + len(ENDINGS))
    taken = set(tokens)
    for row, group in enumerate(stems):
        for stem_ in group:
            for form in sorted(set(forms[stem_])):
                if form not in taken:
                    taken.add(form)
                    tokens.append(form)
                    rows.append(row)
    return Vocabulary(tokens, rows, stems, counts)


def _shared_names(data: Data) -> list[tuple[str, str]]:
    """Names with one spelling on each side: both spellings may share a row."""
    pairs = name_pairs(data.pairs)
    latin, arabic = Counter(en for en, _ in pairs), Counter(stem(ar) for _, ar in pairs)
    return [(en, ar) for en, ar in pairs if latin[en] == 1 and arabic[stem(ar)] == 1]


def tokenizer(tokens: Sequence[str]) -> Tokenizer:
    """The tokenizer of `tokens` for raw text, as saved in `tokenizer.json`."""
    made = Tokenizer(WordPiece({token: i for i, token in enumerate(tokens)}, unk_token=UNKNOWN, max_input_chars_per_word=40))
    digits = [normalizers.Replace(Regex(f"[{chr(0x660 + n)}{chr(0x6F0 + n)}]"), str(n)) for n in range(10)]
    same = [normalizers.Replace(Regex(f"[{others}]"), one) for one, others in _SAME.items()]
    made.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r"[\p{Mn}\p{Me}\p{Cf}ـ]"), ""),
            *same,
            normalizers.Replace("ß", "ss"),
            normalizers.Replace("æ", "ae"),
            normalizers.Replace("œ", "oe"),
            *digits,
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORD_PATTERN), "removed", invert=True),
            pre_tokenizers.Split(Regex(ARABIC_PREFIX), "removed"),
            pre_tokenizers.Split(Regex(ARABIC_ENDING), "removed"),
        ]
    )
    return made
