"""From the settings to an open collection, and to the articles that go into it."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from index.collection import Collection
from index.embedding.encoder import Encoder, load_encoder
from index.engine import Engine
from index.indexing import Cutting, Item
from index.milvus import MilvusEngine
from qa.settings import Settings


def open_collection(settings: Settings, *, create: bool) -> Collection:
    """The collection in the data folder. Raises what `Collection` raises, and with Milvus `MissingExtra`, `SettingsError`."""
    prefixes = {"query_prefix": settings.query_prefix, "passage_prefix": settings.passage_prefix}
    named = [settings.encoder, *(f"{name}={value!r}" for name, value in prefixes.items() if value is not None)]
    return Collection(settings.place, " ".join(named), _encoder_loader(settings), create=create, engine=_engine(settings))


def cutting(settings: Settings) -> Cutting:
    """How articles are cut."""
    return Cutting(settings.passage_tokens, settings.passage_overlap, settings.encoding)


def articles(settings: Settings, collection: Collection, sources: Sequence[str], ray: str | None) -> Iterator[Item]:
    """What the sources hold: read here one after the other, or prepared on the Ray cluster at that address."""
    # Here, because a question needs none of this and should not wait for it.
    from index.readers import read_source

    largest, private = int(settings.max_file_mb * 1_000_000), settings.allow_private_urls
    if ray is None:
        return (item for source in sources for item in read_source(source, max_bytes=largest, allow_private=private))
    from index.cluster import Job, prepared

    job = Job(cutting(settings), _encoder_loader(settings), collection.encoder.name, largest)
    return prepared(sources, job, collection.store.digests(), ray, allow_private=private)


def _encoder_loader(settings: Settings) -> Callable[[], Encoder]:
    """Loads the encoder of the settings, here or on another machine: nothing else of the settings goes there."""
    prefixes = {"query_prefix": settings.query_prefix, "passage_prefix": settings.passage_prefix}
    return partial(load_encoder, settings.encoder, **prefixes, device=settings.device)


def _engine(settings: Settings) -> Engine | None:
    """Milvus where it is set; without it the collection keeps files of its own."""
    if settings.milvus is None:
        return None
    token = settings.milvus_token
    return MilvusEngine(settings.milvus, token.get_secret_value() if token else None)
