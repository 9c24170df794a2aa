"""What Tickwright says about itself: connections, gaps, drops, refusals. Same stream, same form."""

from __future__ import annotations

from enum import Enum

from tickwright.model.market import Stamped, datetime_of


__all__ = [
    "BookState",
    "BookStateChanged",
    "CandleGap",
    "Caution",
    "DeadManFired",
    "DecodeFailure",
    "Dropped",
    "Gap",
    "HandlerFailed",
    "Notice",
    "SessionDown",
    "SessionUp",
    "TopicFailed",
    "TopicStale",
]


class BookState(Enum):
    """How far a book is trusted. Only LIVE and UNAUDITED books can be read."""

    SYNCING = "syncing"
    """No snapshot yet."""
    LIVE = "live"
    """Sequence-checked at every delta, and equal to the second source when last compared."""
    UNAUDITED = "unaudited"
    """Sequence-checked at every delta; no second source has confirmed it (yet)."""
    SUSPECT = "suspect"
    """The second source disagreed; the next comparison or a resync decides."""
    RESYNCING = "resyncing"
    """A gap, a crossed book or a disagreement: a new snapshot is on its way."""
    STALE = "stale"
    """The connection is down or the topic went silent."""
    CLOSED = "closed"
    """Nobody wants it any more."""

    @property
    def is_readable(self) -> bool:
        """True where best prices and levels are handed out."""
        return self in (BookState.LIVE, BookState.UNAUDITED)


class Notice(Stamped, frozen=True, kw_only=True):
    """What all notices share."""

    received_ts_ns: int
    """Our clock when it was noticed."""

    def __repr__(self) -> str:
        parts = [
            f"{name}={getattr(self, name)!r}"
            for name in self.__struct_fields__
            if name not in ("received_ts_ns", "delivered_ts_ns")
        ]
        when = datetime_of(self.received_ts_ns).isoformat(timespec="milliseconds")
        return f"{type(self).__name__}({', '.join(parts)}, {when})"


class SessionUp(Notice, frozen=True, kw_only=True):
    """A connection is open and its subscriptions are being restored."""

    session: str
    """For example ``binance.usdm/public#1``."""
    attempt: int
    """1 for the first connection, else how many tries this outage took."""


class SessionDown(Notice, frozen=True, kw_only=True):
    """A connection ended; unless ``is_final``, a new one is made after ``retry_in_s``."""

    session: str
    code: int
    reason: str
    retry_in_s: float
    is_final: bool = False


class TopicStale(Notice, frozen=True, kw_only=True):
    """A stream of a healthy connection is silent beyond what is due; ``action`` says what is done."""

    session: str
    stream: str
    silent_s: float
    action: str
    """``resubscribe``, ``reconnect`` or ``watch`` (a quiet instrument; nothing more is done)."""


class TopicFailed(Notice, frozen=True, kw_only=True):
    """The venue refused a stream, in its own words; other streams are not affected."""

    session: str
    stream: str
    text: str


class Gap(Notice, frozen=True, kw_only=True):
    """Trades ``first``..``last`` (ids, inclusive) of an instrument did not arrive.

    Both are ``None`` where the venue does not number its trades: there was an outage, and whether any trade fell into
    it cannot be known.
    """

    instrument: str
    first: int | None
    last: int | None
    is_backfilled: bool = False
    """True where they follow, in order, from the venue's history."""


class CandleGap(Notice, frozen=True, kw_only=True):
    """The closes of candles that opened from ``start_ts_ns`` up to before ``end_ts_ns`` cannot be had."""

    instrument: str
    interval: str
    start_ts_ns: int
    end_ts_ns: int


class BookStateChanged(Notice, frozen=True, kw_only=True):
    """A book went from one state to another, and why."""

    instrument: str
    old: BookState
    new: BookState
    reason: str


class Dropped(Notice, frozen=True, kw_only=True):
    """A slow consumer's bounded queue lost ``count`` events since the last such notice."""

    topic: str
    count: int


class DecodeFailure(Notice, frozen=True, kw_only=True):
    """A frame that does not say what it must; counted, reported, never passed on as good."""

    session: str
    stream: str
    error: str
    raw: bytes


class DeadManFired(Notice, frozen=True, kw_only=True):
    """A product's private stream has been down for the whole window of the dead-man switch: its open orders are being canceled."""

    product: str
    orders: tuple[str, ...]
    """Their client order ids. What becomes of each is told by its own events."""
    window_s: float


class Caution(Notice, frozen=True, kw_only=True):
    """Something that a person should know, and that nothing here can put right."""

    subject: str
    """A venue or a product."""
    text: str


class HandlerFailed(Notice, frozen=True, kw_only=True):
    """A user's handler raised; the stream goes on. One that was too slow, where nothing may be dropped, is called no more."""

    topic: str
    handler: str
    error: str
