import os
import subprocess
import sys

import pytest
from pydantic import SecretStr, ValidationError
from shared import broker
from shared.settings import Settings

SECRET = "s3cr3t"
WRONG = [
    f"http://:{SECRET}@host:6379/0",
    f"redis://:{SECRET}/x@host:6379/0",
    f"redis://:{SECRET}#x@host:6379/0",
    f"redis://:{SECRET}@host:port/0",
    f"redis://:{SECRET}@host:6379/{SECRET}",
    f"redis://:{SECRET}@/0",
    f"redis://[{SECRET}",
    SECRET,
]

OPTIONS = [
    f"redis://:{SECRET}@127.0.0.1:1/0?{option}" for option in (f"db={SECRET}", f"{SECRET}=1")
]


@pytest.mark.parametrize(
    "url",
    [
        "redis://host",
        "redis://host:6379/0",
        "redis://user:pass%23word@host:1/2",
        "rediss://[::1]:6379/0",
        "unix:///run/redis.sock",
    ],
)
def test_an_address_of_a_broker_is_taken_and_kept_secret(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("INSIGHT_BROKER", url)
    settings = Settings()
    assert settings.broker == SecretStr(url)
    assert url not in repr(settings)


def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_BROKER", "")
    assert Settings().broker is None


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(broker=SecretStr(url))
    assert "must be like redis://host:6379/0" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", [*WRONG, *OPTIONS])
def test_a_program_with_a_wrong_address_ends_with_one_line(url: str) -> None:
    ended = subprocess.run(
        [sys.executable, os.path.join(os.path.dirname(__file__), "shout.py")],
        env={**os.environ, "INSIGHT_BROKER": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("shout: ")
    assert ended.stderr.count("\n") == 1
    assert SECRET not in ended.stderr


def test_a_place_has_no_user_and_no_password() -> None:
    assert broker.place(f"redis://user:{SECRET}@host/0") == "host:6379"
    assert broker.place("unix:///run/redis.sock?db=1") == "/run/redis.sock"
