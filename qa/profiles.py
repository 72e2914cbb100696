"""Named sets of defaults: what to run on. A profile sets nothing that is set anywhere else."""

from collections.abc import Container
from typing import Any, Literal

Profile = Literal["embedded", "local", "api"]

PROFILES: dict[Profile, dict[str, Any]] = {
    # What comes with the package: no download, no key, no GPU, no server.
    "embedded": {},
    # Open models on this machine, fetched by `dalil models fetch --profile local`. Without a GPU they take their time.
    "local": {
        "encoder": "BAAI/bge-m3",
        "reranker": "BAAI/bge-reranker-v2-m3",
        "rerank_passages": 10,
        "llm_model": "Qwen/Qwen2.5-1.5B-Instruct",
        "llm_timeout_s": 120.0,
        "translator": "Helsinki-NLP/opus-mt-{from}-{to}",
        "request_timeout_s": 180.0,
    },
    # A language model behind an OpenAI-compatible address (needs llm_key); what finds the passages stays here and bundled.
    "api": {
        "llm_url": "https://api.openai.com/v1",
        "llm_model": "gpt-4o-mini",
    },
}


def profile_defaults(profile: Profile, given: Container[str] = ()) -> dict[str, Any]:
    """The settings that a profile supplies, by name, where those in `given` are set already.

    A server's address that is set brings no model of the profile with it: the server would not know it.
    """
    supplied = {name: value for name, value in PROFILES[profile].items() if name not in given}
    if "llm_url" in given:
        supplied.pop("llm_model", None)
    return supplied
