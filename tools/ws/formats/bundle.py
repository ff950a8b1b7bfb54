"""`bundle.json`: what an installer's tree says of its services, so that it needs no locks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ws.errors import ManifestError, Where
from ws.model.product import Product, Service
from ws.model.volumes import Volume

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "bundle.json"
IMAGES = "ops/images"
"""The folder of a bundle in which lies what images are built from, besides sources."""
SCHEMA = "ws-bundle/1"

_MADE = "Made by `ws docker bundle`; `ws docker ensure` reads it"


def write(product: Product, downloads: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text of the file; `downloads` is the report of what a first run fetches."""
    document = {"//": _MADE, "schema": SCHEMA, **asdict(product), "downloads": list(downloads)}
    return json.dumps(document, indent=2) + "\n"


def read(text: str, path: str = NAME) -> Product:
    """What such a file says. Raises `ManifestError` for what is none, or of another version."""
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise _unfit(f"its schema is {document['schema']}, not {SCHEMA}", path)
        return _product(document)
    except (ValueError, KeyError, TypeError) as error:
        raise _unfit(f"it is not as ws wrote it: {error}", path) from error


def _product(document: Mapping[str, Any]) -> Product:
    fields = {key: document[key] for key in Product.__dataclass_fields__}
    services = tuple(map(_service, document["services"]))
    return Product(**fields | {"services": services, "source": tuple(document["source"])})


def _service(table: Mapping[str, Any]) -> Service:
    fields = {key: table[key] for key in Service.__dataclass_fields__}
    lists = {key: tuple(table[key]) for key in ("references", "requirements", "packages")}
    volumes = tuple(Volume(**volume) for volume in table["volumes"])
    return Service(**fields | lists | {"volumes": volumes})


def _unfit(reason: str, path: str) -> ManifestError:
    hint = "unpack the bundle again, or make it with this version of ws: ws docker bundle"
    return ManifestError(reason, rule="bundle/unreadable", where=Where(path), hint=hint)
