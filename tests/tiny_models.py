"""Tiny models with random weights, saved as real ones are: what loads them is what loads models from the Hub."""

from pathlib import Path

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "query", ":", "passage", "war", "peace", "ended", "حرب", "سلام", "انتهت", "سد"]
LONGEST = 32


def save_tokenizer(folder: Path, longest: int = LONGEST) -> None:
    """A tokenizer of whole words that knows pairs of texts."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", model_max_length=longest
    ).save_pretrained(folder)


def _config(**more):
    from transformers import BertConfig

    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    return BertConfig(vocab_size=len(WORDS), max_position_embeddings=LONGEST, initializer_range=0.8, **sizes, **more)


def make_classifier(folder: Path, labels: int | list[str] = 1, seed: int = 0) -> Path:
    """A BERT that judges pairs of texts: a cross-encoder with one logit, or an NLI model with named labels."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(seed)
    named = {"num_labels": labels} if isinstance(labels, int) else {"id2label": dict(enumerate(labels))}
    BertForSequenceClassification(_config(**named)).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def make_bert(folder: Path, seed: int = 0) -> Path:
    """A BERT without a head, as encoders are built on."""
    import torch
    from transformers import BertModel

    torch.manual_seed(seed)
    BertModel(_config()).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def make_encoder(folder: Path, seed: int = 0) -> Path:
    """A sentence-transformers model, as `SentenceTransformer.save` leaves it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    bert = make_bert(folder.with_name(f"{folder.name}-bert"), seed)
    SentenceTransformer(modules=[Transformer(str(bert)), Pooling(16)], device="cpu").save(str(folder))
    return folder


def make_chat_model(folder: Path, seed: int = 0) -> Path:
    """A Llama that talks noise, with a chat template."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = LlamaConfig(vocab_size=len(WORDS), max_position_embeddings=256, bos_token_id=2, eos_token_id=0, **sizes)
    LlamaForCausalLM(config).save_pretrained(folder)
    save_tokenizer(folder, longest=256)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = "{% for message in messages %}{{ message.content }} {% endfor %}"
    tokenizer.save_pretrained(folder)
    return folder


TEMPLATE = "{% for m in messages %}{{ m.content }}\n{% endfor %}"


def make_chat(folder: Path, seed: int = 0, template: str | None = TEMPLATE, longest: int = 4096) -> Path:
    """A Llama of random weights over bytes, with a chat template: it writes noise, as fast as a model can."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(seed)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={char: at for at, char in enumerate([*alphabet, "</s>"])}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", pad_token="</s>")
    fast.chat_template = template
    fast.save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    ends = {"bos_token_id": None, "eos_token_id": len(alphabet), "pad_token_id": len(alphabet)}
    config = LlamaConfig(vocab_size=len(alphabet) + 1, max_position_embeddings=longest, initializer_range=0.8, **sizes, **ends)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def make_marian(folder: Path, said: str = "", langs: tuple[str, str] = ("ar", "en"), seed: int = 0) -> Path:
    """A Marian with two sentencepiece vocabularies of its own, as the translation models of OPUS are.

    Its weights are random, or made so that it says `said` to everything.
    """
    import json

    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    lines = [said or "The war ended.", "انتهت الحرب في 2017.", "The dam will be finished in 2027.", "وتضم الحديقة 400 نخلة."]
    pieces = ["</s>", "<unk>"]
    for side in ("source", "target"):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=str(folder / side), model_type="word", vocab_size=90,
            hard_vocab_limit=False, bos_id=-1, pad_id=-1, eos_id=1, unk_id=0, minloglevel=2, num_threads=1,
        )  # fmt: skip
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
        (folder / f"{side}.vocab").unlink()
        loaded = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{side}.spm"))
        pieces += [piece for at in range(len(loaded)) if (piece := loaded.id_to_piece(at)) not in pieces]
    codes = [">>ara<<"] if langs[1] == "ar" else []
    vocabulary = {piece: at for at, piece in enumerate([*pieces, *codes, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"),
        source_lang=langs[0], target_lang=langs[1],
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    parts = ("encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads")
    pad = vocabulary["<pad>"]
    config = MarianConfig(
        vocab_size=len(vocabulary), d_model=64, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=512,
        pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0, forced_eos_token_id=0, init_std=0.8,
        tie_word_embeddings=False, **dict.fromkeys(parts, 1),
    )  # fmt: skip
    model = MarianMTModel(config)
    if said:
        _teach(model, tokenizer(text_target=said)["input_ids"], pad)
    model.save_pretrained(folder)
    return folder


def _teach(model, ids: list[int], start: int) -> None:
    """Make the model write `ids` to everything: what it sees is the place in the text alone, and each place has its word."""
    import torch

    with torch.no_grad():
        for name, weights in model.named_parameters():
            if any(part in name for part in ("embed_tokens", "shared", "out_proj", "fc2")):
                weights.zero_()
        told = {"input_ids": torch.tensor([[0]]), "decoder_input_ids": torch.tensor([[start, *ids[:-1]]])}
        hidden = model.eval().model(**told).last_hidden_state[0]
        wanted = 20 * torch.nn.functional.one_hot(torch.tensor(ids), model.config.vocab_size).float()
        model.lm_head.weight.copy_((torch.linalg.pinv(hidden) @ wanted).T)
