"""One WebSocket connection over picows: frames in, frames out, and an end that is reported exactly once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSProtocolError, WSTransport

from tickwright.errors import ConnectionLost
from tickwright.io.websocket import (
    CLOSED_ABNORMALLY,
    CLOSED_WITHOUT_CODE,
    WebSocketHandler,
    WebSocketOptions,
)


__all__ = ["PicowsConnection"]

# Looked up here once: an enum's members cost as much as a whole call.
_TEXT, _BINARY, _MORE = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
_PING, _PONG, _CLOSE = WSMsgType.PING, WSMsgType.PONG, WSMsgType.CLOSE
_CONTROL_BYTES_MAX = 125
_REASON_BYTES_MAX = 123


class PicowsConnection(WSListener):
    """One open WebSocket; see `tickwright.io.websocket.WebSocketConnection`."""

    __slots__ = (
        "_close_timeout_s",
        "_closed",
        "_cut_timer",
        "_end",
        "_failure",
        "_fragments",
        "_frame_bytes_max",
        "_handler",
        "_is_open",
        "_is_paused",
        "_loop",
        "_on_frame",
        "_transport",
    )

    def __init__(self, handler: WebSocketHandler, options: WebSocketOptions) -> None:
        self._loop = asyncio.get_running_loop()
        self._handler = handler
        self._on_frame = handler.on_frame
        self._close_timeout_s = options.close_timeout_s
        self._frame_bytes_max = options.frame_bytes_max
        self._fragments: bytearray | None = None
        self._is_open = False
        self._is_paused = False
        self._end: tuple[int, str] | None = None
        self._failure: Exception | None = None
        self._cut_timer: asyncio.TimerHandle | None = None
        self._closed = self._loop.create_future()

    # What the owner calls.

    @property
    def is_open(self) -> bool:
        """Whether frames can be sent."""
        return self._is_open

    def send_text(self, text: str) -> None:
        """Send a text message."""
        if not self._is_open:
            raise self._why_not_open()
        self._transport.send(_TEXT, text)

    def send_ping(self, payload: bytes = b"") -> None:
        """Send a ping."""
        if not self._is_open:
            raise self._why_not_open()
        self._transport.send_ping(payload)

    def send_pong(self, payload: bytes = b"") -> None:
        """Send a pong."""
        if not self._is_open:
            raise self._why_not_open()
        self._transport.send_pong(payload)

    def pause_reading(self) -> None:
        """Stop reading; frames of the read under way still come."""
        if self._is_open and not self._is_paused:
            self._is_paused = True
            self._transport.underlying_transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if self._is_paused:
            self._is_paused = False
            self._transport.underlying_transport.resume_reading()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start closing; bounded by ``close_timeout_s``."""
        if not self._is_open:
            return
        self._stop_delivering()
        self.resume_reading()  # else the peer's answer would never be seen
        cut = reason.encode()[:_REASON_BYTES_MAX].decode(errors="ignore")
        self._transport.send_close(WSCloseCode(code), cut)
        self._cut_timer = self._loop.call_later(self._close_timeout_s, self._cut_off)

    async def wait_closed(self) -> None:
        """Wait for the end; raise what a handler raised."""
        await asyncio.shield(self._closed)
        if self._failure is not None:
            raise self._failure

    def disown(self) -> None:
        """Report nothing any more: the connect that made this connection was given up."""
        self._is_open = False
        self._handler = _NOBODY
        self._on_frame = _NOBODY.on_frame

    # What picows calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = transport
        self._is_open = True

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Hand a frame over. On the hot path."""
        try:
            # What is longer is no control frame, so its kind, which costs four times as much as its size, need not
            # be known. (A stray continuation would pass for a message: its text then fails to decode.)
            is_data = _CONTROL_BYTES_MAX < frame.payload_size <= self._frame_bytes_max
            if is_data and frame.fin and self._fragments is None:
                self._on_frame(frame.get_payload_as_bytes())
            else:
                self._on_other_frame(frame)
        except Exception as error:  # noqa: BLE001 - the handler's bug, kept for wait_closed()
            self._fail(error)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is closed: report it."""
        if self._cut_timer is not None:
            self._cut_timer.cancel()
        if self._end is None:
            self._end = self._end_by_picows()
            self._loop.call_soon(self._hear_picows_out)
        self._is_open = False
        try:
            self._handler.on_closed(*self._end)
        except Exception as error:  # noqa: BLE001 - the handler's bug, kept for wait_closed()
            self._failure = self._failure or error
        self._handler = _NOBODY
        self._on_frame = _NOBODY.on_frame
        if not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        """Our frames are few and small: what the peer does not take is dealt with by its silence."""

    def resume_writing(self) -> None:
        """See `pause_writing`."""

    # Frames that are not one whole long message.

    def _on_other_frame(self, frame: WSFrame) -> None:
        if self._is_open and self._transport.is_close_frame_sent:
            return  # picows found a fault, and for 10 ms more hands on what follows it
        kind = frame.msg_type
        if kind is _TEXT or kind is _BINARY:
            if self._fragments is not None:
                self._refuse(
                    WSCloseCode.PROTOCOL_ERROR, "a message began before the last one was whole"
                )
            elif frame.fin:
                self._on_frame(frame.get_payload_as_bytes())
            elif self._is_open:
                self._fragments = bytearray(frame.get_payload_as_bytes())
        elif kind is _CLOSE:
            self._on_close_frame(frame)
        elif not self._is_open:
            return
        elif kind is _PING:
            self._handler.on_ping(frame.get_payload_as_bytes())
        elif kind is _PONG:
            self._handler.on_pong(frame.get_payload_as_bytes())
        elif kind is _MORE:
            self._on_continuation(frame)

    def _on_continuation(self, frame: WSFrame) -> None:
        fragments = self._fragments
        if fragments is None:
            self._refuse(WSCloseCode.PROTOCOL_ERROR, "a continuation came without a beginning")
            return
        size = len(fragments) + frame.payload_size
        if size > self._frame_bytes_max:
            self._refuse(
                WSCloseCode.MESSAGE_TOO_BIG,
                f"a fragmented message exceeds {self._frame_bytes_max} bytes",
            )
            return
        fragments += frame.get_payload_as_bytes()
        if frame.fin:
            self._fragments = None
            self._on_frame(bytes(fragments))

    # How it ends.

    def _on_close_frame(self, frame: WSFrame) -> None:
        code = frame.get_close_code().value or CLOSED_WITHOUT_CODE
        self._end = self._end or (code, frame.get_close_reason() or "")
        if self._is_open:
            has_code = code not in (CLOSED_WITHOUT_CODE, CLOSED_ABNORMALLY)
            self.close(code if has_code else 1000)
        self._transport.disconnect()

    def _refuse(self, code: WSCloseCode, reason: str) -> None:
        self._end = (code.value, reason)
        self.close(code.value, reason)

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error
        self._end = self._end or (CLOSED_ABNORMALLY, f"a handler raised {type(error).__name__}")
        self.close(WSCloseCode.INTERNAL_ERROR.value)

    def _stop_delivering(self) -> None:
        self._is_open = False
        self._fragments = None
        self._on_frame = _NOBODY.on_frame

    def _cut_off(self) -> None:
        self._end = self._end or (
            CLOSED_ABNORMALLY,
            f"cut off: the peer did not answer our close frame within {self._close_timeout_s:g} s",
        )
        self._transport.disconnect(graceful=False)

    def _end_by_picows(self) -> tuple[int, str]:
        # None until a close frame went either way, whatever the stub says.
        sent = getattr(self._transport.close_handshake, "sent", None)
        if self._is_open and sent is not None:
            return sent.code.value, sent.reason
        return CLOSED_ABNORMALLY, "the connection dropped without a close frame"

    def _hear_picows_out(self) -> None:
        # picows keeps the fault it found in a future, which complains at its death if nobody ever looked at it.
        with suppress(StopIteration, WSProtocolError):
            self._transport.wait_disconnected().send(None)

    def _why_not_open(self) -> ConnectionLost:
        return ConnectionLost(*(self._end or (CLOSED_ABNORMALLY, "the connection is closing")))


class _Nobody:
    """Takes what comes after the end."""

    def on_frame(self, payload: bytes) -> None: ...
    def on_ping(self, payload: bytes) -> None: ...
    def on_pong(self, payload: bytes) -> None: ...
    def on_closed(self, code: int, reason: str) -> None: ...


_NOBODY = _Nobody()
