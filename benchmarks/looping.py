"""Playing a book's deltas round and round without ever corrupting the book."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


__all__ = ["BookLoop"]

Book = dict[str, dict[str, str]]
SIDES = (("b", "bids"), ("a", "asks"))


class BookLoop:
    """Repeats depth frames; between two rounds one frame leads from the last state back to the first.

    Without it prices of the end would stand among those of the start, and the book would cross. Ids go on
    counting through all rounds, so the sequence has no gap.
    """

    def __init__(self, snapshots: dict[str, dict[str, Any]]) -> None:
        self._snapshots = snapshots

    def frames(
        self,
        lead_in: dict[str, list[dict[str, Any]]],
        frames: list[tuple[str, dict[str, Any]]],
        total: int,
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield ``total`` frames of the one book in ``frames``."""
        stream, first = frames[0]
        last = frames[-1][1]
        start = self._start(first["s"], lead_in[stream])
        end = {side: dict(levels) for side, levels in start.items()}
        for _, payload in frames:
            _apply(end, payload)
        bridge = {
            **last,
            "U": last["u"] + 1,
            "u": last["u"] + 1,
            **{key: _difference(end[key], start[key]) for key, _ in SIDES},
        }
        id_span = bridge["u"] - first["U"] + 1
        time_span = last["E"] - first["E"] + 100
        one_round = [*frames, (stream, bridge)]
        for index in range(total):
            number, position = divmod(index, len(one_round))
            payload = one_round[position][1]
            moved = {
                "E": payload["E"] + number * time_span,
                "U": payload["U"] + number * id_span,
                "u": payload["u"] + number * id_span,
            }
            yield stream, {**payload, **moved}

    def _start(self, symbol: str, lead_in: list[dict[str, Any]]) -> Book:
        snapshot = self._snapshots[symbol]
        book = {key: dict(snapshot[name]) for key, name in SIDES}
        for payload in lead_in:
            if payload["u"] > snapshot["lastUpdateId"]:
                _apply(book, payload)
        return book


def _apply(book: Book, payload: dict[str, Any]) -> None:
    for key, _ in SIDES:
        side = book[key]
        for price, quantity in payload[key]:
            if quantity.strip("0") == ".":
                side.pop(price, None)
            else:
                side[price] = quantity


def _difference(before: dict[str, str], after: dict[str, str]) -> list[list[str]]:
    removed = [[price, "0.00000000"] for price in before if price not in after]
    changed = [[price, size] for price, size in after.items() if before.get(price) != size]
    return removed + changed
