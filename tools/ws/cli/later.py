"""Groups whose commands are imported when one of them is wanted: start-up does without them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import MutableMapping


class Later(click.Group):
    """A group whose commands stand in a module, as `COMMANDS`, another group."""

    def __init__(self, *args: Any, module: str, **options: Any) -> None:  # noqa: ANN401 - click's
        self._module = module
        super().__init__(*args, **options)

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """By name."""
        found: click.Group = import_module(self._module).COMMANDS
        return found.commands

    @commands.setter
    def commands(self, none: MutableMapping[str, click.Command]) -> None:
        """What a new group begins with."""
        assert not none
