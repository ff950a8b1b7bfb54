"""Changes of other shared packages: below the first, in the standard form, not built by Poetry."""

# ruff: noqa: E501 - a case is read best in one piece

from __future__ import annotations

from tests.lock_oracle.case import (
    BASE,
    DYNAMIC,
    FORKED,
    LOOPED,
    MIDDLE,
    MODERN,
    PLAIN,
    TO_BASE,
    VERSION,
    after,
    case,
)
from tests.lock_oracle.workspace import (
    Move,
    Replace,
    Write,
)

NOTHING = (
    case(
        "nothing: the base is as poetry lock leaves it",
        Write("packages/base/README.md", "# Base\n"),
        *(
            Write(f"packages/{name}/README.md", "")
            for name in ("forked", "plain", "dynamic", "looped")
        ),
    ),
)

BELOW = (
    case("base: a dependency is added", after(BASE, 'epsilon = "^1.0"', 'tau = "*"')),
    case("base: a range is respelled", Replace(BASE, '"^1.0"', '"^1.0.0"')),
    case("base: a range leaves the locked version", Replace(BASE, '">=1,<3"', '"<2"')),
    case("base: its version", Replace(BASE, VERSION, 'version = "0.1.1"')),
    case("base: its description", Replace(BASE, "What the", "That which the")),
    case(
        "base: a development group",
        after(BASE, 'theta = ">=1,<3"', '\n[tool.poetry.group.dev.dependencies]\nlint = "*"'),
    ),
    case(
        "base: an extra is added",
        after(
            BASE,
            'theta = ">=1,<3"',
            'rho = { version = "*", optional = true }\n\n[tool.poetry.extras]\nmore = ["rho"]',
        ),
    ),
    case("base: python narrowed", Replace(BASE, 'python = "^3.11"', 'python = ">=3.11,<3.13"')),
    case("base: moved", Move("packages/base", "packages/ground")),
    case("middle: asks for fewer extras", Replace(MIDDLE, '["all"]', '["speed"]')),
    case("middle: asks for no extras", Replace(MIDDLE, ', extras = ["all"]', "")),
    case("middle: asks for an extra that there is not", Replace(MIDDLE, '["all"]', '["none"]')),
    case("middle: its extras in other case", Replace(MIDDLE, '["all"]', '["ALL"]')),
    case("middle: a dependency is dropped", Replace(MIDDLE, 'tau = "*"\n', "")),
    case("middle: its version", Replace(MIDDLE, '"0.3.0"', '"0.4.0"')),
    case(
        "middle: a url in its manifest",
        after(MIDDLE, 'dynamic = ["dependencies"]', 'urls = { home = "https://example.org" }'),
    ),
    case("middle: python", Replace(MIDDLE, '">=3.11,<4.0"', '">=3.11"')),
    case(
        "looped: an extra that another is made of brings more",
        Replace(LOOPED, '["kappa>=1"]', '["kappa>=1", "tau"]'),
    ),
    case(
        "looped: an extra that another is made of, respelled",
        Replace(LOOPED, '"kappa>=1"', '"kappa (>=1)"'),
    ),
    case("looped: an extra no longer made of another", Replace(LOOPED, '"looped[one]", ', "")),
    case("looped: an extra that nobody uses", Replace(LOOPED, '["lambda-x"]', '["lambda-x>=1"]')),
    case(
        "looped: extras that are made of each other",
        Replace(LOOPED, '["kappa>=1"]', '["kappa>=1", "looped[all]"]'),
    ),
    case(
        "looped: a blank in the extra that it is made of",
        Replace(LOOPED, '"looped[one]"', '"looped [one]"'),
    ),
    case("looped: another spelling of itself", Replace(LOOPED, '"looped[one]"', '"Looped[ONE]"')),
)

