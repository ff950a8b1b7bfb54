from __future__ import annotations

from tests.planning.dockerfiles import Folder

from ws.model.image import Changed, Copied, Image, Installed, Linked, Made, Removed, Taken

CONTEXT = Folder(["a/one.py", "a/b/two.py", "c/three.py", "d.txt"])


def copied(at: str, source: str, line: int = 1) -> Copied:
    return Copied(at, source, CONTEXT, line)


def test_what_is_in_a_copied_folder_is_asked_of_the_context() -> None:
    image = Image().plus(copied("/x", "a", 7))
    assert image.at("/x/b/two.py") == ("file", "a/b/two.py", 7, "")
    assert image.at("/x/b") == ("folder", "a/b", 7, "")
    assert image.at("/x/b/none.py").kind == "nothing"
    assert image.at("/y").kind == "nothing"


def test_the_folders_above_a_copied_file_are_there() -> None:
    image = Image().plus(copied("/x/y/d.txt", "d.txt", 3))
    assert [image.at(path).kind for path in ("/", "/x", "/x/y")] == ["folder"] * 3


def test_folders_that_are_copied_to_one_place_are_merged_and_the_last_file_wins() -> None:
    image = Image().plus(copied("/x", "a"), copied("/x", "c"), copied("/x/one.py", "d.txt"))
    assert image.at("/x/three.py").source == "c/three.py"
    assert image.at("/x/b/two.py").source == "a/b/two.py"
    assert image.at("/x/one.py").source == "d.txt"


def test_what_is_removed_is_gone_until_it_is_copied_again() -> None:
    image = Image().plus(copied("/x", "a"), Removed("/x/b", 2))
    assert image.at("/x/b/two.py").kind == "nothing"
    assert image.at("/x/one.py").kind == "file"
    assert image.plus(copied("/x", "a")).at("/x/b/two.py").kind == "file"


def test_an_image_takes_from_another_what_is_there_then() -> None:
    other = Image().plus(copied("/app", "a"))
    image = Image().plus(Taken("/srv", "/app", other, 9))
    assert image.at("/srv/one.py") == ("file", "a/one.py", 9, "")
    assert list(image.places("a/one.py")) == ["/srv/one.py"]
    assert image.layout() == {"/srv": "a"}


def test_part_of_what_another_image_copied_can_be_taken() -> None:
    other = Image().plus(copied("/app", "a"))
    image = Image().plus(Taken("/b", "/app/b", other, 9))
    assert image.layout() == {"/b": "a/b"}


def test_a_link_leads_to_its_target_and_a_circle_nowhere() -> None:
    image = Image().plus(copied("/x", "a"), Linked("/y", "/x", 2))
    assert image.at("/y/one.py").source == "a/one.py"
    assert Image().plus(Linked("/y", "/z", 1), Linked("/z", "/y", 1)).at("/y/q").kind == "unknown"


def test_what_a_command_may_have_added_hides_nothing_that_is_known() -> None:
    image = Image().plus(copied("/x", "a"), Changed("/x", 4, "tar", adds=True))
    assert image.at("/x/one.py").kind == "file"
    assert image.at("/x/other.py") == ("unknown", "", 4, "tar")
    changed = image.plus(Changed("/x/one.py", 5, "sed"))
    assert changed.at("/x/one.py") == ("unknown", "", 5, "sed")


def test_in_an_unknown_image_anything_may_be_but_what_was_removed() -> None:
    image = Image(unknown="who knows")
    assert image.at("/x").kind == "unknown"
    assert image.plus(Removed("/x", 1)).at("/x/y").kind == "nothing"


def test_environments_are_followed_through_stages() -> None:
    builder = Image().plus(Installed("/app/.venv", 1, 3))
    image = Image().plus(Taken("/app", "/app", builder, 5))
    assert [(one.at, one.line) for one in image.environments()] == [("/app/.venv", 5)]
    moved = Image().plus(Taken("/venv", "/app/.venv", builder, 5))
    assert [(one.at, one.made_at) for one in moved.environments()] == [("/venv", "/app/.venv")]
    assert Image().plus(Taken("/src", "/app/src", builder, 5)).environments() == ()
    assert image.plus(Removed("/app", 6)).environments() == ()


def test_site_packages_alone_are_part_of_an_environment() -> None:
    builder = Image().plus(Installed("/usr/local", 1, 3))
    site = "/usr/local/lib/python3.11/site-packages"
    (found,) = Image().plus(Taken(site, site, builder, 5)).environments()
    assert (found.at, found.whole) == ("/usr/local", False)


def test_a_file_of_a_command_is_a_file() -> None:
    image = Image().plus(Made("/x", 1), Made("/x/f", 2, folder=False))
    assert [image.at(path).kind for path in ("/x", "/x/f", "/x/g")] == ["folder", "file", "nothing"]


def test_a_link_in_a_copied_folder_leads_to_what_is_in_the_image() -> None:
    context = Folder(["a/one.py", "b/two.py", "a/link"], links={"a/link": "../y/b"})
    image = Image().plus(Copied("/x", "a", context, 1))
    assert image.at("/x/link/two.py").kind == "nothing"
    there = image.plus(Copied("/y/b", "b", context, 2))
    assert there.at("/x/link/two.py").source == "b/two.py"


def test_a_link_that_is_copied_itself_is_followed() -> None:
    context = Folder(["a/one.py", "link/one.py"], links={"link": "a"})
    assert Image().plus(Copied("/x", "link", context, 1)).at("/x/one.py").kind == "file"
