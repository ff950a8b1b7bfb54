"""Runs the real Poetry, with its own arguments, but with packages from files and from no index.

In the place of every package index that Poetry knows, those for builds included, stands a
repository of archives. They lie in the folders of `WS_HOUSES`, a JSON list; where that is empty, in
Poetry's own cache: all that it has ever downloaded, from whatever index. Which of them is installed
is decided by Poetry, by the hashes of the lock. With `WS_OFFLINE`, this process asks nothing of any
network. Why something was not found is told in lines of the form `ws: REASON` at the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.utils import canonicalize_name, parse_wheel_filename
from poetry.config.config import Config
from poetry.console.application import main
from poetry.core.constraints.version import Version
from poetry.core.packages.package import Package
from poetry.core.packages.utils.link import Link
from poetry.inspection.info import PackageInfo
from poetry.installation.chooser import Chooser
from poetry.repositories.exceptions import PackageNotFoundError
from poetry.repositories.http_repository import HTTPRepository
from poetry.repositories.repository import Repository
from poetry.repositories.repository_pool import RepositoryPool
from poetry.utils.cache import ArtifactCache
from poetry.utils.isolated_build import IsolatedEnv
from poetry.utils.wheel import Wheel
from poetry.vcs.git import Git

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SDISTS = (".tar.gz", ".zip", ".tar.bz2")
OF_GIT = ".created_from_git_dependency"

HOUSES = [Path(folder) for folder in json.loads(os.environ.get("WS_HOUSES") or "[]")]
OFFLINE = bool(os.environ.get("WS_OFFLINE"))
GUARD = threading.Lock()
REASONS: dict[str, None] = {}
"""What there was not, each told once."""
BUILD = threading.local()
"""`env` is the environment that a build in this thread gets, `missed` what was not found for it."""


class MissingError(Exception):
    """Something would have to be asked for elsewhere. Poetry does not try again after it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        REASONS.setdefault(reason)


class Archive(NamedTuple):
    """One wheel or sdist."""

    name: str
    version: Version
    path: Path

    @property
    def is_wheel(self) -> bool:
        """Whether it needs no build."""
        return self.path.suffix == ".whl"


def archive(path: Path) -> Archive | None:
    """What a file says by its name that it is; `None` if that is no archive of a package."""
    try:
        if path.suffix == ".whl":
            name, version = parse_wheel_filename(path.name)[:2]
            return Archive(name, Version.parse(str(version)), path)
        for ending in SDISTS:
            if path.name.endswith(ending):
                stem, _, number = path.name[: -len(ending)].rpartition("-")
                return Archive(canonicalize_name(stem), Version.parse(number), path)
    except ValueError:  # packaging's and poetry-core's errors are of this kind
        pass
    return None


def in_folders(folders: Iterable[Path]) -> Iterator[Path]:
    """The files of wheelhouses."""
    for folder in folders:
        yield from sorted(path for path in folder.iterdir() if path.is_file())


def in_cache(folder: Path) -> Iterator[Path]:
    """The archives in Poetry's cache as they were downloaded: wheels built from others are not."""
    for above, _, names in os.walk(folder):
        built = OF_GIT in names or any(name.endswith(SDISTS) for name in names)
        for name in sorted(names):
            if not built or name.endswith(SDISTS):
                yield Path(above, name)


def stock() -> dict[str, list[Archive]]:
    """All archives that there are, by normalised name; looked for once, by whoever comes first."""
    with GUARD:
        return _stock()


@cache
def _stock() -> dict[str, list[Archive]]:
    files = in_folders(HOUSES) if HOUSES else in_cache(Config.create().artifacts_cache_directory)
    found: dict[str, list[Archive]] = {}
    for path in files:
        if one := archive(path):
            found.setdefault(one.name, []).append(one)
    return found


def archives(name: str, version: Version) -> list[Archive]:
    """Those of one version, wheels first."""
    found = (one for one in stock().get(canonicalize_name(name), []) if one.version == version)
    return sorted(found, key=lambda one: not one.is_wheel)


@cache
def digest(path: Path, kind: str) -> str:
    """The hash of a file as a lock has it: `sha256:...`."""
    found = hashlib.new(kind)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            found.update(part)
    return f"{kind}:{found.hexdigest()}"


def absent(what: str) -> str:
    """That there is no archive of something, and what to do."""
    if not HOUSES:
        return f"{what} is not in Poetry's cache: run once without --offline, or --wheelhouse DIR"
    return f"{what} is not in the wheelhouse ({_houses()}): put its wheel or sdist there"


def _houses() -> str:
    return ", ".join(map(str, HOUSES))


