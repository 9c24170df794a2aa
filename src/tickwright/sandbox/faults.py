"""What can go wrong at the venue, in one object that tests and users change while it runs."""

from __future__ import annotations

import msgspec


__all__ = ["EOF", "Faults"]

EOF = 1006
"""As a close code: the socket just ends, without a close frame."""


class Faults(msgspec.Struct, kw_only=True):
    """Faults of one venue; all off unless set. Counts run down as they are used.

    Example:
        >>> faults = Faults()
        >>> faults.drop["btcusdt@depth@100ms"] = 1  # the next delta is lost
        >>> faults.snapshot_failures = 2  # the next two snapshots are errors
    """

    # Sockets
    handshake_status: int | None = None
    """Turn handshakes down with this HTTP status."""
    close_on_open: int | None = None
    """Close every new connection at once with this code; `EOF` cuts it."""
    close_on_subscribe: int | None = None
    """Close a connection that subscribes, before the reply."""
    black_hole: bool = False
    """Connections open, and then nothing whatever is sent on them."""
    is_mute: bool = False
    """Pings, pongs and replies flow, market data does not."""
    no_ack: bool = False
    """Control messages are obeyed and never answered."""
    refuse: dict[str, str] = msgspec.field(default_factory=dict)
    """Stream → the venue's text with which it is refused."""
    has_flat_errors: bool = False
    """Control errors as the documentation shows them, not as captured."""
    is_strict: bool = True
    """Close a connection (1008) that sends more frames in a second than the venue allows."""

    # Streams
    silent_streams: set[str] = msgspec.field(default_factory=set)
    """Accepted, never delivered."""
    drop: dict[str, int] = msgspec.field(default_factory=dict)
    """Stream → how many of its next frames are lost."""
    double: dict[str, int] = msgspec.field(default_factory=dict)
    """Stream → how many of its next frames are sent twice."""
    reorder: dict[str, int] = msgspec.field(default_factory=dict)
    """Stream → how many times a frame is overtaken by the one after it."""

    # REST
    rest_status: int | None = None
    """Answer everything with this status: 429, 418, 403, 5xx …"""
    rest_body: str = ""
    """The body with `rest_status`; the venue's own unless given."""
    retry_after_s: int | None = None
    """Header ``Retry-After`` of `rest_status`."""
    rest_delay_s: float = 0.0
    """Hold every answer back."""
    rest_black_hole: bool = False
    """Take requests and never answer."""
    snapshot_delay_s: float = 0.0
    """Hold book snapshots back, after they were taken."""
    snapshot_failures: int = 0
    """So many next snapshots are 503 with -1001."""
    snapshot_html: int = 0
    """So many next snapshots are a web page with status 200."""
    snapshot_old: int = 0
    """So many next snapshots are older than anything streamed."""

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
        )

    def take(self, name: str) -> bool:
        """Use up one of a counted fault and say whether there was one left."""
        left: int = getattr(self, name)
        if left <= 0:
            return False
        setattr(self, name, left - 1)
        return True
