"""Whether a folder of an image holds Python modules.

poetry-core refuses to build a package from a folder without any `.py` file below it: "shared is not
a package." (`check_elements` in poetry/core/masonry/utils/package_include.py).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.model.image import Changed, Copied, Linked, Made, Taken, is_below, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.image import Context, Image

_DEEPEST = 12
"""So many folders in one another are looked through, and copies of copies."""


def holds_modules(image: Image, folder: str) -> bool | None:
    """Whether there is a `.py` file below a folder of an image; `None` where nobody can tell."""
    first = image.at(f"{folder}/__init__.py")
    if first.kind == "file" or folder.endswith("-stubs"):
        return True
    doubtful = first.kind == "unknown"
    for path in _candidates(image, folder):
        kind = image.at(path).kind if path else "unknown"
        if kind == "file":
            return True
        doubtful = doubtful or kind == "unknown"
    return None if doubtful else False


def _candidates(image: Image, folder: str, depth: int = 0) -> Iterator[str]:
    """Where modules below a folder may be; an empty path for what cannot be followed."""
    layers: Image | None = image
    while layers is not None and depth < _DEEPEST:
        layer = layers.layer
        layers = layers.below
        if layer is None or not (is_below(layer.at, folder) or is_below(folder, layer.at)):
            continue
        above = not is_below(layer.at, folder)
        match layer:
            case Copied():
                source = moved(folder, layer.at, layer.source) if above else layer.source
                to = folder if above else layer.at
                yield from (moved(one, source, to) for one in _modules(layer.context, source))
            case Taken():
                source = moved(folder, layer.at, layer.source) if above else layer.source
                to = folder if above else layer.at
                for one in _candidates(layer.image, source, depth + 1):
                    yield one and moved(one, source, to)
            case Made() if layer.folder and not above:
                yield ""  # what makes a folder may fill it too
            case Made() if layer.at.endswith(".py"):
                yield layer.at
            case Linked():
                yield ""
            case Changed() if not above:
                yield layer.at


def _modules(context: Context, path: str) -> Iterator[str]:
    """The modules at and below a path of a build context, those of the upper folders first."""
    if not context.is_folder(path):
        yield from [path] if path.endswith(".py") else []
        return
    pattern = posixpath.join(path, "*")
    for _ in range(_DEEPEST):
        found = context.glob(pattern)
        yield from (one for one in found if one.endswith(".py") and not context.is_folder(one))
        if not found:
            return
        pattern += "/*"
