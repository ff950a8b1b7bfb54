"""Changes of a shared package in Poetry's own form, which members and packages stand on."""

from __future__ import annotations

from tests.lock_oracle.case import (
    ALPHA,
    GAMMA,
    SHARED,
    TO_BASE,
    VERSION,
    after,
    case,
)
from tests.lock_oracle.workspace import (
    Delete,
    LineEndings,
    Move,
    Replace,
    Write,
)

SHARED_PROJECT = """\
[project]
name = "shared-python"
version = "0.1.0"
description = "Shared by all workers"
requires-python = "{python}"
dynamic = ["dependencies"]

[project.optional-dependencies]
speed = ["omega (>=1.0,<2.0)"]
all = ["omega (>=1.0,<2.0)", "kappa"]

[tool.poetry.dependencies]
alpha = "^1.0"
beta = {{ version = "^1.0", extras = ["fast"] }}
gamma = {{ version = ">=1.0,<3", markers = "sys_platform == 'linux'" }}
zeta = {{ version = "^1.0", python = ">=3.14" }}
base = {{ path = "../base", develop = true }}

[build-system]
requires = ["poetry-core>=2,<3"]
build-backend = "poetry.core.masonry.api"
"""

STAND_ON_SHARED = ("shared", "chat", "api", "cron", "middle", "deep", "narrow")
"""Every member whose lock holds the shared package, and that package itself."""

SHARED_DEPENDENCIES = (
    case("shared: a dependency is added", after(SHARED, ALPHA, 'tau = "*"')),
    case("shared: one is added that is locked already", after(SHARED, ALPHA, 'delta = "^1.0"')),
    case("shared: a dependency is dropped", Replace(SHARED, f"{GAMMA}\n", "")),
    case(
        "shared: one is dropped that others bring",
        Replace(SHARED, f"# what everybody uses\n{ALPHA}\n", ""),
    ),
    case("shared: a range is widened", Replace(SHARED, ALPHA, 'alpha = ">=1.0,<3"')),
    case("shared: a range is narrowed around it", Replace(SHARED, ALPHA, 'alpha = "~1.2"')),
    case("shared: a range leaves the locked version", Replace(SHARED, ALPHA, 'alpha = "<1.2"')),
    case("shared: a range is respelled", Replace(SHARED, ALPHA, 'alpha = ">=1.0,<2.0"')),
    case("shared: a leading blank in a range", Replace(SHARED, ALPHA, 'alpha = " ^1.0"')),
    case("shared: a blank inside a range", Replace(SHARED, '">=1.0,<3"', '">=1.0, <3"')),
    case("shared: a zero less in a range", Replace(SHARED, ALPHA, 'alpha = "^1"')),
    case(
        "shared: a table with a version for a bare string",
        Replace(SHARED, ALPHA, 'alpha = { version = "^1.0" }'),
    ),
    case(
        "shared: allow-prereleases",
        Replace(SHARED, ALPHA, 'alpha = { version = "^1.0", allow-prereleases = true }'),
    ),
    case(
        "shared: optional = false said aloud",
        Replace(SHARED, ALPHA, 'alpha = { version = "^1.0", optional = false }'),
    ),
    case("shared: a range that none meets", Replace(SHARED, ALPHA, 'alpha = "^7.0"')),
    case("shared: two ranges that do not meet", after(SHARED, ALPHA, 'epsilon = ">=2"')),
    case("shared: other case in a name", Replace(SHARED, ALPHA, 'Alpha = "^1.0"')),
    case(
        "shared: the same name under two spellings",
        after(SHARED, ALPHA, 'lambda-x = ">=1"\nlambda_x = "<2"'),
    ),
    case(
        "shared: the same name under two spellings, both locked",
        after(SHARED, ALPHA, 'Alpha = ">=1.1"'),
    ),
)

