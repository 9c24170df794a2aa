"""Recorded venue frames as the raw material of workloads.

The reader is deliberately not Tickwright's own: what plays the frames must not share code with what is
measured. A line of a recording is ``{"ts", "conn", "dir": "in" | "http", "path", "data": "<text>"}``.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import zstandard

from benchmarks.generated import generate


__all__ = ["SHARED_FRAMES", "Recording", "load", "split_symbol"]

SHARED_FRAMES = Path(__file__).resolve().parents[2] / "shared" / "data" / "frames"

QUOTES = ("USDT", "USDC", "BUSD", "BTC", "ETH", "BNB", "AUD", "BRL", "EUR")


class Recording(msgspec.Struct):
    """Frames in the order received, and the book snapshots fetched meanwhile."""

    name: str
    is_recorded: bool
    frames: list[tuple[str, dict[str, Any]]]
    """Stream name and payload (what stands under ``data`` in a combined frame)."""
    snapshots: dict[str, dict[str, Any]]
    """Symbol → the first REST snapshot of its book."""

    @property
    def symbols(self) -> list[str]:
        """The venue's symbols that have a book, sorted."""
        return sorted(self.snapshots)


class _Line(msgspec.Struct):
    direction: str = msgspec.field(name="dir")
    data: str
    path: str | None = None


class _Combined(msgspec.Struct):
    stream: str
    data: dict[str, Any]


def load(name: str) -> Recording:
    """Read the recording ``name``, or generate one of the same shape where the recordings are absent."""
    path = SHARED_FRAMES / f"{name}.jsonl.zst"
    if not path.exists():
        frames, snapshots = generate(symbols=1 if name.endswith("-1") else 10)
        return Recording(f"generated ({name} absent)", False, frames, snapshots)
    line_decoder = msgspec.json.Decoder(_Line)
    frame_decoder = msgspec.json.Decoder(_Combined)
    frames = []
    snapshots = {}
    with zstandard.open(path, "rb") as stream:
        for raw in io.BufferedReader(stream):
            line = line_decoder.decode(raw)
            if line.direction == "in":
                frame = frame_decoder.decode(line.data)
                frames.append((frame.stream, frame.data))
            elif line.path is not None and "depth" in line.path:
                symbol = parse_qs(urlsplit(line.path).query)["symbol"][0]
                snapshots.setdefault(symbol, msgspec.json.decode(line.data))
    return Recording(name, True, frames, snapshots)


def split_symbol(symbol: str) -> tuple[str, str]:
    """Return base and quote asset of a spot symbol.

    Raises:
        ValueError: No known quote asset ends it.
    """
    for quote in QUOTES:
        if symbol.endswith(quote) and symbol != quote:
            return symbol.removesuffix(quote), quote
    raise ValueError(f"{symbol}: unknown quote asset; add it to benchmarks.recordings.QUOTES")
