"""One file with everything a data folder holds, taken while others read and write; and back again.

A backup is a tar file, packed where its name ends in `.gz`: `manifest.json` first, then the databases and `dalil.toml`. What is
derived from the databases is left out: opening a restored folder makes it again from the vectors, without the encoder.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from index.checking import check_database, databases, open_read_only
from index.collection import DATABASE
from index.derived import sync_folder
from index.errors import DalilError, IndexBusy, IndexMissing, InputError

MANIFEST = "manifest.json"
_SETTINGS = "dalil.toml"
_VERSION = 1
_BLOCK = 1 << 20
_ENDINGS = (".tar", ".tar.gz", ".tgz")


class BackupError(DalilError):
    """Raised where a backup cannot be written, is damaged, or may not be restored there."""

    code = "backup_failed"
    status = 500


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: when it was taken (ISO 8601, UTC), sizes and SHA-256 of the files by name, articles, passages."""

    created: str
    files: dict[str, tuple[int, str]]
    articles: int
    passages: int

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"version": _VERSION} | asdict(self)


def back_up(folder: Path, destination: Path) -> tuple[Path, Backup]:
    """Write everything in `folder` into one file, as it is at one moment; returns the file and what it holds.

    Where `destination` is a folder, the file in it is named after the moment. What is written meanwhile is not
    in it. The file appears under its name once it is complete, on disk, and checked. Raises `BackupError`, `IndexMissing`,
    `InputError`.
    """
    if not (folder / DATABASE).exists():
        raise IndexMissing(f"there is no index in {folder}: nothing to back up")
    now = datetime.now(UTC)
    path = destination / f"dalil-{now:%Y%m%d-%H%M%S}.tar.gz" if destination.is_dir() else destination
    if not path.name.endswith(_ENDINGS):
        raise InputError(f"a backup is a file that ends in {', '.join(_ENDINGS)}, or a folder to put it in, not {destination}")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with tempfile.TemporaryDirectory(prefix=".dalil-backup-", dir=path.parent) as place:
            held = _copies(folder, Path(place), now)
            _pack(Path(place), held, partial, packed=not path.name.endswith(".tar"))
        _verify(partial, held)
        partial.replace(path)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        raise BackupError(f"the backup {path} could not be written: {error}; nothing was changed") from None
    finally:
        partial.unlink(missing_ok=True)
    return path, held


def restore(path: Path, folder: Path, *, force: bool = False) -> tuple[Backup, Path | None]:
    """Make `folder` from a backup; returns what it holds, and where what was in the folder before is now.

    With `force` a folder that is not empty is moved aside, never deleted. Nothing is changed unless the backup is whole.
    Raises `BackupError`, `IndexBusy`.
    """
    if not path.is_file():
        raise BackupError(f"there is no backup {path}")
    full = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if full and not force:
        raise BackupError(f"{folder} is not empty: restore into another one (--data), or with --force, which moves it aside")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{folder.name}-restoring-", dir=folder.parent))
        try:
            held = _unpack(path, place)
            aside = _put(place, folder, full)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    except OSError as error:
        raise BackupError(f"the backup cannot be restored to {folder}: {error.strerror or error}") from None
    return held, aside


def _copies(folder: Path, place: Path, now: datetime) -> Backup:
    """The databases as they are at one moment, copied to `place` and checked."""
    paths = databases(folder)
    with ExitStack() as stack:
        sources = []
        for path in paths:
            source = open_read_only(path)
            stack.callback(source.close)
            source.isolation_level = None
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on this is what it sees
            sources.append((path.name, source))
        for name, source in sources:
            target = sqlite3.connect(place / name)
            try:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
            finally:
                target.close()
    for path in paths:
        if problems := check_database(place / path.name):
            raise BackupError(f"{path} is damaged ({problems[0].problem}): no backup was made; see `dalil doctor --check`")
    if (folder / _SETTINGS).is_file():
        shutil.copyfile(folder / _SETTINGS, place / _SETTINGS)
    with open_read_only(place / DATABASE) as counted:
        counts = [counted.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("articles", "passages")]  # noqa: S608
    counted.close()
    files = {file.name: (file.stat().st_size, _sha256(file)) for file in sorted(place.iterdir()) if file.is_file()}
    return Backup(now.isoformat(timespec="seconds"), files, *counts)