SHARED_CONDITIONS = (
    case(
        "shared: a marker is added",
        Replace(SHARED, ALPHA, """alpha = { version = "^1.0", markers = "os_name == 'posix'" }"""),
    ),
    case("shared: a marker is changed", Replace(SHARED, "'linux'", "'darwin'")),
    case(
        "shared: a marker is dropped",
        Replace(SHARED, GAMMA, 'gamma = { version = ">=1.0,<3" }'),
    ),
    case(
        "shared: a marker with other quotes",
        Replace(SHARED, """"sys_platform == 'linux'\"""", """'sys_platform == "linux"'"""),
    ),
    case(
        "shared: the marker python for a marker on python_version",
        Replace(SHARED, 'python = ">=3.14"', """markers = "python_version >= '3.14'\""""),
    ),
    case(
        "shared: the marker platform for a marker",
        Replace(SHARED, """markers = "sys_platform == 'linux'\"""", 'platform = "linux"'),
    ),
    case(
        "shared: a marker that always holds",
        Replace(
            SHARED, ALPHA, """alpha = { version = "^1.0", markers = "python_version >= '3.8'" }"""
        ),
    ),
    case("shared: a dependency for other Pythons", Replace(SHARED, '">=3.14"', '">=3.13"')),
    case(
        "shared: a dependency that is dead for every member's Python",
        after(SHARED, ALPHA, 'lambda-x = { version = "*", python = "<3.11" }'),
    ),
    case(
        "shared: a dependency that is dead for some members' Python",
        after(SHARED, ALPHA, 'lambda-x = { version = "*", python = ">=3.14" }'),
    ),
    case(
        "shared: a dependency that a marker makes dead",
        after(
            SHARED, ALPHA, """lambda-x = { version = "*", markers = "python_version < '3.9'" }"""
        ),
    ),
    case("shared: an extra of a dependency is dropped", Replace(SHARED, ', extras = ["fast"]', "")),
    case(
        "shared: an extra of a dependency is asked for",
        after(SHARED, ALPHA, '"Mixed.Name" = { version = "*", extras = ["x"] }'),
    ),
    case(
        "shared: an extra of a dependency in other case",
        Replace(SHARED, 'extras = ["fast"]', 'extras = ["FAST"]'),
    ),
    case(
        "shared: a dependency becomes optional, no extra brings it",
        Replace(SHARED, ALPHA, 'alpha = { version = "^1.0", optional = true }'),
    ),
    case(
        "shared: an optional dependency that no extra brings",
        after(SHARED, ALPHA, 'lambda-x = { version = "*", optional = true }'),
    ),
    case(
        "shared: an optional dependency of an unused extra is widened",
        Replace(SHARED, 'kappa = { version = "*"', 'kappa = { version = ">=1"'),
    ),
    case(
        "shared: an optional dependency of a used extra is widened",
        Replace(SHARED, 'omega = { version = "^1.0"', 'omega = { version = ">=1.0"'),
    ),
    case(
        "shared: an optional dependency of a used extra is respelled",
        Replace(SHARED, 'omega = { version = "^1.0"', 'omega = { version = ">=1.0,<2.0"'),
    ),
    case(
        "shared: an optional dependency becomes a plain one",
        Replace(SHARED, 'kappa = { version = "*", optional = true }', 'kappa = "*"'),
    ),
    case("shared: an unused extra is added", after(SHARED, 'speed = ["omega"]', 'x = ["kappa"]')),
    case("shared: an unused extra is dropped", Replace(SHARED, 'all = ["omega", "kappa"]\n', "")),
    case("shared: a used extra is dropped", Replace(SHARED, 'speed = ["omega"]\n', "")),
    case(
        "shared: a used extra brings more",
        Replace(SHARED, 'speed = ["omega"]', 'speed = ["omega", "kappa"]'),
    ),
    case(
        "shared: an extra in another order",
        Replace(SHARED, 'all = ["omega", "kappa"]', 'all = ["kappa", "omega"]'),
    ),
    case(
        "shared: extras in another order",
        Replace(
            SHARED,
            'speed = ["omega"]\nall = ["omega", "kappa"]\n',
            'all = ["omega", "kappa"]\nspeed = ["omega"]\n',
        ),
        deep=True,
    ),
    case("shared: an extra in other case", Replace(SHARED, "\nspeed = [", "\nSpeed = [")),
    case(
        "shared: an extra of something that is no dependency",
        Replace(SHARED, 'speed = ["omega"]', 'speed = ["omega", "tau"]'),
    ),
    case(
        "shared: a list of constraints with disjoint markers",
        Replace(
            SHARED,
            ALPHA,
            'alpha = [{ version = "^1.0", python = "<3.13" },'
            ' { version = ">=1.1,<2", python = ">=3.13" }]',
        ),
    ),
    case(
        "shared: a list of one constraint",
        Replace(SHARED, ALPHA, 'alpha = [{ version = "^1.0" }]'),
    ),
    case(
        "shared: a list of constraints with overlapping markers",
        Replace(
            SHARED,
            ALPHA,
            'alpha = [{ version = "^1.0", python = "<3.13" },'
            ' { version = ">=1.1,<2", python = ">=3.12" }]',
        ),
        undecidable=STAND_ON_SHARED,
    ),
    case(
        "shared: a list of constraints without markers",
        Replace(SHARED, ALPHA, 'alpha = ["^1.0", ">=1.1"]'),
        undecidable=STAND_ON_SHARED,
    ),
)

