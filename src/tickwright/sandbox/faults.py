"""What can go wrong at the venue, in one object that tests and users change while it runs.

Every field says what the *venue* does wrong. All is well unless it is set. Counts (``int`` fields and the values of
``drop``, ``double``, ``reorder`` and ``delay``) run down as they are used. Stream names may hold ``*`` for any text:
``*@depth*`` is every depth stream.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec
from msgspec import Meta


__all__ = ["EOF", "Faults", "matches"]

EOF = 1006
"""As a close code: the socket just ends, without a close frame."""

Count = Annotated[int, Meta(ge=0)]
CloseCode = Annotated[int, Meta(ge=1000, le=4999)]
Status = Annotated[int, Meta(ge=300, le=599)]
Seconds = Annotated[float, Meta(ge=0)]


class Faults(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Faults of one product, or of all of them.

    Example:
        >>> faults = Faults()
        >>> faults.drop["btcusdt@depth@100ms"] = 1  # the next delta is lost
        >>> faults.snapshot_failures = 2  # the next two snapshots are errors
    """

    # Sockets
    handshake_status: Status | None = None
    """Turn handshakes down with this HTTP status."""
    close_on_open: CloseCode | None = None
    """Close every new connection at once with this code; 1006 cuts it."""
    close_on_subscribe: CloseCode | None = None
    """Close a connection that subscribes, before the reply."""
    close_on_logon: CloseCode | None = None
    """Close a connection that logs in or subscribes to user data, before the reply."""
    close_after_frames: Annotated[int, Meta(ge=1)] | None = None
    """Close every connection once it was sent so many frames of streams, user events among them."""
    close_after_code: CloseCode = EOF
    """The code of `close_after_frames`."""
    lifetime_s: Seconds | None = None
    """How long a connection lives that opens from now on; the venue's own 24 h unless given."""
    lifetime_code: CloseCode = 1001
    """The code at the end of a lifetime; the venue documents none."""
    shutdown_lead_s: Seconds = 0.0
    """How long before that the venue says so, where it does (``serverShutdown`` on Binance spot)."""
    black_hole: bool = False
    """Connections open, and then nothing whatever is sent on them."""
    is_mute: bool = False
    """Pings, pongs and replies flow, market data and user events do not."""
    no_ack: bool = False
    """Control messages are obeyed and never answered."""
    ack_delay_s: Seconds = 0.0
    """Control messages, and requests of a WebSocket API, are read so late."""
    pong_delay_s: Seconds = 0.0
    """A client's pings are answered so late."""
    ping_interval_s: Annotated[float, Meta(gt=0)] | None = None
    """Between two pings of the venue's; its own unless given. Counts from the next ping on."""
    pong_deadline_s: Annotated[float, Meta(gt=0)] | None = None
    """How long a client's pong may take; the venue's own unless given."""
    refuse: dict[str, str] = msgspec.field(default_factory=dict)
    """Stream → the venue's text with which it is refused."""
    has_flat_errors: bool = False
    """Control errors as the documentation shows them, not as captured."""
    is_strict: bool = True
    """Close a connection (1008) that sends more frames in a second than the venue allows, and refuse (429) more
    connections than it allows."""

    # Streams
    silent_streams: set[str] = msgspec.field(default_factory=set)
    """Accepted, never delivered."""
    drop: dict[str, Count] = msgspec.field(default_factory=dict)
    """Stream → how many of its next frames are lost."""
    double: dict[str, Count] = msgspec.field(default_factory=dict)
    """Stream → how many of its next frames are sent twice."""
    reorder: dict[str, Count] = msgspec.field(default_factory=dict)
    """Stream → how many times a frame is overtaken by the one after it."""
    delay: dict[str, Count] = msgspec.field(default_factory=dict)
    """Stream → how many of its next frames come `delay_s` late, overtaken by all that come meanwhile."""
    resend: dict[str, Count] = msgspec.field(default_factory=dict)
    """Stream → behind how many of its next frames goes the snapshot again that it began with, where it did."""
    renumber: dict[str, Count] = msgspec.field(default_factory=dict)
    """Stream → how many times its numbers begin anew, with a snapshot, as after a restart (``u`` 1 on Bybit)."""
    delay_s: Seconds = 1.0
    """How late the frames of `delay` come."""
    burst: Count = 0
    """Let the market make about so many frames at once: real-time streams that somebody wants, at one instant."""

    # Content
    unknown_events: Count = 0
    """Beside the next so many frames goes an event of a type that nobody knows."""
    unknown_keys: bool = False
    """Every JSON object sent holds one key more than documented."""
    shuffled_keys: bool = False
    """The keys of every JSON object sent stand in any order."""
    unknown_enums: bool = False
    """Fields that name one of several things name one more: an order type, a filter, a status."""
    pending_listings: Count = 0
    """So many contracts that do not trade yet stand among the listings of futures, with a tick size of 0."""
    clock_step_s: float = 0.0
    """The venue's clock, as it tells it and as it checks timestamps, is so far off."""

    # REST
    rest_only: set[str] = msgspec.field(default_factory=set)
    """Paths that the four faults below strike, ``*`` allowed; all unless given. `rest_status` strikes methods of the
    WebSocket API by their names, too: ``order.*``."""
    rest_status: Status | None = None
    """Answer with this status: 429, 418, 403, 5xx …"""
    rest_body: str = ""
    """The body with `rest_status`; the venue's own unless given."""
    rest_delay_s: Seconds = 0.0
    """Hold answers back."""
    rest_black_hole: bool = False
    """Take requests and never answer."""
    retry_after_s: Count | None = None
    """Header ``Retry-After`` of `rest_status`."""
    snapshot_delay_s: Seconds = 0.0
    """Hold book snapshots back, after they were taken."""
    snapshot_failures: Count = 0
    """So many next snapshots are 503 with the venue's own error."""
    snapshot_html: Count = 0
    """So many next snapshots are a web page with status 200."""
    snapshot_old: Count = 0
    """So many next snapshots are older than anything streamed."""

    # Orders and accounts
    order_failures: Count = 0
    """So many next placements are answered with `order_failure_code` and status `order_failure_status`."""
    order_failure_code: int | None = None
    """The venue's own for a timeout unless given: -1007 on Binance (or -1006, -1001, -1000), 10000 on Bybit (or 10016,
    10019, 170146)."""
    order_failure_status: Annotated[int, Meta(ge=200, le=599)] | None = None
    """The HTTP status that goes with it; the venue's own unless given: 503 on Binance, 200 on Bybit."""
    order_failure_executes: bool = True
    """Whether those orders were executed all the same."""
    replies_lost: Count = 0
    """So many next commands are obeyed, and the connection is cut instead of answering."""
    fill_before_ack: bool = False
    """User events leave before the reply to the command that caused them, instead of just behind it."""
    double_reports: Count = 0
    """So many next user events come twice."""
    report_delay_s: Seconds = 0.0
    """User events come so late, in their order; those that are made without it overtake them."""
    query_lag_s: Seconds = 0.0
    """An order cannot be queried until so long after it was placed: -2013 on Binance, no row on Bybit."""
    forgets_closed_orders: bool = False
    """Orders that ended are in their history only, as after a restart of the venue: ``order/history`` of Bybit."""
    history_lag_s: Seconds = 0.0
    """What ended shows in histories of orders so much later: ``order/history`` of Bybit."""
    listen_key_lifetime_s: Seconds | None = None
    """How long a listen key lives without being kept alive; the venue's own 60 minutes unless given."""
    revoked_keys: set[str] = msgspec.field(default_factory=set)
    """API keys that are good no longer (-2015 on Binance, 10003 on Bybit); sessions over sockets notice at their next request."""
    keepalive_failures: Count = 0
    """So many next requests to keep a listen key alive fail (-1125, Binance)."""

    @property
    def touches_streams(self) -> bool:
        """True if any frame may have to be changed: the quick way is open only without."""
        return bool(
            self.black_hole
            or self.is_mute
            or self.silent_streams
            or self.drop
            or self.double
            or self.reorder
            or self.delay
            or self.resend
            or self.renumber
            or self.unknown_events
            or self.touches_content
        )

    @property
    def touches_content(self) -> bool:
        """True if what is sent is rewritten."""
        return self.unknown_keys or self.shuffled_keys or self.unknown_enums

    def take(self, name: str) -> bool:
        """Use up one of a counted fault and say whether there was one left."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True

    def take_of(self, name: str, stream: str) -> bool:
        """Use up one of a fault that is counted by stream; see `take`."""
        counts: dict[str, int] = getattr(self, name)
        key = _key(counts, stream)
        if key is None:
            return False
        if counts[key] > 1:
            counts[key] -= 1
        else:
            del counts[key]
        return True

    def is_silent(self, stream: str) -> bool:
        """Tell whether a stream is one of `silent_streams`."""
        return matches(self.silent_streams, stream)

    def strikes_rest(self, path: str) -> bool:
        """Tell whether the faults of REST concern a path, or a method of a WebSocket API."""
        return not self.rest_only or matches(self.rest_only, path)

    def assign(self, other: Faults) -> None:
        """Take over every field of another."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))


def matches(names: Collection[str], text: str) -> bool:
    """Tell whether one of ``names``, in which ``*`` stands for any text, is this.

    Example:
        >>> matches({"*@depth*"}, "btcusdt@depth@100ms")
        True
    """
    return text in names or _pattern(names, text) is not None


def _key(counts: dict[str, int], stream: str) -> str | None:
    key = stream if stream in counts else _pattern(counts, stream)
    if key is not None and counts[key] <= 0:
        del counts[key]
        return None
    return key


def _pattern(names: Iterable[str], text: str) -> str | None:
    return next((name for name in names if "*" in name and fnmatchcase(text, name)), None)
