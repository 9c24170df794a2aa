"""The watchdog of one session: is the connection alive, and does every stream on it speak (G4)?

Theory of operation
===================

**The connection.** Every frame is a sign of life: data, acknowledgements, pings, pongs. After 20 s
without one it is pinged, so that a quiet but living link proves itself by the pong; after 30 s
without one it is stale.

**A stream** climbs a ladder while it is silent: FRESH → (ask the venue for it again) → RENEWED →
(replace the connection) → REPLACED, and either round again or, where silence may be normal, no
further. Each rung waits for the stream's *patience*. Data puts it back to FRESH. A new socket, for
whatever reason, counts as the replacement for all streams that are on RENEWED by then: it was what
they were waiting for.

How long silence is normal differs a million-fold between streams, so patience has three sources:

1. The venue documents a *cadence* (a book every 100 ms): five times that, and not below 10 s.
2. The stream taught it: five times the longest gap seen, and not below 60 s. Older gaps fade.
3. Nothing is known: 60 s.

A replacement doubles it (up to an hour), and so does every time that nothing is done, until the
stream has flowed again for a while.

**Replacing a connection is dear**, for hundreds of streams pay for one. So a session has patience
as well: after a replacement the next one must wait, twice as long each time. And streams differ in
what their silence proves. A stream of kind 1, or of kind 2 after a hundred gaps and ten times its
patience, is *sure*: such silence means something is wrong. The others are *quiet instruments* until
proven otherwise. All of them together may replace the connection once, then after half an hour, two
hours, and so on; a stream that stays silent after a replacement asks for no other. Thus a wrong
route (all acknowledged, nothing delivered) is met within two minutes, and five hundred instruments
that trade once a day cost four replacements in that day.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from math import inf

import msgspec

from tickwright.core.machine import Table


__all__ = [
    "TABLE",
    "Action",
    "ConnectionStale",
    "Heartbeat",
    "HeartbeatPolicy",
    "PingNow",
    "Rung",
    "RungEvent",
    "TopicSilent",
]


class HeartbeatPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of the watchdog, each with its reason."""

    stale_s: float = 30.0
    """Binance spot pings every 20 s, so 30 s without any frame is no accident."""
    probe_s: float = 20.0
    """Leaves 10 s for the pong. Binance futures ping only every 3 min, so we must ask ourselves."""
    cadence_factor: float = 5.0
    """Four frames late is a hiccup, five is an outage."""
    cadence_min_s: float = 10.0
    """Garbage collection, a busy loop and a slow venue together stay below it."""
    quiet_s: float = 60.0
    """Most instruments trade within a minute; asking again for those that do not is cheap."""
    gap_factor: float = 5.0
    """Random gaps exceed five times the longest of a hundred once in ten million."""
    gap_fade: float = 0.999
    """Kept of the longest gap at each new one: a maintenance is forgotten after an hour of trading."""
    sure_gaps: int = 100
    sure_periods: float = 10.0
    """Before it had so many gaps, and was watched for so many times its patience (10 min at least), a
    stream's rhythm is not believed: trades come in bursts, with hours between them."""
    patience_max_s: float = 3600.0
    """The longest wait that doubling alone leads to."""
    healthy_s: float = 60.0
    """Data so long after the last action means that the trouble is over."""
    replace_first_s: float = 60.0
    replace_factor: float = 2.0
    quiet_replace_first_s: float = 1800.0
    quiet_replace_factor: float = 4.0
    quiet_replace_max_s: float = 86400.0
    """0 s, 30 min, 2.5 h, 10.5 h: four replacements on the first day, then about one a day."""


class Rung(Enum):
    """What was done about a stream's silence so far."""

    FRESH = "fresh"
    RENEWED = "subscribed again"
    REPLACED = "connection replaced"


class RungEvent(Enum):
    """What can happen to a stream."""

    DELIVERED = "data came"
    OVERDUE = "silent beyond its patience"
    OVERDUE_HELD = "silent beyond its patience, but the next rung is not to be had now"
    RECONNECTED = "a new socket"


class _Do(Enum):
    RESUBSCRIBE = "resubscribe"
    RECONNECT = "reconnect"
    WATCH = "watch"


_R, _E = Rung, RungEvent

