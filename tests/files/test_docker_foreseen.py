from __future__ import annotations

from typing import TYPE_CHECKING

from ws.files.docker_foreseen import ForeseenContext

if TYPE_CHECKING:
    from pathlib import Path


def test_what_will_be_written_is_there_and_ignored_as_will_be_said(tmp_path: Path) -> None:
    (tmp_path / "in/a").mkdir(parents=True)
    (tmp_path / "in/a/x.py").touch()
    (tmp_path / "in/.dockerignore").write_text("a\n")
    files = ("in/docker/new.py", "in/b/c/d", "out/e")

    def there(ignore: str) -> list[str]:
        context = ForeseenContext(tmp_path, "in", "in/Dockerfile", ignore, files)
        paths = ("a/x.py", "docker/new.py", "docker", "b/c/d", "b/c", "../out/e", "e", "f")
        return [path for path in paths if context.exists(path)]

    assert there("") == ["a/x.py", "docker/new.py", "docker", "b/c/d", "b/c"]
    assert there("docker\n") == ["a/x.py", "b/c/d", "b/c"]
    context = ForeseenContext(tmp_path, "in", "in/Dockerfile", "", files)
    assert (context.is_folder("b/c"), context.is_folder("b/c/d")) == (True, False)
