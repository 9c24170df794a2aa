"""One client's socket at the sandbox: what it may send, what it hears, how it ends."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from picows import WSFrame, WSListener, WSMsgType, WSTransport

from tickwright.sandbox.counter import FrameCounter
from tickwright.sandbox.faults import EOF
from tickwright.venues.dialects import Conversation


if TYPE_CHECKING:
    from tickwright.sandbox.switchboard import Switchboard


__all__ = ["Connection", "text_frame"]

_KEPT = 1000
_POLICY = 1008
_BUFFER_HIGH = 1 << 18


def text_frame(payload: bytes) -> bytes:
    r"""Return a server's WebSocket text frame, unmasked and whole.

    Frames are made once and written to every subscriber, many at a time: that is why they are not made by the
    WebSocket library.

    Example:
        >>> text_frame(b"{}")
        b'\x81\x02{}'
    """
    size = len(payload)
    if size < 126:
        return b"\x81%c%b" % (size, payload)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), payload)


class Connection(WSListener):
    """A client's connection to a market stream host.

    Attributes:
        conversation: Its subscriptions and its framing.
        received: The last text frames that the client sent.
        pongs: The payloads of the last pongs that it sent.
        frames_sent: Market data frames written so far.
    """

    def __init__(self, switchboard: Switchboard, conversation: Conversation) -> None:
        self.conversation = conversation
        self.received: deque[str] = deque(maxlen=_KEPT)
        self.pongs: deque[bytes] = deque(maxlen=_KEPT)
        self.frames_sent = 0
        self.outbox: list[bytes] = []
        self.writable = asyncio.Event()
        self.writable.set()
        self._switchboard = switchboard
        self._counter = FrameCounter(switchboard.dialect.frames_per_s)
        self._transport: WSTransport | None = None
        self._ended = asyncio.Event()
        self._beat: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """True between the handshake and the end."""
        return self._transport is not None

    async def ended(self) -> None:
        """Wait for the end."""
        await self._ended.wait()

    @property
    def waiting_bytes(self) -> int:
        """Bytes written that the client has not taken yet."""
        if self._transport is None:
            return 0
        return self._transport.underlying_transport.get_write_buffer_size()

    # ------------------------------------------------------------------ callbacks of picows

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin: pings, and the faults that strike at once."""
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=_BUFFER_HIGH)
        self._switchboard.joined(self)
        code = self._switchboard.faults.close_on_open
        if code is not None:
            self.close(code)
            return
        self._arm_ping()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """End: nothing is sent here any more."""
        self._transport = None
        for timer in (self._beat, self._deadline):
            if timer is not None:
                timer.cancel()
        self.outbox.clear()
        self.writable.set()
        self._ended.set()
        self._switchboard.left(self)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write."""
        self.writable.clear()

    def resume_writing(self) -> None:
        """The client caught up."""
        self.writable.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame of the client's."""
        kind, payload = frame.msg_type, frame.get_payload_as_bytes()
        faults = self._switchboard.faults
        if kind == WSMsgType.CLOSE:
            if not faults.black_hole:
                transport.send(WSMsgType.CLOSE, payload[:2])
                transport.disconnect()
            return
        if not self._counter.take(self._switchboard.monotonic_s()) and faults.is_strict:
            self.close(_POLICY, "Too many requests")
            return
        if kind == WSMsgType.PING:
            if not faults.black_hole:
                transport.send_pong(payload)
        elif kind == WSMsgType.PONG:
            self.pongs.append(payload)
            if self._deadline is not None:
                self._deadline.cancel()
            self._switchboard.changed()
        elif kind == WSMsgType.TEXT:
            self._answer(payload.decode("utf-8", "replace"))

    # ------------------------------------------------------------------ what the venue does

    def _answer(self, text: str) -> None:
        faults = self._switchboard.faults
        self.received.append(text)
        reply = self.conversation.answer(text, refused=faults.refuse)
        if reply.added and faults.close_on_subscribe is not None:
            self.close(faults.close_on_subscribe)
            return
        if not faults.no_ack:
            self.outbox.append(text_frame(reply.text.encode()))
            self.flush()
        self._switchboard.resubscribed(self, reply.added, reply.removed)

    def flush(self) -> None:
        """Write all that is waiting in one go."""
        if not self.outbox:
            return
        if self._transport is not None and not self._switchboard.faults.black_hole:
            self._transport.underlying_transport.write(b"".join(self.outbox))
        self.outbox.clear()

    def ping(self) -> None:
        """Ping the client; without a pong in time the connection is closed, as the venue does."""
        switchboard = self._switchboard
        if self._transport is None or switchboard.faults.black_hole:
            return
        self._transport.send_ping(str(switchboard.time_ms()).encode())
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(
            switchboard.pong_deadline_s, self.close, _POLICY, "Pong timeout"
        )

    def _arm_ping(self) -> None:
        interval_s = self._switchboard.ping_interval_s
        self._beat = asyncio.get_running_loop().call_later(interval_s, self._ping_on)

    def _ping_on(self) -> None:
        self.ping()
        self._arm_ping()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code; `EOF` ends the socket without a close frame."""
        transport = self._transport
        if transport is None:
            return
        self.flush()
        if code == EOF:
            self.abort()
            return
        transport.send(WSMsgType.CLOSE, code.to_bytes(2, "big") + reason.encode())
        transport.disconnect()

    def abort(self) -> None:
        """End the socket at once, whatever is still to be sent."""
        if self._transport is not None:
            self._transport.underlying_transport.abort()
