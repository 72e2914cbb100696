"""Train the bundled byte-level BPE encoding `dalil_ar_en` and write its tiktoken ranks file.

    python index/embedding/training/train_tokens.py DATA_FOLDER [--merges 26000]

DATA_FOLDER holds `bilingual/*.tsv.gz` (Arabic TAB English) and `text/*.txt.gz` (Arabic), all openly licensed; the card beside
the ranks file names sources and licences. News and encyclopedia texts are repeated, software documentation is thinned out, so
that the merges serve articles; every fiftieth line of the news texts is held out to report tokens per word on.
"""

import argparse
import base64
import gzip
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import tiktoken
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

PLUGIN = Path(__file__).parents[2] / "tiktoken_plugin" / "tiktoken_ext"
HELD_OUT = 50
# How often each line counts; below one, every so-many-th line is taken. Files not named count once.
NEWS = {"ntrex": 20, "flores": 15, "pud": 15, "ar_text_wikipedia_covid": 6}
WEIGHTS: dict[str, float] = {
    **NEWS,
    "tico": 5,
    "tatoeba": 3,
    "open_sdg_un": 4,
    "opensource_guide": 2,
    "cldr": 3,
    "places": 2,
    "wikidata_names": 1,
    "ms_d365_finops_sxs": 0.1,
    "ms_d365_projectops_sxs": 0.1,
    "ms_d365_finops": 0.2,
    "ms_d365_projectops": 0.2,
    "ms_d365_customerinsights": 0.2,
    "ms_d365_customerinsights_sxs": 0.2,
    "ar_text_ms_d365": 0.1,
    "ar_text_mdn": 0.5,
    "react_legacy_ar": 0.5,
    "react_dev_ar": 0.5,
    "aosp_strings": 0.3,
    "godot_editor": 0.3,
    "kolibri_studio": 0.3,
    "osm_id_tagging": 0.3,
    "tldr_pages": 0.3,
    "raspberrypi_projects": 0.5,
    "privacyguides": 0.5,
    "bitcoin_org": 0.5,
}


def lines(data: Path, held_out: bool = False) -> Iterator[tuple[str, str]]:
    """File name and text of every line to train on, or of the lines held out, both languages of a pair in turn."""
    for path in sorted([*data.glob("bilingual/*.tsv.gz"), *data.glob("text/*.txt.gz")]):
        name = path.name.split(".")[0]
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file):
                if (name in NEWS and number % HELD_OUT == 0) == held_out:
                    yield from ((name, part) for part in line.rstrip("\n").split("\t"))


def weighed(data: Path) -> Iterator[str]:
    """The training text, each line as often as its file weighs."""
    due: dict[str, float] = {}
    for name, text in lines(data):
        due[name] = due.get(name, 0.0) + WEIGHTS.get(name, 1.0)
        while due[name] >= 1:
            # Both, because words inside an article stand after a blank and a word of a list does not.
            yield " " + text if int(due[name]) % 2 else text
            due[name] -= 1


def train(data: Path, pattern: str, merges: int) -> list[bytes]:
    """The tokens of the encoding in the order of their ranks: the 256 bytes, then what each merge makes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[],
        show_progress=sys.stderr.isatty(),
        max_token_length=32,
    )
    tokenizer.train_from_iterator(weighed(data), trainer)
    byte_of = {char: byte for byte, char in byte_characters().items()}
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    merged = [bytes(byte_of[char] for char in token) for token, _ in vocabulary if len(token) > 1]
    return [bytes([byte]) for byte in range(256)] + merged


def byte_characters() -> dict[int, str]:
    """The printable character that stands for each byte in Hugging Face's byte-level models (GPT-2's table)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(0x100 + number) for number, byte in enumerate(others)}


def write(tokens: list[bytes], path: Path) -> None:
    """Write tiktoken's format: base64 of the token, a blank, its rank."""
    text = b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))
    path.write_bytes(text)


def is_arabic(text: str) -> bool:
    """Whether the text has Arabic letters."""
    return any("\u0620" <= char <= "\u064a" for char in text)


def report(data: Path, encoding: tiktoken.Encoding) -> None:
    """Print tokens per word on the held-out news lines, and check that they come back exactly."""
    for language, arabic in (("Arabic", True), ("English", False)):
        texts = [text for _, text in lines(data, held_out=True) if is_arabic(text) == arabic]
        counts = [encoding.encode_ordinary(text) for text in texts]
        if [encoding.decode(tokens) for tokens in counts] != texts:
            raise SystemExit("the encoding does not give its text back")
        words = sum(len(text.split()) for text in texts)
        print(f"{language}: {len(texts)} held-out lines, {words} words, {sum(map(len, counts)) / words:.3f} tokens per word")


def main() -> None:
    """Train, write, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--merges", type=int, default=26_000)
    parser.add_argument("--out", type=Path, default=PLUGIN / "dalil_ar_en.tiktoken")
    arguments = parser.parse_args()
    sys.path.insert(0, str(PLUGIN))
    plugin = importlib.import_module("dalil")

    tokens = train(arguments.data, plugin.PATTERN, arguments.merges)
    write(tokens, arguments.out)
    print(f"{len(tokens)} tokens, {arguments.out.stat().st_size:,} bytes")
    ranks = {token: rank for rank, token in enumerate(tokens)}
    report(arguments.data, tiktoken.Encoding("trained", pat_str=plugin.PATTERN, mergeable_ranks=ranks, special_tokens={}))


if __name__ == "__main__":
    main()
