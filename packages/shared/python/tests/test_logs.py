import json
import logging
import sys

import pytest
from shared import logs
from shared.settings import Settings


def test_text_logs_go_to_stderr_from_the_level_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(Settings(log_level="WARNING"))
    logging.getLogger("a").info("quiet")
    logging.getLogger("a").warning("loud")
    out, err = capsys.readouterr()
    assert out == ""
    assert "loud" in err
    assert "quiet" not in err


def test_json_logs_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_format="json"))
    logging.getLogger("a").warning("two\nlines")
    assert json.loads(capsys.readouterr().err)["message"] == "two\nlines"


def test_json_logs_without_the_extra_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pythonjsonlogger.json", None)
    with pytest.raises(RuntimeError, match=r"shared-python\[json\]"):
        logs.configure(Settings(log_format="json"))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_LOG_LEVEL", "DEBUG")
    assert Settings().log_level == "DEBUG"
