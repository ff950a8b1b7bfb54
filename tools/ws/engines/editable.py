"""Editable installs laid down in process: what Poetry writes, without starting Poetry.

For the member itself that is what Poetry's `EditableBuilder` writes. For a path dependency it is
an editable wheel of poetry-core, laid down by `installer`, with a `direct_url.json`, as Poetry's
`Executor` does it. poetry-core builds in one thread at a time: it is Python's work anyway.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import locale
import os
import shutil
import threading
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ws.errors import WorkError, WsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.engines.interpreter import Environment

_BACKEND = "poetry.core.masonry.api"
_SCRIPT = """\
#!{python}
import sys
from {module} import {holder}

if __name__ == '__main__':
    sys.exit({function}())
"""
_CMD = '@echo off\r\n"{python}" "%~dp0\\{name}" %*\r\n\n'
_GUARD = threading.Lock()


def builds(document: dict[str, Any]) -> bool:
    """Whether a path dependency with this parsed `pyproject.toml` can be laid down here.

    That is, whether poetry-core builds it, and no script has to run for it.
    """
    backend = document.get("build-system", {}).get("build-backend")
    build = document.get("tool", {}).get("poetry", {}).get("build")
    return backend == _BACKEND and not build


def install_member(folder: Path, environment: Environment) -> None:
    """Install the member in the absolute `folder` into its environment, as `poetry install` does.

    Raises `WorkError` for what poetry-core cannot build.
    """
    with _GUARD, _told(folder):
        from poetry.core.masonry.builders.builder import Builder
        from poetry.core.masonry.builders.wheel import WheelBuilder

        poetry = _poetry(folder)
        builder = Builder(poetry)  # for no format: packages that are for the sdist alone count
        remove(poetry.package.name, environment)
        files = [_pth(builder, environment), *_scripts(builder, poetry, environment)]
        _dist_info(WheelBuilder(poetry), folder, environment, files)


def install_dependency(folder: Path, name: str, environment: Environment) -> None:
    """Install the path dependency in the absolute `folder`, whose back end is poetry-core.

    Raises `WorkError` for what poetry-core cannot build.
    """
    with _told(folder), TemporaryDirectory(prefix="ws-editable-") as scratch:
        with _GUARD:
            from poetry.core.masonry.builders.wheel import WheelBuilder

            wheel = WheelBuilder.make_in(_poetry(folder), Path(scratch), editable=True)
        remove(name, environment)
        info = _unpack(Path(scratch, wheel), environment)
        said = {"url": folder.as_uri(), "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(said), encoding="utf-8")
        with (info / "RECORD").open("a", encoding="utf-8", newline="") as record:
            csv.writer(record).writerow((f"{info.name}/direct_url.json", "", ""))


def remove(name: str, environment: Environment) -> bool:
    """Take a distribution out of an environment, if it is there; say whether it was."""
    found = list(
        metadata.PathDistribution.discover(name=name, path=list(map(str, environment.libraries)))
    )
    for distribution in found:
        for file in distribution.files or ():
            path = Path(os.path.normpath(str(distribution.locate_file(file))))
            if path.is_relative_to(environment.folder):
                path.unlink(missing_ok=True)
        shutil.rmtree(distribution._path, ignore_errors=True)  # type: ignore[attr-defined]  # noqa: SLF001
    return bool(found)


def _poetry(folder: Path) -> Any:  # noqa: ANN401 - untyped here
    from poetry.core.factory import Factory

    return Factory().create_poetry(folder, with_groups=False)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say of which folder poetry-core complains."""
    try:
        yield
    except (ValueError, RuntimeError, FileNotFoundError) as error:
        raise WorkError(
            f"{_name(folder)} cannot be installed: {' '.join(str(error).split())}",
            rule="install/not-installable",
            hint="say in its pyproject.toml where its packages are, or set package-mode = false",
        ) from error


def _name(folder: Path) -> str:
    """What people call a package: by its manifest, else by its folder."""
    from ws.formats.toml import parse

    try:
        document = parse((folder / "pyproject.toml").read_bytes(), "pyproject.toml")[1]
    except (OSError, WsError):
        return folder.name
    tables = document.get("project", {}), document.get("tool", {}).get("poetry", {})
    return next((str(table["name"]) for table in tables if "name" in table), folder.name)


