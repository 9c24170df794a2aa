"""WebSocket frames as a server writes them.

Frames of market data are made once and written to every subscriber, many at a time: that is why they are not
made by the WebSocket library.
"""

from __future__ import annotations


__all__ = [
    "CLOSE",
    "PING",
    "PONG",
    "TEXT",
    "close_frame",
    "control_frame",
    "payload_of",
    "text_frame",
]

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
"""First bytes of whole frames."""


def text_frame(payload: bytes) -> bytes:
    r"""Return a server's text frame, unmasked and whole.

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


def control_frame(kind: int, payload: bytes = b"") -> bytes:
    """Return a ping, pong or close frame; its payload may have 125 bytes."""
    return b"%c%c%b" % (kind, len(payload), payload)


def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame."""
    return control_frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[:123])


def payload_of(frame: bytes) -> bytes:
    """Return what a frame made here carries."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]
