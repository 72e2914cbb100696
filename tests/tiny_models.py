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
