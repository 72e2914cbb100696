"""Named sets of defaults: what to run on. A profile sets nothing that is set anywhere else."""

from typing import Any, Literal

Profile = Literal["embedded", "local", "api"]

PROFILES: dict[Profile, dict[str, Any]] = {
    # What comes with the package: no download, no key, no GPU, no server.
    "embedded": {},
    # Open models on this machine, fetched by `dalil models fetch --profile local`.
    "local": {
        "encoder": "BAAI/bge-m3",
        "reranker": "BAAI/bge-reranker-v2-m3",
    },
    # A language model behind an OpenAI-compatible address; what finds the passages stays here and bundled.
    "api": {},
}


def profile_defaults(profile: Profile) -> dict[str, Any]:
    """The settings that a profile supplies, by name."""
    return dict(PROFILES[profile])
