"""How Bybit's public sockets are spoken to: URLs, control frames, and what comes back.

(*WebSocket Stream*, *Connect*.) One socket serves one category, which its path names. The client pings, with a text
of its own. An answer to a request carries its ``req_id``; a refused request starts none of its topics, the good ones
included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from tickwright.kernel import name_after
from tickwright.venues.base import Ack, Already, Control, Ignored, Nack


__all__ = ["PublicTopics", "request_id_of"]

_HEAD = b'{"topic":"'
_SPOT_KLINE_HEAD = b'{"type":"snapshot","topic":"'
"""What spot's candles begin with; all other frames begin with their topic."""

_REQUESTS = ("subscribe", "unsubscribe")
_PINGS = ("ping", "pong")
_ALREADY = "already subscribed"
_NAMED = re.compile(r"topic:(?P<one>[\w.\-]+)|Invalid symbol :\[(?P<listed>[^\]]*)\]")


class _Name(msgspec.Struct):
    topic: str | None = None


class _Said(msgspec.Struct):
    """``{"success":true,"ret_msg":"","conn_id":"7d269cfe-…","req_id":"12","op":"subscribe"}``."""

    op: str = ""
    success: bool = False
    ret_msg: str = ""
    req_id: str | None = None


_name_of = msgspec.json.Decoder(_Name).decode
_said = msgspec.json.Decoder(_Said, strict=False).decode
_text_of = msgspec.json.Encoder().encode


class PublicTopics:
    """The protocol of ``/v5/public/<category>``, where each data frame names its topic.

    Args:
        category: ``spot``, ``linear`` or ``inverse``.
    """

    def __init__(self, category: str) -> None:
        self._category = category

    def url(self, origin: str, route: str) -> str:
        """Return ``origin/v5/public/<category>``."""
        return f"{origin.rstrip('/')}/v5/public/{self._category}"

    def stream_of(self, frame: bytes) -> str | None:
        """Return the topic of a data frame; ``None`` for anything else."""
        return name_after(frame, _HEAD) or name_after(frame, _SPOT_KLINE_HEAD) or _slow_name(frame)

    def control(self, frame: bytes) -> Control | None:
        """Read an acknowledgement, a refusal or a pong; ``None`` if it is none of them.

        ``{"success":true,"ret_msg":"","conn_id":"…","req_id":"7","op":"subscribe"}``
        ``{"success":false,"ret_msg":"error:handler not found,topic:orderbook.500.BTCUSDT","conn_id":"…",
        "req_id":"8","op":"subscribe"}``
        ``{"success":true,"ret_msg":"pong","conn_id":"…","req_id":"","op":"ping"}``
        """
        try:
            said = _said(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        if said.op in _PINGS:
            return Ignored()
        if said.op not in _REQUESTS and said.success:
            return None
        request_id = request_id_of(said.req_id)
        if said.success:
            return Ignored() if request_id is None else Ack(request_id)
        named = _named(said.ret_msg)
        if named and _ALREADY in said.ret_msg:
            return Already(request_id, named)
        return Nack(request_id, said.ret_msg, named) if said.ret_msg else None

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return ``{"req_id":"7","op":"subscribe","args":[…]}``."""
        return _request("subscribe", streams, request_id)

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return ``{"req_id":"8","op":"unsubscribe","args":[…]}``."""
        return _request("unsubscribe", streams, request_id)

    def ping(self) -> str | None:
        """Return ``{"op":"ping"}``: the venue counts these, and cuts whoever sends none."""
        return '{"op":"ping"}'


def request_id_of(text: str | None) -> int | None:
    """Return the number in a ``req_id`` of ours, ``None`` for any other."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() else None


def _slow_name(frame: bytes) -> str | None:
    """Read the name where it is escaped or stands elsewhere."""
    try:
        return _name_of(frame).topic
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _request(operation: str, streams: Sequence[str], request_id: int) -> str:
    said: dict[str, Any] = {"req_id": str(request_id), "op": operation, "args": list(streams)}
    return _text_of(said).decode()


def _named(text: str) -> tuple[str, ...]:
    """Return the topics that a refusal names: ``error:handler not found,topic:…`` or ``Invalid symbol :[…]``."""
    match = _NAMED.search(text)
    if match is None:
        return ()
    return tuple(match["one"].split(",")) if match["one"] else tuple(match["listed"].split(","))
