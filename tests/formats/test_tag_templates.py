from __future__ import annotations

import pytest

from ws.formats import tag_templates


def test_a_template_is_filled_with_what_it_names() -> None:
    values = {"version": "1.2", "sha": "abc", "branch": "main"}
    assert tag_templates.tag("v{version}-{sha}", values) == "v1.2-abc"
    assert tag_templates.fields("{sha}-{version}-{sha}") == ("sha", "version")


@pytest.mark.parametrize(
    ("branch", "tag"),
    [
        ("feature/x y", "feature-x-y"),
        ("-a", "a"),
        ("1.0+local", "1.0-local"),
        ("b" * 200, "b" * 128),
    ],
)
def test_what_no_tag_can_hold_becomes_a_dash(branch: str, tag: str) -> None:
    assert tag_templates.tag("{branch}", {"branch": branch}) == tag


@pytest.mark.parametrize("template", ["{version}", "v{version}", "latest", "{branch}-{sha}"])
def test_templates_that_make_tags_are_fine(template: str) -> None:
    assert tag_templates.trouble(template) == ""


def test_templates_that_make_none_are_told() -> None:
    assert tag_templates.trouble("{date}") == '"{date}" is no part of a tag'
    assert tag_templates.trouble("a b") == '"a b" is no tag of an image'
    assert tag_templates.trouble("") == '"" is no tag of an image'
