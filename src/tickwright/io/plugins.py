"""Venues that other packages bring: found by their entry points, imported when somebody asks for one.

In a package's ``pyproject.toml``::

    [project.entry-points."tickwright.venues"]
    mine = "my_package.spec"        # the module whose PRODUCTS declares it; its dialect is my_package.dialect
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType


__all__ = ["GROUP", "plugin_dialect", "plugin_venues"]

GROUP = "tickwright.venues"


@cache
def plugin_venues() -> Mapping[str, str]:
    """Return venue → module with its ``PRODUCTS``, of all packages that are installed."""
    return MappingProxyType({point.name: point.value for point in entry_points(group=GROUP)})


def plugin_dialect(venue: str) -> str | None:
    """Return the module with a venue's side of the sandbox, which stands beside its products; ``None`` if it is none of these.

    Example:
        >>> plugin_dialect("nobody") is None
        True
    """
    module = plugin_venues().get(venue)
    return None if module is None else f"{module.rpartition('.')[0]}.dialect"
