"""Changes of the small workspace that nobody thought of: by chance, from a seed."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import tomlkit
from tests.lock_oracle import workspace
from tests.lock_oracle.index import RELEASES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from tests.lock_oracle.workspace import Files

    Table = dict[str, Any]

PUBLISHED = sorted({release.name for release in RELEASES})
RANGES = (
    *("*", "^1.0", "^1", ">=1", ">=1.0", ">= 1.0", "<3", ">=1,<3", ">=1.0,<2.0", ">=1.0, <2.0"),
    *("~1.1", "~1", "1.*", "==1.0.0", "1.2.0", "!=1.1.0", "^1.0 || ^2.0", ">1.0", "<=2.0", "^2.0"),
)
STANDARD_RANGES = (
    *("", ">=1", ">=1.0", " (>=1.0,<3)", "<3", "~=1.0", "==1.*", ">=1,!=1.1.0", "==1.0.0"),
    *(" >=1.0 , <2", ">=1.0.0", "<2.0,>=1.0"),
)
MARKERS = (
    *("sys_platform == 'linux'", 'sys_platform == "win32"', "os_name=='posix'"),
    *("python_version < '3.13'", "python_version >= '3.8'", "python_version < '3.9'"),
    *("sys_platform == 'linux' and python_version >= '3.12'", "platform_machine != 'x86_64'"),
    *("python_full_version < '3.12.4'", "'linux' in sys_platform"),
    "sys_platform == 'linux' or python_version >= '3.12'",
)
PYTHONS = (">=3.12", "<3.13", "~3.11", "*", ">=3.8", "<3.9", "^3.11", ">=3.11,<3.14", ">=3.14")
OWN_PYTHONS = ("^3.11", ">=3.11", ">=3.11,<4", ">=3.11,<4.0", ">=3.11,<3.14", ">=3.10", "^3.12")
VERSIONS = ("0.1.0", "0.1.1", "v0.1.0", "0.2", "1.0.0", "1.0.0rc1", "0.1.0.post1", "2.0.0", "1!1.0")
SHARED = ("base", "shared", "modern", "middle", "looped", "forked", "plain")
CONSUMERS = ("chat", "api", "site", "cron", "deep", "split", "narrow")


def edit(rng: Random, files: Files) -> workspace.Write | None:
    """One change of one file by chance, or `None` where chance led to nothing."""
    if rng.random() < 0.15:
        return _edit_lock(rng, files)
    folder = f"packages/{rng.choice(SHARED)}"
    if rng.random() < 0.3:
        folder = f"workers/{rng.choice(CONSUMERS)}"
    path = f"{folder}/{workspace.MANIFEST}"
    document: Any = tomlkit.parse(files[path])
    changes = [*IN_PROJECT] if "project" in document else [_poetry_field, _poetry_extras]
    if "dependencies" in document.get("tool", {}).get("poetry", {}):
        changes += [_poetry_dependencies] * 4 + [_group]
        changes += [partial(_new_path, to="../../packages" if "workers" in folder else "..")]
    rng.choice(changes)(rng, document)
    text = tomlkit.dumps(document)
    return None if text == files[path] else workspace.Write(path, text)


def _name(rng: Random) -> str:
    name = rng.choice(PUBLISHED)
    if rng.random() < 0.1:
        name = rng.choice([name.upper(), name.replace("-", "_"), name.replace(".", "-")])
    return name


def _some(rng: Random, names: Sequence[str]) -> list[str]:
    return rng.sample(names, rng.randint(0, len(names)))


def _constraint(rng: Random) -> str | Table | list[Table]:
    """A constraint on a package of the index, as Poetry's table has it."""
    choice = rng.random()
    if choice < 0.5:
        return rng.choice(RANGES)
    if choice < 0.6:
        parting = rng.choice((("<3.13", ">=3.13"), ("<3.12", ">=3.13"), ("<3.13", ">=3.12")))
        return [{"version": rng.choice(RANGES), "python": python} for python in parting]
    table = tomlkit.inline_table()
    table["version"] = rng.choice(RANGES)
    for key, values in (
        ("markers", MARKERS),
        ("python", PYTHONS),
        ("platform", ("linux", "win32")),
        ("optional", (True, False)),
        ("allow-prereleases", (True, False)),
        ("extras", (["fast"], ["x"], ["none"], ["x", "Y_y"])),
    ):
        if rng.random() < 0.2:
            table[key] = rng.choice(values)
    return table


def _poetry_dependencies(rng: Random, document: Any) -> None:
    table = document["tool"]["poetry"]["dependencies"]
    names = [name for name in table if name != "python"]
    name = rng.choice(names) if names else ""
    choice = rng.random()
    if choice < 0.35 or not name:
        table[_name(rng)] = _constraint(rng)
    elif choice < 0.5:
        del table[name]
    elif not (isinstance(table[name], dict) and "path" in table[name]):
        table[name] = _constraint(rng)
    else:
        _path(rng, table[name])


def _new_path(rng: Random, document: Any, to: str) -> None:
    folder = rng.choice(SHARED)
    name = "shared-python" if folder == "shared" else folder
    table = tomlkit.inline_table()
    table["path"] = f"{to}/{folder}"
    document["tool"]["poetry"]["dependencies"][name] = table
    _path(rng, table)


