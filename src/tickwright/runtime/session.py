"""Runs one session on real sockets: carries out what ``core.session`` decides, and feeds frames to their routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tickwright.core.heartbeat import Heartbeat
from tickwright.core.pacing import SlidingWindow
from tickwright.core.restart import RestartDelays
from tickwright.core.session import (
    NORMAL_CLOSE,
    Close,
    Confirmed,
    Connect,
    Down,
    Effect,
    Ping,
    Pong,
    Renew,
    Send,
    Session,
    SessionState,
    Up,
)
from tickwright.core.streamstate import StreamState
from tickwright.core.subscriptions import Ledger, Refused
from tickwright.errors import ConnectivityError, DecodeError, HandshakeRefused
from tickwright.io.clock import Clock
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport, wait_all_closed
from tickwright.model.notices import DecodeFailure
from tickwright.runtime.gates import ConnectGate
from tickwright.runtime.line import Line, NumberedLine
from tickwright.runtime.noticing import notice_of
from tickwright.runtime.reporting import SessionListener, SessionStatus
from tickwright.runtime.routes import Route
from tickwright.venues.base import (
    Ack,
    Already,
    Listed,
    Nack,
    ShutdownNotice,
    WsLimits,
    WsProtocol,
)


__all__ = ["SessionRunner"]

CUT_S = 1.5
"""How long a closing connection may take to shake hands before the session stops waiting for it."""

WAIT_S_MIN = 0.001
"""A wait below the resolution of the loop's clock would end at the very same time, again and again."""


