"""Changes of the members that nobody stands on."""

# ruff: noqa: E501 - a case is read best in one piece

from __future__ import annotations

from tests.lock_oracle.case import (
    API,
    BUILDER,
    CHAT,
    CRON,
    DEEP,
    NARROW,
    PINNED,
    SITE,
    SPLIT,
    VERSION,
    after,
    case,
)
from tests.lock_oracle.workspace import (
    Move,
    Replace,
)

MEMBERS = (
    case("chat: a dependency is added", after(CHAT, 'gamma = "^1.0"', 'tau = "*"')),
    case("chat: a dependency is dropped", Replace(CHAT, 'gamma = "^1.0"\n', "")),
    case("chat: a dependency is respelled", Replace(CHAT, 'gamma = "^1.0"', 'gamma = "^1"')),
    case(
        "chat: a dependency leaves the locked version",
        Replace(CHAT, 'gamma = "^1.0"', 'gamma = "^2"'),
    ),
    case("chat: develop goes", Replace(CHAT, "develop = true, extras", "extras")),
    case(
        "chat: an extra of the shared package is dropped", Replace(CHAT, ', extras = ["speed"]', "")
    ),
    case("chat: another extra of the shared package", Replace(CHAT, '["speed"]', '["all"]')),
    case(
        "chat: the path dependency is dropped",
        Replace(
            CHAT,
            'shared-python = { path = "../../packages/shared", develop = true, extras = ["speed"] }\n',
            "",
        ),
    ),
    case(
        "chat: the path by a longer way",
        Replace(CHAT, '"../../packages/shared"', '"../../workers/../packages/shared"'),
    ),
    case(
        "chat: the path dependency under another spelling",
        Replace(CHAT, "shared-python", "Shared_Python"),
    ),
    case(
        "chat: the path dependency is optional",
        Replace(CHAT, "develop = true, extras", "optional = true, develop = true, extras"),
    ),
    case(
        "chat: a path dependency of the shared package, also its own",
        after(CHAT, 'gamma = "^1.0"', 'base = { path = "../../packages/base" }'),
    ),
    case(
        "chat: a published version in a group, the path elsewhere",
        after(CHAT, 'lint = "^1.0"', 'base = "*"'),
    ),
    case(
        "chat: a group is dropped",
        Replace(CHAT, '[tool.poetry.group.dev.dependencies]\nlint = "^1.0"\n\n', ""),
    ),
    case(
        "chat: a group is called otherwise",
        Replace(CHAT, "[tool.poetry.group.dev.", "[tool.poetry.group.test."),
    ),
    case(
        "chat: a group is optional no more",
        Replace(CHAT, "optional = true\n\n", "optional = false\n\n"),
    ),
    case(
        "chat: include-groups",
        Replace(
            CHAT,
            "[tool.poetry.group.docs]\n",
            '[tool.poetry.group.docs]\ninclude-groups = ["dev"]\n',
        ),
    ),
    case("chat: an extra is added", after(CHAT, 'stats = ["delta"]', 'more = ["delta"]')),
    case("chat: python narrowed", Replace(CHAT, 'python = "^3.11"', 'python = ">=3.11,<3.14"')),
    case(
        "chat: python widened beyond the shared package",
        Replace(CHAT, 'python = "^3.11"', 'python = ">=3.10"'),
    ),
    case(
        "chat: a source",
        after(
            CHAT,
            "authors = []",
            '\n[[tool.poetry.source]]\nname = "own"\nurl = "https://example.org/simple/"\npriority = "explicit"',
        ),
    ),
    case("chat: its description", Replace(CHAT, "own form", "older form")),
    case("chat: its version", Replace(CHAT, VERSION, 'version = "0.2.0"')),
    case("chat: its name", Replace(CHAT, 'name = "chat"', 'name = "talk"')),
    case("chat: a comment", after(CHAT, 'gamma = "^1.0"', "# and more")),
    case(
        "chat: the order of dependencies",
        Replace(CHAT, 'python = "^3.11"\n', ""),
        after(CHAT, 'gamma = "^1.0"', 'python = "^3.11"'),
    ),
    case(
        "chat: a standard group beside Poetry's",
        after(CHAT, 'rho = "^1.0"', '\n[dependency-groups]\nextra = ["tau"]'),
    ),
    case(
        "chat: an empty standard group",
        after(CHAT, 'rho = "^1.0"', "\n[dependency-groups]\nextra = []"),
    ),
    case("chat: moved", Move("workers/chat", "workers/talk")),
    case("chat: a dependency that is nowhere", after(CHAT, 'gamma = "^1.0"', 'nowhere = "*"')),
    case("api: a requirement is added", Replace(API, '"torchy"]', '"torchy", "tau"]')),
    case("api: a requirement is respelled", Replace(API, "eta>=1.0", "eta>=1")),
    case(
        "api: the order of requirements",
        Replace(API, '"eta>=1.0", "torchy"', '"torchy", "eta>=1.0"'),
    ),
    case("api: develop goes", Replace(API, ", develop = true }", " }")),
    case(
        "api: extras of the path dependency in Poetry's table",
        Replace(API, "develop = true }", 'develop = true, extras = ["speed"] }'),
    ),
    case(
        "api: extras of the path dependency in the requirement",
        Replace(API, "shared-python (", "shared-python[speed] ("),
    ),
    case(
        "api: the path stands in Poetry's table only",
        Replace(API, '"shared-python (>=0.1,<1)", ', ""),
    ),
    case("api: its range does not admit the path dependency", Replace(API, ">=0.1,<1", ">=0.2,<1")),
    case(
        "api: a standard group changes",
        Replace(API, 'extra = ["rho>=1"]', 'extra = ["rho>=1", "tau"]'),
    ),
    case("api: include-group goes", Replace(API, ', { include-group = "extra" }', "")),
    case(
        "api: optional dependencies are added",
        after(
            API, 'requires-python = ">=3.11,<3.14"', 'optional-dependencies = { more = ["tau"] }'
        ),
    ),
    case("api: requires-python", Replace(API, '">=3.11,<3.14"', '">=3.11,<3.13"')),
    case("api: keywords", after(API, VERSION, 'keywords = ["a"]')),
    case("site: asks for another extra", Replace(SITE, "modern[web]", "modern[speed]")),
    case(
        "site: a path dependency of a group is editable",
        Replace(SITE, '"../../packages/plain" }', '"../../packages/plain", develop = true }'),
    ),
    case("cron: a marker on the path dependency changes", Replace(CRON, "'linux'", "'darwin'")),
    case(
        "cron: a marker on the path dependency goes",
        Replace(CRON, """, markers = "sys_platform == 'linux'\"""", ""),
    ),
    case("split: python on the path dependency changes", Replace(SPLIT, '"<3.14"', '"<3.13"')),
    case(
        "deep: a path dependency of its path dependency, also its own",
        after(DEEP, 'python = "^3.11"', 'shared-python = { path = "../../packages/shared" }'),
    ),
    case(
        "narrow: python on a path dependency of which more now counts",
        Replace(NARROW, 'python = "<3.13" }', 'python = "<3.15" }'),
    ),
    case("pinned: another tag", Replace(PINNED, '"v1"', '"v2"')),
    case("builder: a dependency is added", after(BUILDER, 'python = "^3.11"', 'tau = "*"')),
)
