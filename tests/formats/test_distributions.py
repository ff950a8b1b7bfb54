from __future__ import annotations

import pytest

from ws.formats.distributions import is_of


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("rich-13.9.4-py3-none-any.whl", "rich", "13.9.4"),
        ("rich-13.9.4-1-py3-none-any.whl", "rich", "13.9.4"),
        ("zope.interface-5.0.tar.gz", "zope-interface", "5.0"),
        ("ruamel_yaml-0.18.0-cp311-cp311-win_amd64.whl", "ruamel-yaml", "0.18"),
        ("tzdata-2024.01.05.zip", "tzdata", "2024.1.5"),
        ("torch-2.1.0+cpu-cp311-cp311-linux_x86_64.whl", "torch", "2.1.0+cpu"),
        ("torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl", "torch", "2.1.0+cpu"),
        ("python-dateutil-2.9.0.post0.tar.gz", "python-dateutil", "2.9.0.post0"),
        ("rich-13.9.4.win-amd64.exe", "rich", "13.9.4"),
        ("whatever", "rich", "13.9.4"),
    ],
)
def test_a_file_is_of_the_package_that_its_name_says(file: str, name: str, version: str) -> None:
    assert is_of(file, name, version)


@pytest.mark.parametrize(
    "file",
    ["rich-13.9.3-py3-none-any.whl", "rich-13.9.3.tar.gz", "pygments-13.9.4.tar.gz",
     "rich-13.9.40.zip", "rich_click-13.9.4-py3-none-any.whl"],
)  # fmt: skip
def test_a_file_of_another_version_or_package_is_not(file: str) -> None:
    assert not is_of(file, "rich", "13.9.4")