TABLE: Table[Rung, RungEvent, _Do | None] = Table(
    "silence",
    _R.FRESH,
    {
        (_R.FRESH, _E.DELIVERED): (_R.FRESH, None),
        (_R.FRESH, _E.OVERDUE): (_R.RENEWED, _Do.RESUBSCRIBE),
        (_R.FRESH, _E.RECONNECTED): (_R.FRESH, None),
        (_R.RENEWED, _E.DELIVERED): (_R.FRESH, None),
        (_R.RENEWED, _E.OVERDUE): (_R.REPLACED, _Do.RECONNECT),
        (_R.RENEWED, _E.OVERDUE_HELD): (_R.RENEWED, _Do.WATCH),
        (_R.RENEWED, _E.RECONNECTED): (_R.REPLACED, None),
        (_R.REPLACED, _E.DELIVERED): (_R.FRESH, None),
        (_R.REPLACED, _E.OVERDUE): (_R.RENEWED, _Do.RESUBSCRIBE),
        (_R.REPLACED, _E.OVERDUE_HELD): (_R.REPLACED, _Do.WATCH),
        (_R.REPLACED, _E.RECONNECTED): (_R.REPLACED, None),
    },
)


class PingNow(msgspec.Struct, frozen=True):
    """Send a ping."""


class ConnectionStale(msgspec.Struct, frozen=True):
    """No frame of any kind for ``silent_s``: replace the connection. Said once for each connection."""

    silent_s: float


class TopicSilent(msgspec.Struct, frozen=True):
    """A stream is silent beyond its patience."""

    stream: str
    silent_s: float
    """Since its last data, or since it was first watched if it never delivered."""
    remedy: str
    """``resubscribe``, ``reconnect``, or ``watch`` (nothing more is to be done now)."""


Action = PingNow | ConnectionStale | TopicSilent


class _Watched(msgspec.Struct, gc=False):
    """What is known about one stream; outlives its connections. There are hundreds, so it is small."""

    watched_s: float
    silent_since_s: float
    seen_s: float
    """Last data on this subscription, or its beginning: where the present gap starts."""
    patient_from_s: float
    """The next rung is reached when it was silent for its patience from here on."""
    cadence_s: float | None = None
    rung: Rung = TABLE.initial
    is_active: bool = False
    """True while it is acknowledged on the present connection."""
    longest_gap_s: float = 0.0
    gaps: int = 0
    doublings: int = 0
    acted_s: float = -inf


