"""What a marker still asks where another one holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from ws.planning import markers

IN_IMAGES = 'sys_platform == "linux" and os_name == "posix" and platform_system == "Linux"'
PARTS = st.sampled_from(
    [
        'python_version == "3.11"',
        'python_version >= "3.10"',
        'python_version < "3.12"',
        'python_full_version < "3.11.3"',
        'sys_platform == "linux"',
        'sys_platform != "win32"',
        'platform_machine == "x86_64"',
        'platform_machine != "aarch64"',
        '(platform_machine == "x86_64" or python_full_version >= "3.11.4")',
        '(sys_platform == "win32" or platform_machine == "x86_64")',
    ]
)
ENVIRONMENTS = [
    {
        "python_version": "3.11",
        "python_full_version": full,
        "platform_machine": machine,
        "sys_platform": "linux",
        "os_name": "posix",
        "platform_system": "Linux",
    }
    for full in ("3.11.0", "3.11.3", "3.11.9")
    for machine in ("x86_64", "aarch64", "riscv64")
]


@given(st.lists(PARTS, min_size=1, max_size=4, unique=True).map(" and ".join))
def test_it_asks_the_same_in_every_image(marker: str) -> None:
    left = markers.within(marker, f'{IN_IMAGES} and python_version == "3.11"')
    for environment in ENVIRONMENTS:
        said = left is not None and (not left or Marker(left).evaluate(environment))
        assert said is Marker(marker).evaluate(environment)


def test_locks_that_only_say_more_ask_the_same() -> None:
    full, python = 'python_full_version < "3.11.3"', 'python_version == "3.11"'
    assert markers.within(f"{python} and {full}", python) == full
    assert markers.within(full, python) == full
    assert markers.within(f"{full} and {python}", "") is not None
