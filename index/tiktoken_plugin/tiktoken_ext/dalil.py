"""Registers the encoding `dalil_ar_en` with tiktoken: `tiktoken.get_encoding("dalil_ar_en")` works offline.

`tiktoken_ext` is a namespace package that tiktoken looks through, so there is no `__init__.py` here.
"""

import base64
from pathlib import Path
from typing import Any

RANKS = Path(__file__).with_name("dalil_ar_en.tiktoken")

# Letters keep their marks (tashkeel) and take one blank before them; digits go by four, as years do; no piece crosses a line.
PATTERN = "|".join(
    [
        r"(?i:'(?:s|t|re|ve|m|ll|d))(?![\p{L}\p{M}])",
        r" ?[\p{L}\p{M}]+",
        r" ?\p{N}{1,4}",
        r" ?[^\s\p{L}\p{M}\p{N}]+",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)


def dalil_ar_en() -> dict[str, Any]:
    """The arguments of `tiktoken.Encoding` for the bundled Arabic and English byte-level BPE."""
    # Read here, not by tiktoken's loader, which would answer from its cache of an older file of the same name.
    lines = (line.split() for line in RANKS.read_bytes().splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    return {
        "name": "dalil_ar_en",
        "pat_str": PATTERN,
        "mergeable_ranks": ranks,
        "special_tokens": {"<|endoftext|>": len(ranks)},
    }


ENCODING_CONSTRUCTORS = {"dalil_ar_en": dalil_ar_en}