class House(Repository):  # type: ignore[misc]
    """A repository of archives, in the place of a package index of this name."""

    def _find_packages(self, name: Any, constraint: Any) -> list[Any]:
        versions = {one.version for one in stock().get(name, []) if constraint.allows(one.version)}
        fitting = [v for v in versions if any(map(fits, archives(name, v)))]
        if not fitting and hasattr(BUILD, "missed"):
            BUILD.missed.append(f"{name} ({constraint})")
        return [Package(name, version) for version in sorted(fitting)]

    def package(self, name: str, version: Version) -> Package:
        """What an archive of this version says of itself."""
        found = archives(name, version)
        if not found:
            raise PackageNotFoundError(f"Package {name} ({version}) not found.")
        best, *_ = found
        read = PackageInfo.from_wheel if best.is_wheel else PackageInfo.from_sdist
        info = read(best.path)
        info = PackageInfo(  # as from an index: it must not be taken for a file dependency
            name=name,
            version=version.text,
            requires_dist=info.requires_dist,
            requires_python=info.requires_python,
            files=[{"file": one.path.name, "hash": digest(one.path, "sha256")} for one in found],
        )
        return info.to_package(name=name)

    def find_links_for_package(self, package: Package) -> list[Link]:
        """The archives of a package that have the hash which the lock has for them."""
        found = archives(package.name, package.version)
        if not found:
            raise MissingError(absent(f"{package.name} {package.version}"))
        locked: dict[str, set[str]] = {}
        for file in package.files:
            locked.setdefault(file["file"], set()).add(file["hash"])
        links = [
            Link(f"{one.path.as_uri()}#{known.replace(':', '=', 1)}")
            for one in found
            for known in sorted(locked.get(one.path.name, ()))
            if digest(one.path, known.partition(":")[0]) == known
        ]
        if links:
            return links
        raise MissingError(_refused(package, found, locked))


def _refused(package: Package, found: list[Archive], locked: Iterable[str]) -> str:
    """Why none of the archives that there are may be installed."""
    if not HOUSES:  # they are what some other lock has named
        return absent(f"{package.name} {package.version}")
    altered = [one.path for one in found if one.path.name in locked]
    if altered:
        return f"{altered[0]} has another hash than the lock says: put the right one there"
    return absent(f"an archive of {package.name} {package.version} that the lock names")


def fits(one: Archive) -> bool:
    """Whether a build in this thread can use it; true where there is none."""
    env = getattr(BUILD, "env", None)
    return env is None or not one.is_wheel or Wheel(one.path.name).is_supported_by_environment(env)


def add_repository(pool: Any, repository: Any, *args: Any, **options: Any) -> Any:
    """What `RepositoryPool.add_repository` does, with a house for an index."""
    exchanged = House(repository.name) if isinstance(repository, HTTPRepository) else repository
    return add(pool, exchanged, *args, **options)


def cached_archive(artifacts: Any, link: Any, **options: Any) -> Any:
    """What `ArtifactCache.get_cached_archive_for_link` does, for archives of a house, too.

    A wheel is used where it lies; an sdist is copied into the cache, for Poetry builds beside it.
    """
    if link.scheme == "file":
        path = _path(link)
        if link.is_wheel:
            return path
        if options.get("download_func"):
            options["download_func"] = lambda _url, target: shutil.copyfile(path, target)
    elif OFFLINE and options.get("download_func"):
        options["download_func"] = lambda _url, _target: refuse(f"{link.filename}, from its URL,")
    return cached(artifacts, link, **options)


def cache_directory(artifacts: Any, link: Any) -> Any:
    """What `ArtifactCache.get_cache_directory_for_link` does; what lies in the cache stays there.

    So what was built from it before is found.
    """
    if link.scheme == "file" and not HOUSES:
        return _path(link).parent
    return directory(artifacts, link)


def _path(link: Any) -> Path:
    return Path(url2pathname(urlsplit(link.url).path))


def choose_for(chooser: Any, package: Any) -> Any:
    """What `Chooser.choose_for` does; it fails where no archive that is allowed fits."""
    try:
        return choose(chooser, package)
    except MissingError:
        raise
    except Exception:
        what = f"an archive of {package.name} {package.version} for this Python"
        REASONS.setdefault(absent(what))
        raise


def refuse(what: str) -> None:
    """Say that something is not in Poetry's cache, which is all that there is. Raises."""
    raise MissingError(f"{what} is not in Poetry's cache: run once without --offline")


def install_for_build(build: Any, requirements: Any, **options: Any) -> Any:
    """What `IsolatedEnv.install` does; if it fails, tell what was not found."""
    around = dict(BUILD.__dict__)  # to know what one archive requires, another may be built
    BUILD.env, BUILD.missed = build._env, []
    try:
        return install(build, requirements, **options)
    except Exception:
        for missed in BUILD.missed:
            REASONS.setdefault(absent(f"{missed}, which a build requires,"))
        raise
    finally:
        BUILD.__dict__.clear()
        BUILD.__dict__.update(around)


def clone_local(url: str, *args: Any, **options: Any) -> Any:
    """What `Git.clone` does, but from this machine only."""
    if "://" in url and not url.startswith("file://"):
        refuse(f"{Git.get_name_from_source_url(url)}, from git,")
    return clone(url, *args, **options)


def no_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would reach for a network, whoever does (PEP 578)."""
    if event == "socket.getaddrinfo":
        raise MissingError(f"offline: {arguments[0]} is not asked")
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        raise MissingError(f"offline: {arguments[1][0]} is not asked")


def run() -> Any:
    """Poetry itself; its exit code, after the reasons if it failed."""
    try:
        code = main()
    except SystemExit as leaving:
        code = leaving.code
    for reason in REASONS if code else ():
        sys.stdout.write(f"ws: {reason}\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    add, RepositoryPool.add_repository = RepositoryPool.add_repository, add_repository
    cached = ArtifactCache.get_cached_archive_for_link
    ArtifactCache.get_cached_archive_for_link = cached_archive
    directory = ArtifactCache.get_cache_directory_for_link
    ArtifactCache.get_cache_directory_for_link = cache_directory
    choose, Chooser.choose_for = Chooser.choose_for, choose_for
    install, IsolatedEnv.install = IsolatedEnv.install, install_for_build
    if OFFLINE:
        clone, Git.clone = Git.clone, clone_local
        sys.addaudithook(no_network)
    sys.exit(run())