SHARED_ITSELF = (
    case("shared: its version is bumped", Replace(SHARED, VERSION, 'version = "0.2.0"')),
    case("shared: its version leaves a range", Replace(SHARED, VERSION, 'version = "1.0.0"')),
    case("shared: its version with a v", Replace(SHARED, VERSION, 'version = "v0.1.0"')),
    case("shared: its version spelled short", Replace(SHARED, VERSION, 'version = "0.1"')),
    case("shared: a pre-release", Replace(SHARED, VERSION, 'version = "0.2.0-alpha.1"')),
    case("shared: its description", Replace(SHARED, "Shared by all workers", "Shared by many")),
    case("shared: a blank after its description", Replace(SHARED, "by all workers", "by all ")),
    case("shared: a description of two lines", Replace(SHARED, "by all", "by\\nall")),
    case("shared: another spelling of its name", Replace(SHARED, '"shared-p', '"Shared_P')),
    case("shared: another name", Replace(SHARED, '"shared-python"', '"common"')),
    case("shared: its folder is moved", Move("packages/shared", "packages/common")),
    case("shared: its folder has no manifest", Delete(SHARED)),
    case("shared: python widened", Replace(SHARED, 'python = "^3.11"', 'python = ">=3.11"')),
    case("shared: python respelled", Replace(SHARED, 'python = "^3.11"', 'python = ">=3.11,<4"')),
    case(
        "shared: python respelled to the same text",
        Replace(SHARED, 'python = "^3.11"', 'python = "^3.11.0"'),
    ),
    case("shared: python narrowed", Replace(SHARED, 'python = "^3.11"', 'python = "^3.12"')),
    case(
        "shared: python narrowed less than some members",
        Replace(SHARED, 'python = "^3.11"', 'python = ">=3.11,<3.15"'),
    ),
    case("shared: a development dependency", after(SHARED, 'lint = "^1.0"', 'rho = "*"')),
    case(
        "shared: an optional group",
        Write("packages/shared/README.md", ""),
        after(
            SHARED,
            'lint = "^1.0"',
            "\n[tool.poetry.group.docs]\noptional = true\n\n"
            '[tool.poetry.group.docs.dependencies]\nrho = "*"',
        ),
    ),
    case(
        "shared: a standard group",
        after(SHARED, 'lint = "^1.0"', '\n[dependency-groups]\ndocs = ["rho"]'),
    ),
    case("shared: its authors", Replace(SHARED, "authors = []", 'authors = ["A <a@b.org>"]')),
    case(
        "shared: a script",
        after(SHARED, "authors = []", '\n[tool.poetry.scripts]\nshared = "shared:main"'),
    ),
    case(
        "shared: a source",
        after(
            SHARED,
            "authors = []",
            '\n[[tool.poetry.source]]\nname = "own"\nurl = "https://example.org/simple/"\n'
            'priority = "explicit"',
        ),
    ),
    case("shared: package-mode", after(SHARED, VERSION, "package-mode = false")),
    case("shared: another build back end", Replace(SHARED, "poetry-core>=2,<3", "poetry-core")),
    case("shared: a comment", Replace(SHARED, "# what everybody uses", "# for all")),
    case(
        "shared: the order of dependencies",
        Replace(SHARED, f"{ALPHA}\n", ""),
        after(SHARED, GAMMA, ALPHA),
    ),
    case("shared: line endings of Windows", LineEndings(SHARED)),
    case(
        "shared: in the standard form, python respelled",
        Write(SHARED, SHARED_PROJECT.format(python=">=3.11,<4.0")),
    ),
)

SHARED_PATHS = (
    case("shared: a path dependency is added", after(SHARED, ALPHA, 'plain = {path = "../plain"}')),
    case("shared: a path dependency is dropped", Replace(SHARED, f"{TO_BASE}\n", "")),
    case(
        "shared: a path dependency loses develop",
        Replace(SHARED, TO_BASE, 'base = { path = "../base" }'),
    ),
    case(
        "shared: a path dependency develops by not saying so",
        Replace(SHARED, TO_BASE, 'base = { path = "../base", develop = false }'),
    ),
    case("shared: a path with a slash more", Replace(SHARED, '"../base"', '"../base/"')),
    case("shared: a path with a dot more", Replace(SHARED, '"../base"', '"./../base"')),
    case("shared: a path by a longer way", Replace(SHARED, '"../base"', '"../shared/../base"')),
    case("shared: a path to nowhere", Replace(SHARED, '"../base"', '"../bass"')),
    case("shared: a published version for a path", Replace(SHARED, TO_BASE, 'base = "*"')),
    case(
        "shared: a path dependency on some systems",
        Replace(SHARED, TO_BASE, """base = { path = "../base", markers = "os_name == 'posix'" }"""),
    ),
    case(
        "shared: a path dependency on what must be built",
        after(SHARED, ALPHA, 'dynamic = { path = "../dynamic" }'),
        undecidable=STAND_ON_SHARED,
    ),
)
