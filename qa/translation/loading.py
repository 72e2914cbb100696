"""What translates, as the settings say."""

from qa.judges import LazyJudge
from qa.models import ChatModel
from qa.settings import Settings
from qa.translation.base import Translator
from qa.translation.chatting import ChatTranslator
from qa.translation.quotes import QuoteTranslator
from qa.translation.sequences import SequenceTranslator


def make_quote_translator(settings: Settings, model: ChatModel | None) -> QuoteTranslator | None:
    """The translator of the settings, else `model`, the language model; `None` where there is neither, or it is off."""
    if settings.translate_quotes == "off":
        return None
    translator: Translator
    if settings.translator is not None:
        translator = SequenceTranslator(settings.translator, settings.translator_device)
    elif model is not None:
        translator = ChatTranslator(model, settings.prompts)
    else:
        return None
    # Never the judge of the settings: a translation is not worth the call of a paid model.
    return QuoteTranslator(translator, LazyJudge("bundled"), settings.translate_timeout_s)