MODERNS = (
    case("modern: a requirement is added", after(MODERN, '  "base",', '  "tau",')),
    case("modern: a requirement is dropped", Replace(MODERN, '  "alpha (>=1.0,<3)",\n', "")),
    case("modern: brackets of a range", Replace(MODERN, "alpha (>=1.0,<3)", "alpha>=1.0,<3")),
    case("modern: the order of a range", Replace(MODERN, ">=1.0,<3", "<3,>=1.0")),
    case("modern: blanks in a range", Replace(MODERN, ">=1.0,<3", ">=1.0 , < 3")),
    case("modern: a range of the same meaning", Replace(MODERN, "~=1.0", ">=1.0,<2.0")),
    case("modern: a range of the same meaning, shorter", Replace(MODERN, "~=1.0", "~=1.0.0,==1.*")),
    case("modern: a range is widened", Replace(MODERN, ">=1.0,<3", ">=1.0")),
    case("modern: another spelling of a name", Replace(MODERN, "Mixed.Name", "mixed_name")),
    case("modern: an extra is dropped", Replace(MODERN, "Mixed.Name[x]", "Mixed.Name")),
    case("modern: an extra is added", Replace(MODERN, "[x]", "[x, Y.y]")),
    case("modern: a marker with other quotes", Replace(MODERN, "'win32'", '\\"win32\\"')),
    case(
        "modern: a marker with other blanks", Replace(MODERN, " ; sys_platform", ";  sys_platform")
    ),
    case("modern: a marker changes", Replace(MODERN, "'win32'", "'cygwin'")),
    case(
        "modern: a marker becomes one that is dead",
        Replace(MODERN, "sys_platform == 'win32'", "python_version < '3.10'"),
    ),
    case(
        "modern: a marker that always holds is dropped",
        Replace(MODERN, "; python_version >= '3.11'", ""),
    ),
    case(
        "modern: a requirement from an address",
        after(
            MODERN, '  "base",', '  "urly @ https://files.example.org/urly-1.0.0-py3-none-any.whl",'
        ),
        undecidable=("modern", "site", "cron"),
    ),
    case(
        "modern: a used extra brings more", Replace(MODERN, '["delta>=1"]', '["delta>=1", "tau"]')
    ),
    case("modern: a used extra is respelled", Replace(MODERN, '["delta>=1"]', '["delta (>=1.0)"]')),
    case("modern: an unused extra changes", Replace(MODERN, '["omega>=1,<2"]', '["omega>=1"]')),
    case(
        "modern: an extra with a marker",
        Replace(MODERN, '["omega>=1,<2"]', "[\"omega>=1,<2; python_version >= '3.12'\"]"),
    ),
    case("modern: an extra in other case", Replace(MODERN, "\nweb = [", "\nWeb = [")),
    case("modern: an extra called otherwise", Replace(MODERN, "\nweb = [", "\nnet = [")),
    case("modern: requires-python widened", Replace(MODERN, '">=3.11,<4"', '">=3.11"')),
    case("modern: requires-python respelled", Replace(MODERN, '">=3.11,<4"', '">=3.11, <4"')),
    case("modern: requires-python narrowed", Replace(MODERN, '">=3.11,<4"', '">=3.11,<3.14"')),
    case("modern: requires-python gone", Replace(MODERN, 'requires-python = ">=3.11,<4"\n', "")),
    case(
        "modern: a standard group", Replace(MODERN, 'dev = ["lint>=1"]', 'dev = ["lint>=1", "rho"]')
    ),
    case("modern: its version", Replace(MODERN, '"1.2.0"', '"1.3.0"')),
    case(
        "modern: its version, another spelling of it", Replace(MODERN, '"1.2.0"', '"1.2.0.post0"')
    ),
    case("modern: its description", Replace(MODERN, "A shared", "The shared")),
    case(
        "modern: no description",
        Replace(MODERN, 'description = "A shared package in the standard form"\n', ""),
    ),
    case("modern: keywords", after(MODERN, 'version = "1.2.0"', 'keywords = ["a"]')),
    case(
        "modern: the path that enriches a requirement loses develop",
        Replace(MODERN, ", develop = true }", " }"),
    ),
    case(
        "modern: the path that enriches a requirement goes",
        Replace(MODERN, f"[tool.poetry.dependencies]\n{TO_BASE}\n", ""),
    ),
    case(
        "modern: a path that only Poetry's table knows",
        after(MODERN, TO_BASE, 'forked = { path = "../forked" }'),
    ),
    case(
        "modern: Poetry's table contradicts a requirement",
        after(MODERN, TO_BASE, '"Mixed.Name" = "^2.0"'),
    ),
    case(
        "modern: python in Poetry's table",
        after(MODERN, "[tool.poetry.dependencies]", 'python = ">=3.11,<3.14"'),
    ),
)

OTHER_BACK_ENDS = (
    case("plain: a requirement is added", Replace(PLAIN, '"torchy"]', '"torchy", "rho"]')),
    case("plain: a range changes", Replace(PLAIN, "gamma>=1.0", "gamma>=1.5")),
    case("plain: its version", Replace(PLAIN, '"2.0.0"', '"2.0.1"')),
    case("plain: its description", Replace(PLAIN, "all said", "everything said")),
    case("plain: python", Replace(PLAIN, '">=3.11"', '">=3.10"')),
    case("plain: an extra changes", Replace(PLAIN, "kappa>=1", "kappa>=1.0")),
    case("plain: its back end", Replace(PLAIN, "setuptools>=61", "setuptools>=64")),
    case(
        "plain: settings of its back end",
        after(
            PLAIN, 'build-backend = "setuptools.build_meta"', "\n[tool.setuptools]\npackages = []"
        ),
    ),
    case(
        "plain: its version becomes dynamic",
        Replace(PLAIN, 'version = "2.0.0"', 'dynamic = ["version"]'),
        undecidable=("plain", "site", "split"),
    ),
    case(
        "dynamic: what its back end says",
        Replace("packages/dynamic/backend.py", "gamma>=1.0", "gamma>=1.5"),
    ),
    case("dynamic: its description", Replace(DYNAMIC, "to its", "to the")),
    case(
        "forked: the order of constraints",
        Replace(
            FORKED,
            '  { version = "^1.0", python = "<3.13" },\n  { version = "^2.0", python = ">=3.13" },\n',
            '  { version = "^2.0", python = ">=3.13" },\n  { version = "^1.0", python = "<3.13" },\n',
        ),
    ),
    case("forked: one of the constraints changes", Replace(FORKED, '"^2.0"', '">=2.0"')),
    case("forked: one of the constraints is respelled", Replace(FORKED, '"^2.0"', '">=2.0,<3.0"')),
    case(
        "forked: where they part",
        Replace(FORKED, '"<3.13"', '"<3.12"'),
        Replace(FORKED, '">=3.13"', '">=3.12"'),
    ),
    case(
        "forked: they overlap",
        Replace(FORKED, '"^2.0", python = ">=3.13"', '">=1.1", python = ">=3.12"'),
        undecidable=("forked", "split", "narrow"),
    ),
    case("forked: they leave a gap", Replace(FORKED, '">=3.13"', '">=3.14"')),
)
