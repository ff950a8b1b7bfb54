"""The folder of `--out` (`ws docker prune`, `bundle`): as a whole, never over somebody's work."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError, Where, WorkError
from ws.files.store import MEMORY
from ws.model.pruned import PrunedFile

if TYPE_CHECKING:
    from collections.abc import Sequence


class Mark(NamedTuple):
    """The file by which a folder is known; it lists what was written beside it."""

    path: str
    command: str
    """What writes such folders."""
    beside: str = ""
    """A folder in it that is none of this: what `ws` remembers where such a folder is used."""


PRUNE = Mark(".ws-prune.json", "ws docker prune")
BUNDLE = Mark(".ws-bundle.json", "ws docker bundle", MEMORY)


def marked(mark: Mark, files: Sequence[PrunedFile], **said: str) -> tuple[PrunedFile, ...]:
    """The files with their mark, sorted by path; `said` is what else that says."""
    about = f"Made by `{mark.command}`, which replaces this folder as long as nothing else is in it"
    listed = sorted(file.path for file in files)
    text = json.dumps({"//": about, **said, "files": listed}, indent=2) + "\n"
    return tuple(sorted((*files, PrunedFile(mark.path, text.encode()))))


def replace(folder: Path, files: Sequence[PrunedFile], mark: Mark) -> bool:
    """Let a folder hold these files, the mark among them, and nothing else; say if it changed.

    `folder` is absolute. It is new, or empty, or one that was made so before; else this refuses
    (`UsageError`). What is new is written beside it and moved into its place. Raises `WorkError`.
    """
    try:
        there = _there(folder, mark)
        if there is not None and there == {file.path: file for file in files}:
            return False
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = f".{folder.name}.{os.getpid()}-{threading.get_ident()}"
        new, old = folder.with_name(f"{beside}.new"), folder.with_name(f"{beside}.old")
        try:
            new.mkdir()
            for file in files:
                _write(new / file.path, file)
            _exchange(folder, new, old)
        finally:
            try:
                _settle(folder, new, old, mark.beside)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise _failed("write", folder, error) from error
    return True


def read(folder: Path, mark: Mark) -> dict[str, PrunedFile]:
    """What was written there before, by path; nothing where nothing is. Refuses as `replace`."""
    try:
        return _there(folder, mark) or {}
    except OSError as error:
        raise _failed("read", folder, error) from error


def _there(folder: Path, mark: Mark) -> dict[str, PrunedFile] | None:
    """What was written before; `None` if nothing is there. Refuses what is somebody else's."""
    if not folder.exists() and not folder.is_symlink():
        return None
    if not folder.is_dir():
        raise _foreign(f"{folder} is no folder")
    apart = folder / mark.beside if mark.beside else None
    found = {path.relative_to(folder).as_posix(): path for path in _files(folder, apart)}
    if not found and not any(folder.iterdir()):
        return None
    if mark.path not in found:
        raise _foreign(f"{folder} is not empty, and ws did not make it")
    try:
        listed = {*json.loads(found[mark.path].read_bytes())["files"], mark.path}
    except (ValueError, KeyError, TypeError):
        raise _foreign(f"{folder}/{mark.path} is not as ws wrote it") from None
    more = sorted(found.keys() - listed)
    if more:
        raise _foreign(f"{more[0]} was put into {folder} by somebody else")
    return {name: _read(name, path) for name, path in found.items()}


def _files(folder: Path, apart: Path | None) -> list[Path]:
    """All that is no folder, links to folders among it; less what lies in the folder `apart`."""
    found = []
    for above, folders, names in os.walk(folder):
        links = [each for each in folders if os.path.islink(Path(above, each))]
        folders[:] = [each for each in folders if Path(above, each) != apart or each in links]
        found += [Path(above, name) for name in (*names, *links)]
    return found


def _read(name: str, path: Path) -> PrunedFile:
    if path.is_symlink():
        return PrunedFile(name, os.fsencode(os.readlink(path)), link=True)
    return PrunedFile(name, path.read_bytes(), bool(path.stat().st_mode & 0o100))


def _write(path: Path, file: PrunedFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if file.link:
        path.symlink_to(os.fsdecode(file.data))
        return
    path.write_bytes(file.data)
    path.chmod(0o755 if file.executable else 0o644)


def _exchange(folder: Path, new: Path, old: Path) -> None:
    """Put a folder in the place of another, which is there again if that fails."""
    if not folder.exists():
        new.rename(folder)
        return
    folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        if not folder.exists():  # an interruption may come when it is done
            old.rename(folder)
        raise


def _settle(folder: Path, new: Path, old: Path, beside: str) -> None:
    """After an exchange, even one that was cut: remove `old`, never with what lies `beside` in it.

    That moves into `folder`; where it cannot, `old` is put back, and `OSError` raised.
    """
    if not old.exists():
        return
    if not folder.exists():
        old.rename(folder)
        return
    if beside and (old / beside).is_dir():
        try:
            (old / beside).rename(folder / beside)
        except OSError:
            _exchange(folder, old, new)
            raise
    shutil.rmtree(old, ignore_errors=True)


def _failed(verb: str, folder: Path, error: OSError) -> WorkError:
    return WorkError(
        f"cannot {verb} this folder: {error.strerror or error}",
        rule=f"file/{verb}",
        where=Where(str(folder)),
        hint="check its permissions and the room on the disk, or choose another --out",
    )


def _foreign(reason: str) -> UsageError:
    return UsageError(
        reason, rule="usage/out", hint="choose a folder that is new or empty: --out DIR"
    )
