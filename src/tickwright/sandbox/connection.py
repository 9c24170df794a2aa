"""One client's connection at the sandbox: what it may send, what it hears, how it ends."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import TYPE_CHECKING

from tickwright.sandbox.counter import FrameCounter
from tickwright.sandbox.faults import EOF, Faults
from tickwright.sandbox.frames import CLOSE, PING, PONG, close_frame, control_frame, text_frame
from tickwright.venues.dialects import Conversation, Reply


if TYPE_CHECKING:
    from tickwright.sandbox.ports import Link
    from tickwright.sandbox.switchboard import Switchboard


__all__ = ["Connection"]

_KEPT = 1000
_POLICY = 1008


class Connection:
    """A client's connection to a WebSocket host, whatever socket carries it.

    Args:
        switchboard: Its product's.
        conversation: Its subscriptions and its framing.

    Attributes:
        number: Counts the connections of a product.
        conversation: Its subscriptions and its framing.
        received: The last text frames that the client sent.
        pongs: The payloads of the last pongs that it sent.
        frames_sent: Market data frames written so far.
        is_black_hole: Set, nothing is sent on this connection any more; see `Faults.black_hole` for all.
    """

    def __init__(self, switchboard: Switchboard, conversation: Conversation) -> None:
        self.number = 0
        self.conversation = conversation
        self.received: deque[str] = deque(maxlen=_KEPT)
        self.pongs: deque[bytes] = deque(maxlen=_KEPT)
        self.frames_sent = 0
        self.is_black_hole = False
        self.outbox: list[bytes] = []
        self.writable = asyncio.Event()
        self.writable.set()
        self._switchboard = switchboard
        self._counter = FrameCounter(conversation.allowance.frames_per_s)
        self._link: Link | None = None
        self._ended = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._is_closing = False
        self._unread: deque[str] = deque()
        self._stirred_s = 0.0
        """When anything was last sent either way."""

    @property
    def is_open(self) -> bool:
        """True between the handshake and the end."""
        return self._link is not None

    async def ended(self) -> None:
        """Wait for the end."""
        await self._ended.wait()

    @property
    def waiting_bytes(self) -> int:
        """Bytes written that the client has not taken yet."""
        return 0 if self._link is None else self._link.waiting_bytes

    @property
    def _faults(self) -> Faults:
        return self._switchboard.faults

    @property
    def _is_silenced(self) -> bool:
        return self.is_black_hole or self._faults.black_hole

    # ------------------------------------------------------------------ what the socket tells

    def opened(self, link: Link) -> None:
        """Begin: pings, the lifetime, and the faults that strike at once."""
        self._link = link
        self.number = self._switchboard.connected
        self._switchboard.joined(self)
        code = self._faults.close_on_open
        if code is not None:
            self.close(code)
            return
        self._arm_ping()
        self._stirred_s = self._switchboard.monotonic_s()
        self._arm_quiet()
        lifetime_s, lead_s = self._switchboard.lifetime()
        self._arm("life", lifetime_s, self._faults.lifetime_code, "")
        if lead_s > 0 and math.isfinite(lifetime_s):
            loop = asyncio.get_running_loop()
            self._timers["notice"] = loop.call_later(
                max(0.0, lifetime_s - lead_s), self._switchboard.announce_shutdown, self
            )

    def lost(self) -> None:
        """End: nothing is sent here any more."""
        self._link = None
        for timer in self._timers.values():
            timer.cancel()
        self.outbox.clear()
        self.writable.set()
        self._ended.set()
        self._switchboard.left(self)

    def take_close(self, payload: bytes) -> None:
        """Answer a client's close frame, and end."""
        if self._link is not None and not self._is_silenced:
            self._link.write(control_frame(CLOSE, payload[:2]))
            self._link.finish()

    def take_ping(self, payload: bytes) -> None:
        """Answer a client's ping."""
        if not self._is_counted():
            return
        delay_s = self._faults.pong_delay_s
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._send, control_frame(PONG, payload))
        else:
            self._send(control_frame(PONG, payload))

    def take_pong(self, payload: bytes) -> None:
        """Note that the client is alive."""
        if self._is_counted():
            self.pongs.append(payload)
            self._disarm("pong")
            self._switchboard.changed()

    def take_text(self, payload: bytes) -> None:
        """Do what a client asks for."""
        if self._is_closing:
            return
        if self.conversation.allowance.counts_texts and not self._is_counted():
            return
        text = payload.decode("utf-8", "replace")
        self.received.append(text)
        delay_s = self._faults.ack_delay_s
        if not delay_s and not self._unread:
            self._obey(text)
            return
        self._unread.append(text)
        asyncio.get_running_loop().call_later(delay_s, self._read_on)

    def _read_on(self) -> None:
        """Do what was asked for a while ago; timers of one instant run in any order, so each does what is next."""
        text = self._unread.popleft()
        if self._link is not None and not self._is_closing:
            self._obey(text)

    def _obey(self, text: str) -> None:
        faults, board = self._faults, self._switchboard
        reply = self.conversation.answer(text, now_ms=board.time_ms(), refused=faults.refuse)
        code = self._closing_code(reply)
        has_left = board.hold()
        if code is not None:
            self.close(code)
            has_left()
            return
        answers = () if faults.no_ack else (reply.text, *reply.others)
        answers += reply.notices
        self.outbox.extend(text_frame(board.dressed(answer).encode()) for answer in answers)
        self.flush()
        board.resubscribed(self, reply.added, reply.removed)
        has_left()
        self._arm_quiet()
        if reply.closes is not None:
            self.close(*reply.closes)

    def _closing_code(self, reply: Reply) -> int | None:
        """Return with what code the connection is closed instead of a reply, ``None`` if it is not."""
        faults = self._faults
        if reply.is_logon:
            return faults.close_on_logon
        if reply.added:
            return faults.close_on_subscribe
        return EOF if reply.is_command and faults.take("replies_lost") else None

    def _is_counted(self) -> bool:
        """Count a frame of the client's; one too many ends the connection of a strict venue."""
        self._stirred_s = self._switchboard.monotonic_s()
        if self._counter.take(self._stirred_s) or not self._faults.is_strict:
            return self._link is not None
        self.close(_POLICY, "Too many requests")
        return False

    # ------------------------------------------------------------------ what the venue does

    def flush(self) -> None:
        """Write all that is waiting in one go."""
        if not self.outbox:
            return
        data = b"".join(self.outbox)
        self.outbox.clear()
        self._send(data)

    def ping(self) -> None:
        """Ping the client; without a pong in time the connection is closed, as the venue does."""
        if self._link is None or self._is_silenced:
            return
        self._send(control_frame(PING, str(self._switchboard.time_ms()).encode()))
        if "pong" not in self._timers:
            # The oldest ping without an answer counts: a deadline is three intervals long.
            _, deadline_s = self._switchboard.rhythm()
            self._arm("pong", deadline_s, _POLICY, "Pong timeout")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a code; `EOF` ends the socket without a close frame."""
        link = self._link
        if link is None:
            return
        self._is_closing = True
        self.flush()
        if code == EOF:
            link.abort()
            return
        link.write(close_frame(code, reason))
        link.finish()

    def abort(self) -> None:
        """End the socket at once, whatever is still to be sent."""
        if self._link is not None:
            self._link.abort()

    def _send(self, data: bytes) -> None:
        if self._link is not None and not self._is_silenced:
            self._stirred_s = self._switchboard.monotonic_s()
            self._link.write(data)

    def _arm_quiet(self) -> None:
        """Cut the connection once it was quiet for too long, where the venue does so."""
        quiet_s = self.conversation.allowance.quiet_s
        if math.isinf(quiet_s) or self._link is None:
            return
        self._disarm("quiet")
        left_s = self._stirred_s + quiet_s - self._switchboard.monotonic_s()
        if left_s <= 0:
            self.close(EOF)
        else:
            loop = asyncio.get_running_loop()
            self._timers["quiet"] = loop.call_later(left_s, self._arm_quiet)

    def _arm_ping(self) -> None:
        interval_s, _ = self._switchboard.rhythm()
        if math.isinf(interval_s):
            return
        self._timers["ping"] = asyncio.get_running_loop().call_later(interval_s, self._ping_on)

    def _ping_on(self) -> None:
        self.ping()
        self._arm_ping()

    def _arm(self, name: str, delay_s: float, code: int, reason: str) -> None:
        """Close the connection with a code after so long; never, for a time without end."""
        if math.isinf(delay_s):
            return
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(delay_s, self.close, code, reason)

    def _disarm(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