class Heartbeat:
    """Watches one session's connection and streams; lives as long as the session.

    Args:
        policy: The numbers.
        ping_interval_s: How often *we* must ping, where the venue wants it (Bybit: 20 s).

    Example:
        >>> watchdog = Heartbeat()
        >>> watchdog.connected(0.0)
        >>> watchdog.watch("btcusdt@depth", cadence_s=0.1, now_s=0.5)
        >>> watchdog.check(11.0, last_frame_s=10.9, last_data_s=lambda stream: None)
        (TopicSilent(stream='btcusdt@depth', silent_s=10.5, remedy='resubscribe'),)
    """

    def __init__(
        self, policy: HeartbeatPolicy | None = None, ping_interval_s: float | None = None
    ) -> None:
        self._policy = policy or HeartbeatPolicy()
        self._ping_interval_s = ping_interval_s
        self._streams: dict[str, _Watched] = {}
        self._pinged_s = 0.0
        self._is_stale = False
        self._replace_after_s = -inf
        self._replace_wait_s = self._policy.replace_first_s
        self._quiet_replace_after_s = -inf
        self._quiet_replace_wait_s = self._policy.quiet_replace_first_s

    def connected(self, now_s: float) -> None:
        """Start on a new socket. Streams are watched again once they are acknowledged on it."""
        self._pinged_s = now_s
        self._is_stale = False
        for watched in self._streams.values():
            watched.is_active = False
            watched.rung, _ = TABLE.step(watched.rung, RungEvent.RECONNECTED)

    def watch(self, stream: str, cadence_s: float | None, now_s: float) -> None:
        """Watch ``stream``, which the venue acknowledged just now (for the first time or again).

        Args:
            stream: The venue's name for it.
            cadence_s: Its frames come at least this often; ``None`` where silence can be normal.
            now_s: Now, monotonic.
        """
        watched = self._streams.get(stream)
        if watched is None:
            watched = self._streams[stream] = _Watched(now_s, now_s, now_s, now_s)
        watched.cadence_s = cadence_s
        watched.is_active = True
        watched.seen_s = watched.patient_from_s = now_s

    def unwatch(self, stream: str) -> None:
        """Forget ``stream``, which nobody wants any more."""
        self._streams.pop(stream, None)

    def patience_s(self, stream: str) -> float | None:
        """Return how long ``stream`` may be silent now; ``None`` if it is not watched."""
        watched = self._streams.get(stream)
        return None if watched is None else self._patience_s(watched)

    def check(
        self, now_s: float, last_frame_s: float, last_data_s: Callable[[str], float | None]
    ) -> tuple[Action, ...]:
        """Look for silence; call it about once a second while connected.

        Args:
            now_s: Now, monotonic.
            last_frame_s: When any frame came last; when the socket opened, before the first.
            last_data_s: When a stream's data came last on this connection; ``None`` before that.

        Returns:
            What to do. At most one action replaces the connection, and then it is the last one.
        """
        if self._is_stale:
            return ()
        silent_s = now_s - last_frame_s
        if silent_s >= self._policy.stale_s:
            self._is_stale = True
            return (ConnectionStale(silent_s),)
        actions: list[Action] = [PingNow()] if self._is_ping_due(now_s, last_frame_s) else []
        for stream, watched in self._streams.items():
            if not watched.is_active:
                continue
            data_s = last_data_s(stream)
            if data_s is not None and data_s > watched.seen_s:
                self._delivered(watched, data_s)
            if now_s >= watched.patient_from_s + self._patience_s(watched):
                do = self._overdue(watched, now_s)
                actions.append(TopicSilent(stream, now_s - watched.silent_since_s, do.value))
                if do is _Do.RECONNECT:
                    break
        return tuple(actions)

    def _is_ping_due(self, now_s: float, last_frame_s: float) -> bool:
        every_s = self._ping_interval_s
        is_due = every_s is not None and now_s - self._pinged_s >= every_s
        # One probe for each silence: a pong would have ended it.
        is_due |= now_s - last_frame_s >= self._policy.probe_s and self._pinged_s <= last_frame_s
        if is_due:
            self._pinged_s = now_s
        return is_due

    def _delivered(self, watched: _Watched, data_s: float) -> None:
        """Take in data: this runs for every busy stream once a second, so it is short."""
        if watched.cadence_s is None:
            gap_s = data_s - watched.seen_s
            watched.longest_gap_s = max(gap_s, watched.longest_gap_s * self._policy.gap_fade)
            watched.gaps += 1
        watched.seen_s = watched.silent_since_s = watched.patient_from_s = data_s
        # FRESH stays FRESH: to look up that cell would cost more than all the rest.
        if watched.rung is not Rung.FRESH:
            watched.rung, _ = TABLE.step(watched.rung, RungEvent.DELIVERED)
        if watched.doublings and data_s - watched.acted_s >= self._policy.healthy_s:
            watched.doublings = 0

    def _overdue(self, watched: _Watched, now_s: float) -> _Do:
        event = RungEvent.OVERDUE if self._may_climb(watched, now_s) else RungEvent.OVERDUE_HELD
        watched.rung, do = TABLE.step(watched.rung, event)
        match do:
            case _Do.RECONNECT:
                self._count_replacement(watched, now_s)
                watched.doublings += 1
            case _Do.WATCH:
                watched.doublings += 1
            case _Do.RESUBSCRIBE:
                # What comes after a new subscription says nothing about gaps before it.
                watched.seen_s = now_s
        watched.acted_s = watched.patient_from_s = now_s
        return _Do.WATCH if do is None else do

    def _patience_s(self, watched: _Watched) -> float:
        patience_s = self._base_patience_s(watched)
        if watched.doublings:
            # Twelve doublings lead from a second past the hour; the cap decides long before.
            doubled_s = patience_s * 2.0 ** min(watched.doublings, 12)
            patience_s = max(patience_s, min(doubled_s, self._policy.patience_max_s))
        return patience_s

    def _base_patience_s(self, watched: _Watched) -> float:
        policy = self._policy
        if watched.cadence_s is not None:
            return max(policy.cadence_min_s, policy.cadence_factor * watched.cadence_s)
        return max(policy.quiet_s, policy.gap_factor * watched.longest_gap_s)

    def _is_sure(self, watched: _Watched, now_s: float) -> bool:
        if watched.cadence_s is not None:
            return True
        policy = self._policy
        watched_for_s = now_s - watched.watched_s
        is_known = watched_for_s >= policy.sure_periods * self._base_patience_s(watched)
        return is_known and watched.gaps >= policy.sure_gaps

    def _may_climb(self, watched: _Watched, now_s: float) -> bool:
        match watched.rung:
            case Rung.FRESH:
                return True
            case Rung.RENEWED if self._is_sure(watched, now_s):
                return now_s >= self._replace_after_s
            case Rung.RENEWED:
                return now_s >= max(self._replace_after_s, self._quiet_replace_after_s)
            case Rung.REPLACED:
                return self._is_sure(watched, now_s)

    def _count_replacement(self, watched: _Watched, now_s: float) -> None:
        policy = self._policy
        if now_s - self._replace_after_s >= policy.patience_max_s:
            self._replace_wait_s = policy.replace_first_s
        self._replace_after_s = now_s + self._replace_wait_s
        self._replace_wait_s = min(
            self._replace_wait_s * policy.replace_factor, policy.patience_max_s
        )
        if not self._is_sure(watched, now_s):
            self._quiet_replace_after_s = now_s + self._quiet_replace_wait_s
            self._quiet_replace_wait_s = min(
                self._quiet_replace_wait_s * policy.quiet_replace_factor, policy.quiet_replace_max_s
            )
