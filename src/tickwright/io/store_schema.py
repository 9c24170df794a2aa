"""A store's tables as steps from one version to the next, so that what an older program wrote is carried over and not refused."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.errors import StoreError


__all__ = ["steps_missing"]


def steps_missing(
    name: str, version: int, steps: Sequence[str], *, is_read_only: bool
) -> Sequence[str]:
    """Return the steps that a store still needs; the first one makes it, the last one leads to today's version.

    Args:
        name: The store's, for errors.
        version: How many of them it has been through.
        steps: All there are.
        is_read_only: Whoever only reads changes nothing.

    Raises:
        StoreError: A newer program wrote it, or it is older and may not be changed.

    Example:
        >>> steps_missing("journal.db", 1, ["CREATE …", "ALTER …"], is_read_only=False)
        ['ALTER …']
    """
    if version > len(steps):
        raise StoreError(
            f"{name} is a journal of version {version}, and this program knows versions up to {len(steps)};"
            " use the program that wrote it, or name another journal"
        )
    if is_read_only and version < len(steps):
        raise StoreError(
            f"{name} is a journal of version {version}, and this program reads version {len(steps)};"
            " whoever opens it to write with this program brings it there"
        )
    return steps[version:]
