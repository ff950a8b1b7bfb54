"""`ws generate compose`, from the command line, on small workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

SCRIPT = '\n[tool.poetry.scripts]\nNAME = "NAME.app:main"\n'
HEAD = '[workspace]\nname = "insight"\nmembers = ["workers/*"]\n'
BROKER = """
[compose]
environment = { BROKER = "redis://broker:6379", LEVEL = "INFO" }
[compose.services.broker]
image = "redis:7"
healthcheck = { test = ["CMD", "redis-cli", "ping"] }
x-ws-host = "redis-server"
"""


class _Loader(yaml.SafeLoader):
    """Knows Compose's own tags."""


_Loader.add_constructor("!reset", lambda _loader, _node: "reset")


def read(root: Path, name: str = "compose.yaml") -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((root / "ops" / name).read_text(), _Loader)
    document.pop("x-ws")
    return document


@pytest.fixture
def make(make_workspace: Callable[[Mapping[str, str]], Path]) -> Callable[..., Path]:
    """A workspace with workers `chat` and `parse`, each with the lines that follow its script."""

    def made(workspace: str = "", chat: str = "", parse: str = "", **files: str) -> Path:
        workers = {
            f"workers/{name}": f"{SCRIPT.replace('NAME', name)}{said}"
            for name, said in (("chat", chat), ("parse", parse))
        }
        images = {f"ops/images/{each}Dockerfile": "FROM scratch\n" for each in ("", "dev/")}
        return make_workspace({"workspace.toml": HEAD + workspace, **workers, **images, **files})

    return made


