"""The life of one logical session: connect, subscribe, watch, heal. Events in, effects out.

A session outlives its sockets. The shell (``runtime.session``) tells it what happened and carries out what it
answers; it never waits, sends or reads a clock. Four helpers are joined here and nowhere else: the ledger (what is
subscribed), the heartbeat (what is silent), the sliding window (when a frame may leave) and the restart delays
(when to try again).

    IDLE ──start──► CONNECTING ──connected──► LIVE ──lost/replace──► WAITING ──retry──► CONNECTING …
                        └────────failed───────────────────────────────►┘         any ──stop──► CLOSED

Outgoing order: pongs, then pings, then subscription batches, each under the same window, because venues count control
frames too (Binance closes above 5 a second, pings and pongs included).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

import msgspec

from tickwright.core.heartbeat import ConnectionStale, Heartbeat, PingNow, TopicSilent
from tickwright.core.machine import Table
from tickwright.core.pacing import SlidingWindow
from tickwright.core.restart import RestartDelays
from tickwright.core.streamstate import StreamState
from tickwright.core.subscriptions import Batch, Ledger, Refused


__all__ = [
    "TABLE",
    "Close",
    "Confirmed",
    "Connect",
    "Down",
    "Effect",
    "Ping",
    "Pong",
    "Renew",
    "Send",
    "Session",
    "SessionState",
    "Silent",
    "Speech",
    "Up",
]


class SessionState(Enum):
    """Where a session stands."""

    IDLE = "idle"
    CONNECTING = "connecting"
    LIVE = "live"
    WAITING = "waiting"
    CLOSED = "closed"


class Event(Enum):
    """What can happen to it."""

    START = "start"
    CONNECTED = "connected"
    FAILED = "failed"
    LOST = "lost"
    RETRY = "retry"
    STOP = "stop"


_S, _E = SessionState, Event

_CELLS = {
    (_S.IDLE, _E.START): _S.CONNECTING,
    (_S.IDLE, _E.STOP): _S.CLOSED,
    (_S.CONNECTING, _E.CONNECTED): _S.LIVE,
    (_S.CONNECTING, _E.FAILED): _S.WAITING,
    (_S.CONNECTING, _E.STOP): _S.CLOSED,
    (_S.LIVE, _E.LOST): _S.WAITING,
    (_S.LIVE, _E.STOP): _S.CLOSED,
    (_S.WAITING, _E.RETRY): _S.CONNECTING,
    (_S.WAITING, _E.STOP): _S.CLOSED,
    (_S.CLOSED, _E.STOP): _S.CLOSED,
}

TABLE: Table[SessionState, Event, None] = Table(
    "session", SessionState.IDLE, {cell: (following, None) for cell, following in _CELLS.items()}
)


class Connect(msgspec.Struct, frozen=True):
    """Open a new connection."""


class Send(msgspec.Struct, frozen=True):
    """Send a text frame."""

    text: str


class Pong(msgspec.Struct, frozen=True):
    """Send a pong frame with the payload of the ping it answers."""

    payload: bytes


class Ping(msgspec.Struct, frozen=True):
    """Send a ping frame."""


class Close(msgspec.Struct, frozen=True):
    """Close the connection; its end is already accounted for."""

    code: int
    reason: str


class Renew(msgspec.Struct, frozen=True):
    """Have another connection take over without a gap; this one stays in use until then."""

    reason: str


class Up(msgspec.Struct, frozen=True):
    """The session is live after ``attempt`` tries."""

    attempt: int


class Down(msgspec.Struct, frozen=True):
    """The session lost its connection, or could not get one; the next try is in ``retry_in_s``."""

    code: int
    reason: str
    retry_in_s: float
    is_final: bool


class Confirmed(msgspec.Struct, frozen=True):
    """The venue acknowledged these streams."""

    streams: tuple[str, ...]


class Silent(msgspec.Struct, frozen=True):
    """A stream is silent beyond what is due."""

    stream: str
    silent_s: float
    remedy: str


Effect = Connect | Send | Pong | Ping | Close | Renew | Up | Down | Confirmed | Refused | Silent


class Speech(Protocol):
    """The venue's words for what a session has to say."""

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the frame that asks for ``streams``."""

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the frame that gives ``streams`` up."""

    def ping(self) -> str | None:
        """Return the frame of a ping, ``None`` for a WebSocket ping."""


FLOWING_S = 10.0
"""Data so recent shows that the connection itself is in order."""

CHECK_INTERVAL_S = 1.0
"""How often silence is looked for; a second is far below every patience in the heartbeat's policy."""

NORMAL_CLOSE, GOING_AWAY, ABNORMAL = 1000, 1001, 1006


