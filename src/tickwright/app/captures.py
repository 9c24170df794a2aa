"""Capture files as the sandbox plays them: product by product, whatever a file holds beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tickwright.app.replay import Traffic
from tickwright.errors import UsageError
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.venues.base import Product


__all__ = ["PartOfCapture", "recordings_of"]


class PartOfCapture:
    """The records of one product in a file; to be iterated over as often as one likes.

    Args:
        reader: The file.
        traffic: Tells whose each record is.
        product: Whose records are meant.
    """

    def __init__(self, reader: CaptureReader, traffic: Traffic, product: str) -> None:
        self._reader = reader
        self._traffic = traffic
        self._product = product

    def __iter__(self) -> Iterator[CaptureRecord]:
        for batch in self._reader.batches():
            yield from self._traffic.split(batch).get(self._product, ())

    def streams(self, product: Product) -> list[str]:
        """Return the names of the streams in it, sorted, as the venue writes them in its frames."""
        name_of = product.ws.stream_of
        found = {name_of(record.data.encode()) for record in self if record.direction == "in"}
        return sorted(name for name in found if name is not None)


def recordings_of(paths: Sequence[Path]) -> dict[str, PartOfCapture]:
    """Return product → its records, of all products that some files hold.

    Raises:
        UsageError: If a file does not tell its product, or two files hold the same one.
        CaptureError: If a file cannot be read.
    """
    found: dict[str, PartOfCapture] = {}
    origins: dict[str, Path] = {}
    for path in paths:
        reader, traffic = CaptureReader(path), Traffic(path, None)
        for product in traffic.products(reader):
            if product in found:
                raise UsageError(
                    f"{product} is recorded in {origins[product]} and in {path}; play one of them"
                )
            found[product], origins[product] = PartOfCapture(reader, traffic, product), path
    return found
