"""The model that the settings name."""

from index.errors import SettingsError
from qa.models.base import ChatModel
from qa.settings import Settings


def load_chat_model(settings: Settings) -> ChatModel | None:
    """The language model of the settings, `None` where there is none. It is loaded, and its server spoken to, on first use.

    Raises `SettingsError` for half a group of settings, `MissingExtra` where a package is missing.
    """
    price = None
    if settings.llm_price_in is not None or settings.llm_price_out is not None:
        price = (settings.llm_price_in or 0.0, settings.llm_price_out or 0.0)
    if settings.llm_url is not None:
        from qa.models.server import ServerModel

        return ServerModel.of(settings, price)
    if settings.llm_model is None:
        if settings.llm_key is not None:
            raise SettingsError("setting 'llm_key': a key without a server; set llm_url too")
        return None
    from qa.models.local import LocalModel

    return LocalModel.of(settings, price)
