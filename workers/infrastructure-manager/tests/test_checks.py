import pytest
from infrastructure_manager_worker.checks import DEFAULTS, check, merge

REPORT = {
    "disks": [{"path": "/", "percent": 91.0}],
    "memory": {"percent": 50.0},
    "cpu": {"percent": 95.0},
}


def test_what_is_above_its_limit_is_not_ok_and_at_the_limit_is() -> None:
    assert [(one["check"], one["ok"]) for one in check(REPORT, DEFAULTS)] == [
        ("disk /", False),
        ("memory", True),
        ("cpu", True),
    ]


def test_limits_of_the_message_win_over_the_defaults() -> None:
    assert merge({"disk_percent": 95}) == {**DEFAULTS, "disk_percent": 95}


@pytest.mark.parametrize(
    "limits", [{"disc_percent": 1}, {"disk_percent": "90"}, {"cpu_percent": True}, [90]]
)
def test_what_is_no_limit_is_refused(limits: object) -> None:
    with pytest.raises((TypeError, ValueError), match="limits"):
        merge(limits)