def _pth(builder: Any, environment: Environment) -> Path:  # noqa: ANN401 - untyped here
    from poetry.core.masonry.utils.package_include import PackageInclude

    module = builder._module  # noqa: SLF001 - as Poetry's own builder, a subclass, does
    bases = (
        include.base.resolve().as_posix()
        for include in module.includes
        if isinstance(include, PackageInclude) and (include.is_module() or include.is_package())
    )
    name = Path(module.name).with_suffix(".pth").name
    for library in environment.libraries:
        (library / name).unlink(missing_ok=True)
    path = environment.purelib / name
    text = "".join(base + os.linesep for base in dict.fromkeys(bases))
    path.write_text(text, encoding=locale.getencoding())
    return path


def _scripts(builder: Any, poetry: Any, environment: Environment) -> Iterator[Path]:  # noqa: ANN401
    entry_points = builder.convert_entry_points()
    for kind in ("console_scripts", "gui_scripts"):
        for line in entry_points.get(kind, ()):
            name, _, reference = line.partition(" = ")
            yield from _script(name, reference, environment, gui=kind == "gui_scripts")
    for name, table in poetry.local_config.get("scripts", {}).items():
        if isinstance(table, dict) and table.get("type") == "file":
            source = poetry.pyproject_path.parent / (table.get("reference") or "")
            if source.is_file():
                yield _fresh(environment.scripts / name, source)


def _script(name: str, reference: str, environment: Environment, *, gui: bool) -> Iterator[Path]:
    module, _, function = reference.partition("[")[0].strip().partition(":")
    if not function or ":" in function:
        raise ValueError(f'the script "{name}" must name a function, as in module:function')
    holder = function.partition(".")[0]
    path = _fresh(environment.scripts / name)
    text = _SCRIPT.format(
        python=environment.python, module=module, holder=holder, function=function
    )
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    yield path
    if os.name == "nt":
        python = environment.python.with_name("pythonw.exe") if gui else environment.python
        cmd = _fresh(path.with_suffix(".cmd"))
        cmd.write_text(_CMD.format(python=python, name=name), encoding="utf-8")
        yield cmd


def _fresh(path: Path, source: Path | None = None) -> Path:
    """A file that shares its content with no other, as hard links of uv's would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if source:
        shutil.copy2(source, path)
        path.chmod(0o755)
    return path


def _dist_info(builder: Any, folder: Path, environment: Environment, files: list[Path]) -> None:  # noqa: ANN401
    info = environment.purelib / builder.dist_info
    builder.prepare_metadata(environment.purelib)
    files += sorted(path for path in info.rglob("*") if path.is_file())
    said = {"dir_info": {"editable": True}, "url": folder.as_uri()}
    for name, text in (("INSTALLER", "poetry"), ("direct_url.json", json.dumps(said))):
        (info / name).write_text(text, encoding="utf-8")
        files.append(info / name)
    with (info / "RECORD").open("w", encoding="utf-8", newline="") as record:
        rows = csv.writer(record)
        rows.writerows((path, f"sha256={_digest(path)}", path.stat().st_size) for path in files)
        rows.writerow((info / "RECORD", "", ""))


def _digest(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _unpack(wheel: Path, environment: Environment) -> Path:
    """Lay down a wheel, and give its dist-info folder."""
    from installer import install
    from installer.destinations import SchemeDictionaryDestination
    from installer.sources import WheelFile
    from installer.utils import get_launcher_kind

    with WheelFile.open(wheel) as source:
        schemes = {
            "purelib": str(environment.purelib),
            "platlib": str(environment.platlib),
            "scripts": str(environment.scripts),
            "headers": str(environment.include / source.distribution),
            "data": str(environment.folder),
        }
        destination = _over(SchemeDictionaryDestination)(
            schemes, str(environment.python), get_launcher_kind()
        )
        install(source, destination, {"INSTALLER": b"ws"})
        return environment.purelib / source.dist_info_dir


def _over(base: Any) -> Any:  # noqa: ANN401 - loaded only where it is used
    """`installer`'s way to lay down files, but over what is there, as Poetry does."""

    class Over(base):  # type: ignore[misc]
        def write_to_fs(self, scheme: str, path: str, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
            Path(self.scheme_dict[scheme], path).unlink(missing_ok=True)
            return super().write_to_fs(scheme, path, *rest, **more)

    return Over
