from __future__ import annotations

import pytest

from ws.errors import UsageError
from ws.planning.image_wishes import checked_platforms, wished
from ws.planning.images import Wish


def test_what_can_be_a_tag_is_one() -> None:
    assert wished(dev=True, tag="v1.4_a-B") == Wish(dev=True, tag="v1.4_a-B")
    assert wished() == Wish()


@pytest.mark.parametrize("tag", ["BAD/:x", ".a", "-a", "a b", "größe", "a" * 129, "a\n"])
def test_another_one_is_refused(tag: str) -> None:
    with pytest.raises(UsageError) as caught:
        wished(tag=tag)
    assert caught.value.rule == "usage/tag"


def test_platforms_that_there_are_stay_as_they_are() -> None:
    names = ("linux/amd64", "linux/arm/v7", "linux/aarch64")
    assert checked_platforms(names) == names


@pytest.mark.parametrize("name", ["bogus", "foo/bar", "linux/foo", "linux/amd64,linux/arm64", ""])
def test_a_platform_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_platforms(["linux/amd64", name])
    assert caught.value.rule == "usage/platform"