class Session:
    """One logical session. Every method takes ``now_s`` (monotonic) and returns effects in order.

    Args:
        speech: The venue's words.
        ledger: Its subscriptions, owned by this session from now on.
        heartbeat: Its watchdog.
        window: The pace of outgoing frames.
        delays: When to reconnect.
        last_data_s: Time of the last frame of a stream on the present connection, ``None`` before the first.
        cadence_s: How often a stream's frames are due, ``None`` where silence can be normal.
    """

    def __init__(
        self,
        *,
        speech: Speech,
        ledger: Ledger,
        heartbeat: Heartbeat,
        window: SlidingWindow,
        delays: RestartDelays,
        last_data_s: Callable[[str], float | None],
        cadence_s: Callable[[str], float | None],
    ) -> None:
        self.state = SessionState.IDLE
        self.ledger = ledger
        self.attempt = 0
        self.reconnects = 0
        self._speech = speech
        self._heartbeat = heartbeat
        self._window = window
        self._delays = delays
        self._last_data_s = last_data_s
        self._cadence_s = cadence_s
        self._pongs: deque[bytes] = deque(maxlen=8)
        self._ping_due = False
        self._retry_s = 0.0
        self._check_s = 0.0
        self._send_s = 0.0

    @property
    def wake_s(self) -> float | None:
        """When `tick` wants to be called next, ``None`` if only an event can change anything."""
        if self.state is SessionState.WAITING:
            return self._retry_s
        if self.state is not SessionState.LIVE:
            return None
        return min(self._check_s, self._send_s) if self._has_outgoing() else self._check_s

    def start(self, now_s: float) -> list[Effect]:
        """Begin: connect."""
        self._go(Event.START)
        self.attempt = 1
        return [Connect()]

    def connected(self, now_s: float) -> list[Effect]:
        """Take a connection into use: everything wanted is subscribed on it."""
        self._go(Event.CONNECTED)
        self._delays.connected(now_s)
        self._heartbeat.connected(now_s)
        self.ledger.reconnected()
        self._check_s = now_s + CHECK_INTERVAL_S
        return [Up(self.attempt), *self._outgoing(now_s)]

    def failed(self, now_s: float, reason: str) -> list[Effect]:
        """A connection could not be made."""
        return self._back_off(Event.FAILED, now_s, ABNORMAL, reason)

    def lost(self, now_s: float, code: int, reason: str) -> list[Effect]:
        """The connection ended; ignored unless it was in use."""
        if self.state is not SessionState.LIVE:
            return []
        # Most venues close without a word; a log line and a stale book want one.
        return self._back_off(Event.LOST, now_s, code, reason or f"closed by the venue ({code})")

    def replace(self, now_s: float, reason: str) -> list[Effect]:
        """Give the connection up ourselves, and get another."""
        if self.state is not SessionState.LIVE:
            return []
        return [Close(GOING_AWAY, reason), *self._back_off(Event.LOST, now_s, GOING_AWAY, reason)]

    def stop(
        self, now_s: float, reason: str = "closed by the user", *, is_final: bool = True
    ) -> list[Effect]:
        """End; not ``is_final`` if another session takes over, as after a crash."""
        was_live = self.state is SessionState.LIVE
        self._go(Event.STOP)
        if not was_live:
            return []
        down = Down(NORMAL_CLOSE, reason, 0.0, is_final=is_final)
        return [Close(NORMAL_CLOSE, "bye"), down]

    def changed(self, now_s: float) -> list[Effect]:
        """The ledger's wishes changed: say so to the venue as far as the pace allows."""
        return self._outgoing(now_s) if self.state is SessionState.LIVE else []

    def acked(
        self, now_s: float, request_id: int | None, named: tuple[str, ...] = ()
    ) -> list[Effect]:
        """The venue accepted a request, or no more than ``named`` of it."""
        return self._confirmed(now_s, self.ledger.acked(request_id, named))

    def listed(self, now_s: float, streams: tuple[str, ...]) -> list[Effect]:
        """The venue told all that it sends by now."""
        return self._confirmed(now_s, self.ledger.listed(streams))

    def already(self, now_s: float, request_id: int | None, named: tuple[str, ...]) -> list[Effect]:
        """The venue refused a request because of streams that it sends already."""
        return self._confirmed(now_s, self.ledger.already(request_id, named))

    def nacked(
        self,
        now_s: float,
        request_id: int | None,
        text: str,
        named: tuple[str, ...],
        *,
        is_alone: bool = False,
    ) -> list[Effect]:
        """The venue refused a request; what it refused for good comes back as ``Refused``."""
        refused = self.ledger.nacked(request_id, text, named, is_alone=is_alone)
        return [*refused, *self.changed(now_s)]

    def pinged(self, now_s: float, payload: bytes) -> list[Effect]:
        """The venue pinged: a pong is due, ahead of everything else that waits."""
        self._pongs.append(payload)
        return self.changed(now_s)

    def watch_with(self, heartbeat: Heartbeat, now_s: float) -> None:
        """Go on with the watchdog of the session that this one took over from: it knows how quiet each stream is."""
        self._heartbeat = heartbeat
        heartbeat.connected(now_s)
        for stream, state in self.ledger.states().items():
            if state is StreamState.CONFIRMED:
                heartbeat.watch(stream, self._cadence_s(stream), now_s)

    def unwatched(self, stream: str) -> None:
        """Nobody wants ``stream`` any more, so its silence means nothing."""
        self._heartbeat.unwatch(stream)

    def tick(self, now_s: float, last_frame_s: float) -> list[Effect]:
        """Let time pass; call it at `wake_s`. ``last_frame_s`` is when any frame came last."""
        if self.state is SessionState.WAITING and now_s >= self._retry_s:
            self._go(Event.RETRY)
            self.attempt += 1
            return [Connect()]
        if self.state is not SessionState.LIVE:
            return []
        effects: list[Effect] = []
        if now_s >= self._check_s:
            self._check_s = now_s + CHECK_INTERVAL_S
            effects += self._watch(now_s, last_frame_s)
        return effects + self.changed(now_s)

    def _watch(self, now_s: float, last_frame_s: float) -> list[Effect]:
        effects: list[Effect] = []
        expired = self.ledger.expired(now_s)
        effects += expired.refused
        if expired.must_replace:
            return effects + self.replace(now_s, "subscriptions were not acknowledged")
        for action in self._heartbeat.check(now_s, last_frame_s, self._last_data_s):
            match action:
                case PingNow():
                    self._ping_due = True
                case ConnectionStale(silent_s=silent_s):
                    return effects + self.replace(now_s, f"no frame for {silent_s:.0f} s")
                case TopicSilent(stream=stream, silent_s=silent_s, remedy=remedy):
                    effects.append(Silent(stream, silent_s, remedy))
                    if remedy == "resubscribe":
                        self.ledger.renew(stream)
                    elif remedy == "reconnect":
                        reason = f"{stream} silent for {silent_s:.0f} s"
                        if self._is_flowing(now_s):
                            effects.append(Renew(reason))
                        else:
                            return effects + self.replace(now_s, reason)
        return effects

    def _confirmed(self, now_s: float, streams: tuple[str, ...]) -> list[Effect]:
        for stream in streams:
            self._heartbeat.watch(stream, self._cadence_s(stream), now_s)
        effects: list[Effect] = [Confirmed(streams)] if streams else []
        return effects + self.changed(now_s)

    def _is_flowing(self, now_s: float) -> bool:
        """Whether any stream delivers: then the others are not to pay for the silent one with an outage."""
        times_s = (self._last_data_s(stream) for stream in self.ledger.states())
        return any(time_s is not None and now_s - time_s < FLOWING_S for time_s in times_s)

    def _has_outgoing(self) -> bool:
        return bool(self._pongs) or self._ping_due or self.ledger.has_work

    def _outgoing(self, now_s: float) -> list[Effect]:
        effects: list[Effect] = []
        while self._has_outgoing():
            delay_s = self._window.delay_s(now_s)
            if delay_s > 0:
                self._send_s = now_s + delay_s
                break
            effect = self._next_frame(now_s)
            if effect is None:
                break
            self._window.take(now_s)
            effects.append(effect)
        return effects

    def _next_frame(self, now_s: float) -> Effect | None:
        if self._pongs:
            return Pong(self._pongs.popleft())
        if self._ping_due:
            self._ping_due = False
            text = self._speech.ping()
            return Ping() if text is None else Send(text)
        batch = self.ledger.next_batch(now_s)
        return None if batch is None else Send(self._say(batch))

    def _say(self, batch: Batch) -> str:
        say = self._speech.subscribe if batch.is_subscribe else self._speech.unsubscribe
        return say(batch.streams, batch.request_id)

    def _back_off(self, event: Event, now_s: float, code: int, reason: str) -> list[Effect]:
        delay_s = self._delays.failed(now_s)
        self._go(event)
        self._pongs.clear()
        self._ping_due = False
        self.reconnects += event is Event.LOST
        if event is Event.LOST:
            self.attempt = 0
        if delay_s is None:
            self._go(Event.STOP)
            return [Down(code, reason, 0.0, is_final=True)]
        self._retry_s = now_s + delay_s
        return [Down(code, reason, delay_s, is_final=False)]

    def _go(self, event: Event) -> None:
        self.state, _ = TABLE.step(self.state, event)
