"""How far a book is trusted: one table. A book can be read in LIVE and UNAUDITED, and in no other state."""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table
from tickwright.model.notices import BookState


__all__ = ["TABLE", "BookEvent"]


class BookEvent(Enum):
    """What can happen to a book."""

    SYNCED = "synced"
    """A snapshot and the deltas held for it were applied without a hole."""
    MATCH = "match"
    """The second source agreed."""
    MISMATCH = "mismatch"
    """The second source disagreed."""
    SILENT = "silent"
    """Its stream says nothing beyond what is due; a fresh snapshot will tell."""
    BROKEN = "broken"
    """A gap, a crossed book, or one disagreement too many."""
    DOWN = "down"
    """The connection ended."""
    UP = "up"
    """The connection is back."""
    CLOSE = "close"
    """Nobody wants it any more."""


_S, _E = BookState, BookEvent

_CELLS = {
    (_S.SYNCING, _E.SYNCED): _S.UNAUDITED,
    (_S.SYNCING, _E.SILENT): _S.SYNCING,
    (_S.SYNCING, _E.BROKEN): _S.SYNCING,
    (_S.SYNCING, _E.DOWN): _S.STALE,
    (_S.SYNCING, _E.UP): _S.SYNCING,
    (_S.SYNCING, _E.CLOSE): _S.CLOSED,
    (_S.UNAUDITED, _E.MATCH): _S.LIVE,
    (_S.UNAUDITED, _E.MISMATCH): _S.SUSPECT,
    (_S.UNAUDITED, _E.SILENT): _S.SUSPECT,
    (_S.UNAUDITED, _E.BROKEN): _S.RESYNCING,
    (_S.UNAUDITED, _E.DOWN): _S.STALE,
    (_S.UNAUDITED, _E.UP): _S.UNAUDITED,
    (_S.UNAUDITED, _E.CLOSE): _S.CLOSED,
    (_S.LIVE, _E.MATCH): _S.LIVE,
    (_S.LIVE, _E.MISMATCH): _S.SUSPECT,
    (_S.LIVE, _E.SILENT): _S.SUSPECT,
    (_S.LIVE, _E.BROKEN): _S.RESYNCING,
    (_S.LIVE, _E.DOWN): _S.STALE,
    (_S.LIVE, _E.UP): _S.LIVE,
    (_S.LIVE, _E.CLOSE): _S.CLOSED,
    (_S.SUSPECT, _E.MATCH): _S.LIVE,
    (_S.SUSPECT, _E.MISMATCH): _S.SUSPECT,
    (_S.SUSPECT, _E.SILENT): _S.SUSPECT,
    (_S.SUSPECT, _E.BROKEN): _S.RESYNCING,
    (_S.SUSPECT, _E.DOWN): _S.STALE,
    (_S.SUSPECT, _E.UP): _S.SUSPECT,
    (_S.SUSPECT, _E.CLOSE): _S.CLOSED,
    (_S.RESYNCING, _E.SYNCED): _S.UNAUDITED,
    (_S.RESYNCING, _E.SILENT): _S.RESYNCING,
    (_S.RESYNCING, _E.BROKEN): _S.RESYNCING,
    (_S.RESYNCING, _E.DOWN): _S.STALE,
    (_S.RESYNCING, _E.UP): _S.RESYNCING,
    (_S.RESYNCING, _E.CLOSE): _S.CLOSED,
    (_S.STALE, _E.SILENT): _S.STALE,
    (_S.STALE, _E.BROKEN): _S.STALE,
    (_S.STALE, _E.DOWN): _S.STALE,
    (_S.STALE, _E.UP): _S.RESYNCING,
    (_S.STALE, _E.CLOSE): _S.CLOSED,
    # Frames come until its stream is given up.
    (_S.CLOSED, _E.SILENT): _S.CLOSED,
    (_S.CLOSED, _E.BROKEN): _S.CLOSED,
    (_S.CLOSED, _E.CLOSE): _S.CLOSED,
    (_S.CLOSED, _E.DOWN): _S.CLOSED,
    (_S.CLOSED, _E.UP): _S.CLOSED,
}

TABLE: Table[BookState, BookEvent, None] = Table(
    "book", BookState.SYNCING, {cell: (following, None) for cell, following in _CELLS.items()}
)