def test_a_service_says_how_it_is_built_started_and_asked(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(
        BROKER,
        chat='[tool.ws.docker]\nport = 8000\nhealth = "/health"\n'
        '[tool.ws.compose]\nprofiles = ["all"]\nrestart = "no"\ndevices = ["/dev/snd"]\n'
        'command = "chat --cost $5 --level ${LEVEL:-INFO}"\nvolumes = ["./data:/data"]\n'
        '[tool.ws.compose.environment]\nLEVEL = "DEBUG"\nPRICE = "$5"\nKEY = "${KEY}"\n'
        '[tool.ws.compose.depends-on]\nbroker = ""\nparse = "completed"\n',
    )
    assert ws("generate", "compose").code == 0
    document = read(root)
    assert document["name"] == "insight"
    assert document["services"]["broker"] == {
        "image": "redis:7",
        "healthcheck": {"test": ["CMD", "redis-cli", "ping"]},
    }
    chat = document["services"]["chat"]
    assert chat.pop("healthcheck")["test"][:3] == ["CMD", "python", "-c"]
    assert chat == {
        "image": "chat:latest",
        "build": {
            "context": "..",
            "dockerfile": "ops/images/Dockerfile",
            "target": "image-chat",
        },
        "command": ["chat", "--cost", "$$5", "--level", "${LEVEL:-INFO}"],
        "init": True,
        "restart": "no",
        "profiles": ["all"],
        "environment": {
            "BROKER": "redis://broker:6379",
            "LEVEL": "DEBUG",
            "PRICE": "$$5",
            "KEY": "${KEY}",
        },
        "ports": ["127.0.0.1:8000:8000"],
        "devices": ["/dev/snd"],
        "volumes": ["./data:/data"],
        "depends_on": {
            "broker": {"condition": "service_healthy"},
            "parse": {"condition": "service_completed_successfully"},
        },
    }
    assert document["services"]["parse"]["healthcheck"] == {"disable": True}
    assert ws("generate", "compose", "--check").code == 0


def test_volumes_are_named_for_those_who_share_them(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    volume = '[tool.ws.docker.volumes.{0}]\npath = "/{0}"\nshared = "{1}"\nenvironment = "{2}"\n'
    listed = (("models", "workspace", "MODELS"), ("cache", "member", ""), ("big", "machine", ""))
    root = make(chat="".join(volume.format(*each) for each in listed))
    assert ws("generate", "compose").code == 0
    document = read(root)
    assert document["services"]["chat"]["volumes"] == [
        "insight-models:/models",
        "insight-chat-cache:/cache",
        "big:/big",
    ]
    assert document["services"]["chat"]["environment"] == {"MODELS": "/models"}
    names = {name: each["name"] for name, each in document["volumes"].items()}
    assert names == {name: name for name in ("insight-models", "insight-chat-cache", "big")}
    assert document["volumes"]["big"] == {"name": "big", "external": True}


def test_overlays_are_for_development_and_for_production(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(
        '[docker]\nregistry = "ghcr.io/acme"\n',
        chat='[tool.ws.compose.environment]\nURL = "${URL:-http://dev}"\n',
    )
    manifest = root / "workers/chat/pyproject.toml"
    needs = 'python = "^3.11"\nparse = {path = "../parse"}\n'
    text = manifest.read_text().replace('python = "^3.11"\n', needs)
    manifest.write_text(text.replace("packages = []\n", ""))
    manifest = root / "workers/parse/pyproject.toml"
    manifest.write_text(manifest.read_text().replace("packages = []\n", ""))
    for each in ("chat", "parse"):
        (root / f"workers/{each}/{each}").mkdir()
        (root / f"workers/{each}/{each}/__init__.py").write_text("")
    assert ws("generate", "compose").code == 0
    chat = read(root, "compose.dev.yaml")["services"]["chat"]
    assert chat["image"] == "ghcr.io/acme/chat:dev"
    assert chat["build"]["dockerfile"] == "ops/images/dev/Dockerfile"
    assert chat["volumes"] == [
        "../workers/parse/parse:/ws/workers/parse/parse:ro",
        "../workers/chat/chat:/ws/workers/chat/chat:ro",
    ]
    assert [each["path"] for each in chat["develop"]["watch"]] == [
        "../workers/parse/pyproject.toml",
        "../workers/chat/pyproject.toml",
        "images/dev/requirements",
    ]
    chat = read(root, "compose.prod.yaml")["services"]["chat"]
    assert chat["image"] == "ghcr.io/acme/chat:${TAG:-0.1.0}"
    assert chat["build"] == "reset"
    assert chat["environment"] == {"URL": "${URL:?URL is not set}"}
    assert chat["read_only"] is True


def test_sources_below_the_compose_file_are_mounted_by_a_path_and_not_the_name_of_a_volume(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make('[compose]\nfolder = "."\n')
    manifest = root / "workers/chat/pyproject.toml"
    manifest.write_text(manifest.read_text().replace("packages = []\n", ""))
    (root / "workers/chat/chat").mkdir()
    (root / "workers/chat/chat/__init__.py").write_text("")
    assert ws("generate", "compose").code == 0
    chat = read(root, "../compose.dev.yaml")["services"]["chat"]
    assert chat["volumes"] == ["./workers/chat/chat:/ws/workers/chat/chat:ro"]


@pytest.mark.parametrize(
    ("build", "dockerfile", "expected"),
    [
        (
            "shared",
            "docker/app.Dockerfile",
            {
                "context": "..",
                "dockerfile": "docker/app.Dockerfile",
                "args": {"MEMBER": "workers/chat", "SCRIPT": "chat", "APT": "espeak-ng"},
            },
        ),
        (
            "member",
            "workers/chat/Dockerfile",
            {"context": "..", "dockerfile": "workers/chat/Dockerfile"},
        ),
    ],
)
def test_images_are_built_from_the_dockerfile_that_is_chosen(
    make: Callable[..., Path],
    ws: Callable[..., Ran],
    build: str,
    dockerfile: str,
    expected: dict[str, Any],
) -> None:
    root = make(
        f'[compose]\nbuild = "{build}"\n',
        chat='[tool.ws.docker]\napt = ["espeak-ng"]\n',
        parse="[tool.ws.compose]\nservice = false\n",
    )
    refused = ws("generate", "compose", "--format", "json")
    assert (refused.code, refused.json["findings"][0]["rule"]) == (1, "compose/dockerfile")
    assert refused.json["findings"][0]["hint"].startswith("ws docker new chat")
    (root / dockerfile).parent.mkdir(exist_ok=True)
    (root / dockerfile).write_text("FROM scratch\n")
    assert ws("generate", "compose").code == 0
    services = read(root)["services"]
    assert list(services) == ["chat"]
    assert services["chat"]["build"] == expected


def test_images_on_layers_want_the_files_of_generate_bake(
    make_workspace: Callable[[Mapping[str, str]], Path], ws: Callable[..., Ran]
) -> None:
    make_workspace({"workers/chat": SCRIPT.replace("NAME", "chat")})
    found = ws("generate", "compose", "--format", "json").json["findings"]
    assert [(each["path"], each["hint"]) for each in found] == [
        ("ops/images/Dockerfile", "ws generate bake"),
        ("ops/images/dev/Dockerfile", "ws generate bake --dev"),
    ]


def test_who_waits_for_a_service_that_is_none_is_told_which_was_meant(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(BROKER, chat='[tool.ws.compose]\ndepends-on = ["brokr"]\n')
    (found,) = ws("generate", "compose", "--format", "json").json["findings"]
    assert found["rule"] == "compose/depends-on"
    assert (found["path"], found["line"]) == ("workers/chat/pyproject.toml", 12)
    assert "broker" in found["hint"]
    (root / "ops/compose.yaml").write_text("services:\n  brokr:\n    image: mine\n")
    assert ws("generate", "compose").code == 0
    assert read(root)["services"]["chat"]["depends_on"] == {
        "brokr": {"condition": "service_started"}
    }


def test_a_check_tells_drift_either_way_and_writes_nothing(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(BROKER)
    missing = ws("generate", "compose", "--check", "--format", "json")
    assert missing.code == 1
    assert [each["rule"] for each in missing.json["findings"]] == ["compose/missing"] * 3
    assert not (root / "ops/compose.yaml").exists()
    ws("generate", "compose")
    path = root / "ops/compose.yaml"
    text = path.read_text()
    path.write_text(text.replace("redis:7", "redis:8"))
    (edited,) = ws("generate", "compose", "--check", "--format", "json").json["findings"]
    assert (edited["rule"], edited["line"]) == ("compose/edited", 9)
    assert "[compose.services.broker] of workspace.toml" in edited["hint"]
    path.write_text(text)
    manifest = (root / "workspace.toml").read_text()
    (root / "workspace.toml").write_text(manifest.replace("INFO", "DEBUG"))
    found = ws("generate", "compose", "--check", "--format", "json").json["findings"]
    assert [(each["rule"], each["message"]) for each in found] == [
        ("compose/stale", f"services.{name}.environment.LEVEL should be DEBUG now")
        for name in ("chat", "parse")
    ]
    assert "-      LEVEL: INFO\n+      LEVEL: DEBUG\n" in ws("generate", "compose", "--diff").out
    assert path.read_text() == text


def test_what_people_added_survives_and_what_they_said_before_is_a_warning(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(BROKER)
    ws("generate", "compose")
    path = root / "ops/compose.yaml"
    mine = "  mine:   # by hand\n    image: alpine\n\n"
    text = path.read_text().replace("  parse:\n", f"{mine}  parse:\n")
    text = text.replace("    restart:", "    stop_grace_period: 1m\n    restart:", 1)
    path.write_text(text)
    assert ws("generate", "compose", "--check").code == 0
    (root / "workspace.toml").write_text(HEAD + BROKER.replace("redis:7", "redis:8"))
    assert ws("generate", "compose").code == 0
    assert (
        path.read_text().partition("# What `ws")[0]
        == (text.replace("redis:7", "redis:8").partition("# What `ws")[0])
    )
    said = BROKER.replace('"redis:7"', '"redis:8"\nstop_grace_period = "2m"')
    (root / "workspace.toml").write_text(HEAD + said)
    path.write_text(
        path.read_text().replace(
            "    image: redis:8\n", "    image: redis:8\n    stop_grace_period: 3m\n"
        )
    )
    kept = ws("generate", "compose", "--check", "--format", "json")
    assert kept.code == 0
    assert [each["rule"] for each in kept.json["findings"]] == ["compose/by-hand"]


def test_a_file_that_is_no_yaml_is_left_alone(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make()
    (root / "ops/compose.yaml").write_text("services:\n\tchat: {}\n")
    ran = ws("generate", "compose")
    assert (ran.code, "ops/compose.yaml:2" in ran.out + ran.err) == (1, True)
    assert (root / "ops/compose.yaml").read_text() == "services:\n\tchat: {}\n"


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("    init: true\n", "", "in a Compose file of your own, laid over this one"),
        ("8000:8000", "8001:8000", "in [tool.ws.compose] of chat"),
        ("LEVEL: INFO", "LEVEL: x", "in [tool.ws.compose] of chat, or in [compose] of workspace"),
        ("interval: 5s", "interval: 6s", "by health or port in [tool.ws.docker] of chat"),
        ("chat:latest", "chat:1", "by registry under [docker] of workspace.toml"),
        ("target: image-chat", "target: x", "by build under [compose] of workspace.toml"),
        ("redis-cli", "redis", "in [compose.services.broker] of workspace.toml"),
        ("name: insight", "name: other", "by name under [workspace] of workspace.toml"),
        ("  chat:\n", "  chatty:\n", "with service = false in [tool.ws.compose] of chat"),
    ],
)
def test_what_was_edited_is_told_with_the_place_to_say_it(
    make: Callable[..., Path], ws: Callable[..., Ran], old: str, new: str, hint: str
) -> None:
    root = make(BROKER, chat='[tool.ws.docker]\nport = 8000\nhealth = "/health"\n')
    ws("generate", "compose")
    path = root / "ops/compose.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    found = ws("generate", "compose", "--check", "--format", "json").json["findings"]
    assert [each["rule"] for each in found] == ["compose/edited"]
    assert f"say so {hint}" in found[0]["hint"]


def test_what_is_left_of_a_member_fails_every_check_until_somebody_decides(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(BROKER)
    ws("generate", "compose")
    path = root / "ops/compose.yaml"
    path.write_text(path.read_text().replace("  chat:\n", "  chat:\n    hostname: mine\n"))
    manifest = root / "workers/chat/pyproject.toml"
    manifest.write_text(manifest.read_text() + "[tool.ws.compose]\nservice = false\n")
    for args in ((), (), ("--check",)):
        ran = ws("generate", "compose", *args, "--format", "json")
        assert ran.code == 1
        assert [each["rule"] for each in ran.json["findings"]] == ["compose/left"]
    path.write_text(path.read_text().replace("  chat:\n    hostname: mine\n", ""))
    ws("generate", "compose")
    assert ws("generate", "compose", "--check").code == 0


def test_a_service_that_goes_is_one_finding(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    root = make(BROKER)
    ws("generate", "compose")
    manifest = root / "workers/chat/pyproject.toml"
    manifest.write_text(manifest.read_text() + "[tool.ws.compose]\nservice = false\n")
    found = ws("generate", "compose", "--check", "--format", "json").json["findings"]
    assert {each["message"] for each in found} == {"services.chat is wanted no more"}


def test_services_that_wait_for_each_other_are_refused(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    make(
        chat='[tool.ws.compose]\ndepends-on = ["parse"]\n',
        parse='[tool.ws.compose]\ndepends-on = ["chat"]\n',
    )
    ran = ws("generate", "compose", "--format", "json")
    (found,) = ran.json["findings"]
    assert (ran.code, found["rule"]) == (2, "compose/depends-on")
    assert found["message"] == "chat waits for itself: chat → parse → chat"
    assert (found["path"], found["line"]) == ("workers/chat/pyproject.toml", 12)


@pytest.mark.parametrize(
    ("own", "others", "hint"),
    [
        ([], ["speech"], "give chat the profile speech, too, or parse none"),
        (["text", "speech"], ["speech"], "give parse the profile text, or none"),
    ],
)
def test_nobody_waits_for_a_service_that_is_off_where_the_own_one_is_on(
    make: Callable[..., Path], ws: Callable[..., Ran], own: list[str], others: list[str], hint: str
) -> None:
    make(
        chat=f'[tool.ws.compose]\nprofiles = {own}\ndepends-on = ["parse"]\n',
        parse=f"[tool.ws.compose]\nprofiles = {others}\n",
    )
    ran = ws("generate", "compose", "--format", "json")
    (found,) = ran.json["findings"]
    assert (ran.code, found["rule"], found["hint"]) == (2, "compose/depends-on", hint)
    assert (found["path"], found["line"]) == ("workers/chat/pyproject.toml", 13)


def test_one_that_has_all_profiles_of_who_waits_for_it_is_fine(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    make(
        chat='[tool.ws.compose]\nprofiles = ["speech"]\ndepends-on = ["parse"]\n',
        parse='[tool.ws.compose]\nprofiles = ["text", "speech"]\n',
    )
    assert ws("generate", "compose").code == 0


@pytest.mark.parametrize("waits", ['["stor"]', '{ stor = { condition = "service_started" } }'])
def test_a_service_that_is_no_member_waits_for_none_that_is_not_there(
    make: Callable[..., Path], ws: Callable[..., Ran], waits: str
) -> None:
    make(f'{BROKER}depends_on = {waits}\n[compose.services.store]\nimage = "x"\n')
    ran = ws("generate", "compose", "--format", "json")
    (found,) = ran.json["findings"]
    assert (ran.code, found["rule"]) == (2, "compose/depends-on")
    assert found["message"] == "stor is no service"
    assert (found["path"], found["line"]) == ("workspace.toml", 11)
    assert "store" in found["hint"]


def test_nor_for_a_member_that_waits_for_it(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    make(
        f'{BROKER}depends_on = ["chat"]\n',
        chat='[tool.ws.compose]\ndepends-on = ["broker"]\n',
    )
    (found,) = ws("generate", "compose", "--format", "json").json["findings"]
    assert found["message"] == "chat waits for itself: chat → broker → chat"


def test_it_may_wait_for_one_that_is_off_where_it_does_not_need_that(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    condition = {"condition": "service_started", "required": False}
    said = 'depends_on.store = { condition = "service_started", required = false }\n'
    root = make(
        f'{BROKER}{said}[compose.services.store]\nimage = "x"\nprofiles = ["all"]\n',
    )
    assert ws("generate", "compose").code == 0
    assert read(root)["services"]["broker"]["depends_on"] == {"store": condition}


def test_a_service_with_the_name_of_a_member_is_refused(
    make: Callable[..., Path], ws: Callable[..., Ran]
) -> None:
    make('[compose.services.chat]\nimage = "x"\n')
    ran = ws("generate", "compose", "--format", "json")
    (found,) = ran.json["findings"]
    assert (ran.code, found["rule"], found["path"]) == (2, "manifest/value", "workspace.toml")
    assert "[tool.ws.compose] of chat" in found["hint"]


@pytest.mark.parametrize(
    ("line", "told"), [('"a=b" = "x"', '"a=b"'), ('"" = "x"', '""'), ('A = "\\u0000"', '"A"')]
)
def test_variables_that_no_program_can_be_given_are_refused(
    make: Callable[..., Path], ws: Callable[..., Ran], line: str, told: str
) -> None:
    make(chat=f"[tool.ws.compose.environment]\n{line}\n")
    ran = ws("generate", "compose", "--format", "json")
    (found,) = ran.json["findings"]
    assert (ran.code, found["rule"], found["line"]) == (2, "manifest/value", 12)
    assert told in found["message"]
