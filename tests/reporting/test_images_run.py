"""The tables of what is done with images that were built."""

from __future__ import annotations

from ws.reporting import images


def plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:
    del colour, bold
    return text


def test_each_check_of_an_image_has_its_column() -> None:
    checks = {"user": {"status": "ok", "detail": "uid 1"}, "answers": {"status": "failed"}}
    data = {"images": [{"tag": "chat:latest", "checks": checks}, {"tag": "tts:1", "checks": {}}]}
    assert images.smoke(data, plain) == (
        "IMAGE        USER  ANSWERS  PACKAGES  IMPORTS\n"
        "chat:latest  ok    failed   -         -\n"
        "tts:1        -     -        -         -\n"
    )


def test_a_budget_stands_beside_what_was_measured_and_one_that_is_broken_has_a_mark() -> None:
    one = {
        "tag": "chat:latest",
        "size": 263_000_000,
        "start": 0.5,
        "build": None,
        "ran": None,
        "budget": {"size": 250_000_000, "start": None, "build": 60.0},
        "holds": {"size": False, "start": None, "build": None},
    }
    assert images.measured({"images": [one]}, plain) == (
        "IMAGE        SIZE                START   BUILD         WHAT RAN\n"
        "chat:latest  263 MB of 250 MB !  0.50 s  - of 60.00 s  -\n"
    )


def test_the_last_line_of_pytest_stands_beside_the_image() -> None:
    one = {"tag": "chat:latest", "status": "done", "reason": "13 passed in 0.33s"}
    assert images.tested({"images": [one]}, plain) == (
        "IMAGE        STATUS  TESTS\nchat:latest  done    13 passed in 0.33s\n"
    )
