from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ws.files.installed import installed, name_origin
from ws.formats import direct_url
from ws.model.installed import Installed, Origin

if TYPE_CHECKING:
    from pathlib import Path


def distribution(site: Path, name: str, said: str = "") -> Path:
    info = site / f"{name}.dist-info"
    info.mkdir(parents=True)
    rows = ["a.py,sha256=aa,1", f"{info.name}/RECORD,,"]
    if said:
        (info / "direct_url.json").write_text(said)
        rows.insert(0, f"{info.name}/direct_url.json,sha256=bb,2")
    (info / "RECORD").write_text("".join(f"{row}\n" for row in rows))
    return info


def test_names_are_normalised_and_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    distribution(tmp_path, "Zope.Thing_x-1.0")
    (tmp_path / "zope").mkdir()
    found = installed([tmp_path, tmp_path / "none"])
    assert found == {"zope-thing-x": Installed("zope-thing-x", "1.0", Origin())}


def test_where_a_package_comes_from_is_named_as_the_lock_has_it(tmp_path: Path) -> None:
    """uv writes the host in small letters, and Poetry would take that for another repository."""
    said = json.dumps({"url": "https://h/r", "vcs_info": {"vcs": "git", "commit_id": "abc"}})
    info = distribution(tmp_path, "a-1.0", said)
    wanted = Origin("git", "https://H/r", "abc")
    name_origin([tmp_path], installed([tmp_path])["a"], wanted)
    assert installed([tmp_path])["a"].origin == wanted
    assert (info / "direct_url.json").read_text() == direct_url.git(wanted)
    assert (info / "RECORD").read_text() == (
        "a-1.0.dist-info/direct_url.json,,\na.py,sha256=aa,1\na-1.0.dist-info/RECORD,,\n"
    )