def _path(rng: Random, table: Any) -> None:
    match rng.randrange(5):
        case 0:
            table["develop"] = not table.get("develop", False)
        case 1:
            table["extras"] = rng.choice((["speed"], ["all"], ["web"], ["more"], ["one"], []))
        case 2:
            table["markers"] = rng.choice(MARKERS)
        case 3:
            table["python"] = rng.choice(PYTHONS)
        case _:
            folder = table["path"].rpartition("/")[0]
            table["path"] = f"{folder}/{rng.choice(SHARED)}"


def _poetry_field(rng: Random, document: Any) -> None:
    poetry = document["tool"]["poetry"]
    match rng.randrange(4):
        case 0:
            poetry["version"] = rng.choice(VERSIONS)
        case 1:
            poetry["description"] = rng.choice(("", "other", " other ", "two lines"))
        case 2:
            poetry["authors"] = ["A <a@b.org>"]
        case _:
            poetry["dependencies"]["python"] = rng.choice(OWN_PYTHONS)


def _poetry_extras(rng: Random, document: Any) -> None:
    poetry = document["tool"]["poetry"]
    names = [name for name in poetry["dependencies"] if name != "python"]
    if "extras" not in poetry:
        poetry["extras"] = tomlkit.table()
    extra = rng.choice(("speed", "all", "more", "stats", "A_b"))
    if extra in poetry["extras"] and rng.random() < 0.3:
        del poetry["extras"][extra]
    else:
        poetry["extras"][extra] = _some(rng, names)[:3]


def _group(rng: Random, document: Any) -> None:
    if rng.random() < 0.5:
        groups = document.setdefault("dependency-groups", tomlkit.table())
        groups[rng.choice(("dev", "extra"))] = [_requirement(rng)]
        return
    groups = document["tool"]["poetry"].setdefault("group", tomlkit.table(is_super_table=True))
    group = groups.setdefault(rng.choice(("dev", "docs")), tomlkit.table())
    group.setdefault("dependencies", tomlkit.table())[_name(rng)] = _constraint(rng)


def _requirement(rng: Random) -> str:
    """A requirement on a package of the index, as the standard has it."""
    extras = rng.choice(("", "", "", "[x]", "[fast]"))
    marker = rng.choice(("", "", f" ; {rng.choice(MARKERS)}", f"; {rng.choice(MARKERS)}"))
    return f"{_name(rng)}{extras}{rng.choice(STANDARD_RANGES)}{marker}"


def _change_list(rng: Random, requirements: Any) -> None:
    if requirements and rng.random() < 0.3:
        del requirements[rng.randrange(len(requirements))]
    elif requirements and rng.random() < 0.3:
        requirements[rng.randrange(len(requirements))] = _requirement(rng)
    else:
        requirements.append(_requirement(rng))


def _project_requirements(rng: Random, document: Any) -> None:
    project = document["project"]
    if "dependencies" not in project.get("dynamic", []):
        _change_list(rng, project["dependencies"])


def _project_extras(rng: Random, document: Any) -> None:
    project = document["project"]
    extras = project.setdefault("optional-dependencies", tomlkit.table())
    extra = rng.choice(("speed", "web", "more", "one", "all", "A_b"))
    if extra in extras and rng.random() < 0.3:
        del extras[extra]
    elif rng.random() < 0.2:
        extras[extra] = [f"{project['name']}[{rng.choice(('speed', 'one', 'more'))}]"]
    else:
        _change_list(rng, extras.setdefault(extra, tomlkit.array()))


def _project_field(rng: Random, document: Any) -> None:
    project = document["project"]
    match rng.randrange(4):
        case 0:
            project["version"] = rng.choice(VERSIONS)
        case 1:
            project["description"] = rng.choice(("", "other", " other "))
        case 2:
            project["keywords"] = ["a"]
        case _:
            project["requires-python"] = rng.choice(
                (">=3.11", ">=3.11,<4", ">=3.11,<3.14", ">=3.9")
            )


IN_PROJECT: tuple[Callable[[Random, Any], None], ...] = (
    *(_project_requirements, _project_requirements, _project_requirements),
    *(_project_extras, _project_field),
)


def _edit_lock(rng: Random, files: Files) -> workspace.Write:
    """What somebody may do to a lock by hand, and a check can see without the index."""
    folders = [f"workers/{name}" for name in CONSUMERS]
    path = f"{rng.choice([*folders, 'packages/shared', 'packages/modern'])}/{workspace.LOCK}"
    lines = files[path].splitlines(keepends=True)
    names = [line.split('"')[1] for before, line in pairwise(lines) if before == "[[package]]\n"]
    package = rng.choice(names)
    start, end = workspace.block(files[path], package)
    block = files[path][start:end]
    if rng.random() < 0.5 or 'type = "directory"' not in block:
        after = ""
    else:
        after = _edit_entry(rng, block)
    return workspace.Write(path, files[path][:start] + after + files[path][end:])


def _edit_entry(rng: Random, block: str) -> str:
    """The block of a path dependency with one line changed or gone."""
    lines = block.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if line == "[package.dependencies]\n"), 0)
    inside = [n for n, line in enumerate(lines) if n > start > 0 and " = " in line]
    inside = [n for n in inside if lines[n].split()[0] not in ("type", "url")]
    if inside and rng.random() < 0.6:
        del lines[rng.choice(inside)]
        return "".join(lines)
    field = rng.choice(("version", "description", "python-versions"))
    return "".join(
        f'{field} = "{rng.choice(VERSIONS)}"\n' if line.startswith(f"{field} = ") else line
        for line in lines
    )