class SessionRunner:
    """One logical session: its socket, its routes, its machine. `run` it as a supervised child.

    Args:
        name: For notices and status, for example ``binance.usdm/public#1``.
        url: Where to connect.
        protocol: The venue's words and framing.
        limits: What one connection may do.
        transport: Makes connections.
        options: Time-outs, proxy, TLS and size limits of a connection.
        clock: Wall and monotonic time.
        heartbeat: The watchdog of this session.
        delays: When to reconnect.
        connect_gate: Waits until this address may open another connection; shared by all sessions of a host.
        listener: Told of every notice.
        number_of: Returns a frame's number, where the venue numbers the frames of a connection.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        protocol: WsProtocol,
        limits: WsLimits,
        transport: WebSocketTransport,
        options: WebSocketOptions,
        clock: Clock,
        heartbeat: Heartbeat,
        delays: RestartDelays,
        connect_gate: ConnectGate,
        listener: SessionListener,
        number_of: Callable[[bytes], int | None] | None = None,
    ) -> None:
        self.name = name
        self.routes: dict[str, Route] = {}
        self.decode_failures = 0
        self.last_error: str | None = None
        self.farewell = "closed by the user"
        """Why the session ends, when it does."""
        self.opened_s: float | None = None
        """When the present connection was opened, monotonic; ``None`` before the first."""
        self._url = url
        self._protocol = protocol
        self._transport = transport
        self._options = options
        self._clock = clock
        self._connect_gate = connect_gate
        self._listener = listener
        self._number_of = number_of
        self._line: Line | None = None
        self._closing: list[Line] = []
        self._must_connect = False
        self._changed = asyncio.Event()
        self._crash: BaseException | None = None
        self._pauses = 0
        self._other_frames = 0
        self._retired_frames = 0
        self._sampled_frames = 0
        self._last_frame_s = clock.monotonic_s()
        self.ledger = Ledger(
            streams_per_request=limits.streams_per_request,
            streams_max=limits.streams_per_connection,
            batch_of=limits.batch_of,
        )
        self._heartbeat = heartbeat
        self._window = SlidingWindow(limits.frames_per_s, 1.0)
        self._delays = delays
        self.machine = self._new_machine()

    # What the owner asks for.

    def want(self, routes: Sequence[Route]) -> None:
        """Subscribe the streams of ``routes``.

        On a live connection they are asked for at the next turn of the loop, so that wishes made together leave
        together.
        """
        for route in routes:
            self.routes[route.name] = route
            route.carrier = self
            self.ledger.want(route.name)
        self._changed.set()

    def unwant(self, routes: Sequence[Route]) -> None:
        """Give the streams of ``routes`` up."""
        for route in routes:
            removed = self.routes.pop(route.name, None)
            self._retired_frames += removed.frames if removed else 0
            self.ledger.unwant(route.name)
            self.machine.unwatched(route.name)
        self._changed.set()

    def renew(self, stream: str) -> None:
        """Give a stream up and ask for it again; one that is being asked for already begins anew by itself."""
        if self.ledger.state(stream) is StreamState.CONFIRMED:
            self.ledger.renew(stream)
            self._changed.set()

    def replace(self, reason: str) -> None:
        """Close the connection and make another."""
        self._happened(self.machine.replace(self._clock.monotonic_s(), reason))

    @property
    def is_settled(self) -> bool:
        """True while the connection is open and nothing that is wanted waits for the venue."""
        counts = self.ledger.counts()
        is_live = self.machine.state is SessionState.LIVE
        return is_live and not counts["wanted"] and not counts["pending"]

    def adopt(self, routes: Sequence[Route], pauses: int, heartbeat: Heartbeat) -> None:
        """Carry ``routes`` from now on, in the place of those that held their frames meanwhile.

        Args:
            routes: What the session before this one carried.
            pauses: How often its reading was paused.
            heartbeat: Its watchdog, with all that it learned.
        """
        self._retired_frames -= sum(route.frames for route in routes)  # those came elsewhere
        for route in routes:
            self.routes[route.name] = route
            route.carrier = self
        for _ in range(pauses):
            self.pause()
        self._heartbeat = heartbeat
        self.machine.watch_with(heartbeat, self._clock.monotonic_s())

    def disown(self, reason: str) -> tuple[int, Heartbeat]:
        """Carry nothing any more, as another session does; return its pauses and its watchdog."""
        self._retired_frames += sum(route.frames for route in self.routes.values())
        self.routes.clear()  # in place: the open line looks streams up in this very mapping
        self.farewell = reason
        return self._pauses, self._heartbeat

    def pause(self) -> None:
        """Stop reading the socket, until as many `resume` calls: a consumer that may not drop is full."""
        self._pauses += 1
        if self._pauses == 1 and self._line is not None and self._line.connection is not None:
            self._line.connection.pause_reading()

    def resume(self) -> None:
        """Take one `pause` back."""
        self._pauses = max(0, self._pauses - 1)
        if self._pauses == 0 and self._line is not None and self._line.connection is not None:
            self._line.connection.resume_reading()

    @property
    def frames(self) -> int:
        """How many frames came, of all connections, pings included."""
        streams = sum(route.frames for route in self.routes.values())
        return streams + self._retired_frames + self._other_frames

    def status(self) -> SessionStatus:
        """Return the session at a glance."""
        is_live = self.machine.state is SessionState.LIVE
        return SessionStatus(
            name=self.name,
            state=self.machine.state.value,
            streams=self.ledger.counts(),
            frames=self.frames,
            decode_failures=self.decode_failures,
            reconnects=self.machine.reconnects,
            silent_s=self._clock.monotonic_s() - self._last_frame_s if is_live else None,
            last_error=self.last_error,
        )

    async def run(self) -> None:
        """Connect and stay connected until cancelled, or until the delays give up.

        Raises:
            Exception: A bug met on the way; the supervisor restarts the session. Nothing that a network or a venue
                does is raised here.
        """
        # A restart after a bug begins anew; the ledger's wishes stay.
        self.machine = self._new_machine()
        self._crash = None
        end: str | None = None
        try:
            self._apply(self.machine.start(self._clock.monotonic_s()))
            while self.machine.state is not SessionState.CLOSED:
                if self._must_connect:
                    await self._connect()
                await self._wait()
                if self._crash is not None:
                    raise self._crash
                now_s = self._sample()
                self._apply(self.machine.tick(now_s, self._last_frame_s))
        except Exception as error:
            end = f"crashed: {type(error).__name__}: {error}"
            raise
        finally:
            await self._hang_up(end or self.farewell, is_final=self._crash is None)

    # Carrying out.

    def _new_machine(self) -> Session:
        return Session(
            speech=self._protocol,
            ledger=self.ledger,
            heartbeat=self._heartbeat,
            window=self._window,
            delays=self._delays,
            last_data_s=self._last_data_s,
            cadence_s=self._cadence_s,
        )

    def _new_line(self) -> Line:
        if self._number_of is None:
            return Line(self, self.routes, self._protocol, self._clock)
        return NumberedLine(self, self.routes, self._protocol, self._clock, self._number_of)

    async def _connect(self) -> None:
        self._must_connect = False
        line = self._new_line()
        try:
            await self._connect_gate.pass_through()
            line.connection = await self._transport.connect(self._url, line, self._options)
        except ConnectivityError as error:
            if isinstance(error, HandshakeRefused):
                self._connect_gate.refused(error.status, error.retry_after_s)
            self._apply(self.machine.failed(self._clock.monotonic_s(), str(error)))
            return
        self._line = line
        self.opened_s = self._clock.monotonic_s()
        if self._pauses:
            line.connection.pause_reading()
        for route in self.routes.values():
            route.forget_time()
        self._last_frame_s = self._clock.monotonic_s()
        self._apply(self.machine.connected(self._last_frame_s))
        if line.closed is not None:
            self.on_lost(line, *line.closed)

    async def _wait(self) -> None:
        wake_s = self.machine.wake_s
        if not self._must_connect and self._crash is None:
            delay_s = None
            if wake_s is not None:
                delay_s = max(WAIT_S_MIN, wake_s - self._clock.monotonic_s())
            try:
                async with asyncio.timeout(delay_s):
                    await self._changed.wait()
            except TimeoutError:
                pass
        self._changed.clear()

    async def _hang_up(self, reason: str, *, is_final: bool) -> None:
        self._apply(self.machine.stop(self._clock.monotonic_s(), reason, is_final=is_final))
        self._close(NORMAL_CLOSE, "bye")
        await wait_all_closed([line.connection for line in self._closing if line.connection], CUT_S)

    def _apply(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Connect():
                    self._must_connect = True
                case Send() | Pong() | Ping():
                    self._send(effect)
                case Close(code=code, reason=reason):
                    self._close(code, reason)
                case _:
                    self._tell(effect)

    def _happened(self, effects: Sequence[Effect]) -> None:
        """Carry out what follows from an event, and let `run` look at its next time anew."""
        self._apply(effects)
        self._changed.set()

    def _send(self, effect: Send | Pong | Ping) -> None:
        connection = self._line.connection if self._line is not None else None
        if connection is None or not connection.is_open:
            return  # its end is about to be reported; everything is sent again on the next connection
        match effect:
            case Send(text=text):
                connection.send_text(text)
            case Pong(payload=payload):
                connection.send_pong(payload)
            case Ping():
                connection.send_ping()

    def _close(self, code: int, reason: str) -> None:
        line, self._line = self._line, None
        if line is not None and line.connection is not None:
            line.retire()
            line.connection.close(code, reason)
            self._closing = [old for old in self._closing if old.closed is None] + [line]

    def _tell(self, effect: Effect) -> None:
        match effect:
            case Up():
                self.last_error = None
            case Down(reason=reason):
                self.last_error = reason
            case Refused(stream=stream, text=text):
                self.last_error = f"{stream}: {text}"
            case Renew(reason=reason):
                self._listener.on_renew(self, reason)
                return
            case Confirmed(streams=streams):
                self._listener.on_confirmed(self, streams)
                return
        self._listener.on_notice(self, notice_of(effect, self.name, self._clock.time_ns()))

    # What the line reports.

    def on_lost(self, line: Line, code: int, reason: str) -> None:
        """The connection ended."""
        if line is self._line:
            self._listener.on_losing(self)
            self._line, now_s = None, self._clock.monotonic_s()
            if self.routes:
                self._happened(self.machine.lost(now_s, code, reason))
            else:  # a successor carries them: this one never connects again
                self._happened(self.machine.stop(now_s, self.farewell))

    def on_hole(self, last: int, number: int) -> None:
        """Frames of the connection are missing: nothing says of which streams, so all begin anew."""
        self.replace(f"frames are missing: {number} came after {last}")

    def on_pinged(self, payload: bytes) -> None:
        """The venue pinged."""
        self._other_frames += 1
        self._happened(self.machine.pinged(self._clock.monotonic_s(), payload))

    def on_ponged(self) -> None:
        """The venue answered a ping."""
        self._other_frames += 1

    def on_other(self, frame: bytes, stream: str | None) -> None:
        """Read a frame that no route wants: an answer, a notice, or something unknown."""
        self._other_frames += 1
        if stream is not None:
            return  # a stream given up a moment ago, or one that nobody asked for
        now_s = self._clock.monotonic_s()
        match self._protocol.control(frame):
            case Ack(request_id=request_id, streams=named):
                self._happened(self.machine.acked(now_s, request_id, named))
            case Listed(streams=sending):
                self._happened(self.machine.listed(now_s, sending))
            case Already(request_id=refused_id, streams=sent):
                self._happened(self.machine.already(now_s, refused_id, sent))
            case Nack(request_id=nacked_id, text=text, streams=culprits, is_alone=is_alone):
                effects = self.machine.nacked(now_s, nacked_id, text, culprits, is_alone=is_alone)
                self._happened(effects)
            case ShutdownNotice():
                self._listener.on_renew(self, "the venue announced a shutdown")
            case None:
                self.on_unreadable("", DecodeError("a frame of no known kind"), frame)

    def on_unreadable(self, stream: str, error: DecodeError, frame: bytes) -> None:
        """Count and report a frame that does not say what it must."""
        self.decode_failures += 1
        self._listener.on_notice(
            self,
            DecodeFailure(
                received_ts_ns=self._clock.time_ns(),
                session=self.name,
                stream=stream,
                error=str(error),
                raw=frame,
            ),
        )

    def on_crash(self, error: Exception) -> None:
        """A route ran into a bug: end this run, and let the supervisor begin another."""
        self._crash = error
        self._changed.set()

    # Time.

    def _sample(self) -> float:
        now_s = self._clock.monotonic_s()
        for route in self.routes.values():
            route.sample(now_s)
        frames = self.frames
        if frames != self._sampled_frames or self._pauses:  # what we do not read is not silent
            self._sampled_frames = frames
            self._last_frame_s = now_s
        return now_s

    def _last_data_s(self, stream: str) -> float | None:
        if self._pauses:
            return self._last_frame_s
        route = self.routes.get(stream)
        return None if route is None else route.last_frame_s

    def _cadence_s(self, stream: str) -> float | None:
        route = self.routes.get(stream)
        return None if route is None else route.kind.cadence_s
