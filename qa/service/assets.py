"""The files of the page: under a name that changes with what they hold, so that browsers may keep them for good."""

import hashlib
import re
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
ALWAYS_ASK = "no-cache"
"""Lets browsers keep a copy, but ask whether it is still the right one: a new version shows at once."""
FOR_GOOD = "public, max-age=31536000, immutable"
_VERSIONED = re.compile(r"v-[0-9a-f]{12}/")
_PLACE = "static/v-0/"
"""What stands in the HTML files where the version goes; served as it is, it would work too."""


def version_of(folder: Path) -> str:
    """A name for everything in a folder: another content, another name.

    One name for all files, because modules name each other by relative addresses.
    """
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"v-{digest.hexdigest()[:12]}"


class Assets(StaticFiles):
    """`/static/NAME`, and the same files for good under `/static/VERSION/NAME`."""

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder)
        self.folder = folder
        self.version = version_of(folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file. One of another version, which a page that was left open may ask for, is given as it is now."""
        name = _VERSIONED.sub("", path.replace("\\", "/"), count=1)
        response = await super().get_response(name, scope)
        current = path.startswith(f"{self.version}/")
        response.headers["Cache-Control"] = FOR_GOOD if current else ALWAYS_ASK
        return response

    def text(self, name: str) -> str:
        """A text file that names other files, with the version put in."""
        return (self.folder / name).read_text(encoding="utf-8").replace(_PLACE, f"static/{self.version}/")