def _pack(place: Path, held: Backup, partial: Path, *, packed: bool) -> None:
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # conversations and keys are in it
    with os.fdopen(handle, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz" if packed else "w") as tar:
            manifest = json.dumps(held.to_dict(), indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mtime = len(manifest), int(datetime.now(UTC).timestamp())
            tar.addfile(entry, io.BytesIO(manifest))
            for name in held.files:
                tar.add(place / name, name, filter=_plain)
        raw.flush()
        os.fsync(raw.fileno())


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _verify(path: Path, held: Backup) -> None:
    """Read a backup back from the disk. Raises `BackupError`."""
    with _opened(path) as (found, members):
        if found != held:
            raise BackupError(f"the backup {path} does not read as it was written: its disk fails")
        for name, file in members:
            _compare(path, name, file, held, None)


def _unpack(path: Path, place: Path) -> Backup:
    """The files of a backup in `place`, checked. Raises `BackupError`."""
    with _opened(path) as (held, members):
        seen = set()
        for name, file in members:
            with (place / name).open("wb") as target:
                _compare(path, name, file, held, target)
            seen.add(name)
    if missing := held.files.keys() - seen:
        raise BackupError(f"the backup {path} is not whole: {', '.join(sorted(missing))} is missing; use another one")
    for name in held.files:
        if name.endswith(".db") and (problems := check_database(place / name)):
            raise BackupError(f"{name} in the backup {path} is damaged: {problems[0].problem}; use another one")
    return held


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Backup, Iterator[tuple[str, IO[bytes]]]]]:
    """The manifest of a backup, and its files one after the other. Raises `BackupError`."""
    try:
        with _unpacked(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            first = tar.next()
            file = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
            if file is None:
                raise BackupError(f"{path} is no backup of Dalil")
            held = _manifest(path, file.read())
            yield held, _members(path, tar, held)
            while stream.read(_BLOCK):  # to the end, where a packed file has its own checksum
                pass
            if stream.tell() % tarfile.RECORDSIZE:
                raise BackupError(f"the backup {path} is cut short; use another")
    except (tarfile.TarError, EOFError, ValueError, ArithmeticError, zlib.error) as error:
        raise BackupError(
            f"the backup {path} is cut short or damaged ({error or type(error).__name__}): use another one"
        ) from None
    except OSError as error:  # what gzip says of a wrong checksum is one, without a number
        if error.errno is not None:
            raise
        raise BackupError(f"the backup {path} is cut short or damaged ({error}); use another") from None


def _unpacked(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _members(path: Path, tar: tarfile.TarFile, held: Backup) -> Iterator[tuple[str, IO[bytes]]]:
    while (entry := tar.next()) is not None:
        file = tar.extractfile(entry) if entry.isreg() else None
        if file is None or entry.name not in held.files:
            raise BackupError(f"the backup {path} has a file that is not its own: {entry.name[:100]!r}; use another one")
        yield entry.name, file


def _manifest(path: Path, data: bytes) -> Backup:
    try:
        values = json.loads(data)
        if values.pop("version") != _VERSION:
            raise BackupError(f"the backup {path} was made by a later version of Dalil: use that one")
        values["files"] = {name: (int(size), str(digest)) for name, (size, digest) in values["files"].items()}
        held = Backup(**values)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BackupError(f"the backup {path} is damaged: its list of files cannot be read; use another one") from None
    if any(name != Path(name).name or not name.endswith((".db", ".toml")) for name in held.files) or DATABASE not in held.files:
        raise BackupError(f"{path} is no backup of Dalil")
    return held


def _compare(path: Path, name: str, file: IO[bytes], held: Backup, target: IO[bytes] | None) -> None:
    """Read a file of a backup, into `target` if one is given. Raises `BackupError` where it is not what the manifest tells."""
    hasher, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        hasher.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
    if target is not None:
        target.flush()
        os.fsync(target.fileno())
    if (size, hasher.hexdigest()) != held.files[name]:
        raise BackupError(f"the backup {path} is damaged: {name} is not what it was; use another one")


def _put(place: Path, folder: Path, full: bool) -> Path | None:
    """Let what was unpacked take the folder's name, and what had it before another."""
    aside = None
    if full:
        with _nobody_writes(folder):
            aside = folder.with_name(f"{folder.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
            folder.rename(aside)
    place.chmod(0o755)
    place.rename(folder)
    sync_folder(folder.parent)
    return aside


@contextmanager
def _nobody_writes(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / "write.lock") if folder.is_dir() else None
    try:
        if lock is not None:
            lock.acquire(timeout=5)
        yield
    except Timeout:
        raise IndexBusy(f"another process is writing to {folder}: restore when that is done") from None
    finally:
        if lock is not None:
            lock.release()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
