"""How Binance's combined stream sockets are spoken to: URLs, control frames, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tickwright.kernel import name_after
from tickwright.venues.base import Ack, Control, Ignored, Nack, ShutdownNotice


__all__ = ["CombinedStreams"]

_HEAD = b'{"stream":"'
_SHUTDOWN = "serverShutdown"
_SHUTDOWN_STREAM = "!serverShutdown"
"""Wrapped like data, and no stream: nobody can ask for it."""


class _Name(msgspec.Struct):
    stream: str | None = None


_name_of = msgspec.json.Decoder(_Name).decode
_value_of = msgspec.json.Decoder().decode
_text_of = msgspec.json.Encoder().encode


class CombinedStreams:
    """The protocol of ``/stream`` sockets, where each data frame names its stream.

    ``{"stream":"btcusdt@trade","data":{…}}``. Futures put a route before the path (``/public``, ``/market``); a
    stream asked for on the wrong one is acknowledged and stays silent, so the route is part of each channel.
    """

    def url(self, origin: str, route: str) -> str:
        """Return ``origin/[route/]stream``."""
        path = f"/{route}/stream" if route else "/stream"
        return origin.rstrip("/") + path

    def stream_of(self, frame: bytes) -> str | None:
        """Return the stream name of a data frame; ``None`` for anything else."""
        name = name_after(frame, _HEAD)
        return name if name is not None and name != _SHUTDOWN_STREAM else _slow_stream_of(frame)

    def control(self, frame: bytes) -> Control | None:
        """Read an acknowledgement, a refusal or a shutdown notice; ``None`` if it is none of them.

        ``{"result":null,"id":1}``
        ``{"error":{"code":2,"msg":"Invalid request: …"},"id":7}``, the form on the wire, and
        ``{"code":2,"msg":"…","id":7}``, the documented one; either may name the stream in ``data``
        ``{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1795000000123}}``
        """
        try:
            value = _value_of(frame)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        request_id = _request_id(value.get("id"))
        error = value.get("error", value if "code" in value else None)
        if error is not None:
            return Nack(request_id, _error_text(error), _named(value))
        if "result" in value:
            if value["result"] is None and request_id is not None:
                return Ack(request_id)
            return Ignored()
        data = value.get("data", value)
        if isinstance(data, dict) and data.get("e") == _SHUTDOWN:
            return ShutdownNotice()
        return None

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return ``{"method":"SUBSCRIBE","params":[…],"id":…}``."""
        return _request("SUBSCRIBE", streams, request_id)

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return ``{"method":"UNSUBSCRIBE","params":[…],"id":…}``."""
        return _request("UNSUBSCRIBE", streams, request_id)

    def ping(self) -> str | None:
        """Return ``None``: the venue speaks WebSocket pings."""
        return None


def _slow_stream_of(frame: bytes) -> str | None:
    """Read the name where it is escaped or not first."""
    try:
        name = _name_of(frame).stream
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return None if name in ("", _SHUTDOWN_STREAM) else name


def _request(method: str, streams: Sequence[str], request_id: int) -> str:
    return _text_of({"method": method, "params": list(streams), "id": request_id}).decode()


def _request_id(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _error_text(error: object) -> str:
    if isinstance(error, Mapping):
        return f"{error.get('msg', '')} (code {error.get('code')})".lstrip()
    return str(error)


def _named(value: Mapping[str, Any]) -> tuple[str, ...]:
    data = value.get("data")
    if isinstance(data, str):
        return (data,)
    if isinstance(data, list):
        return tuple(name for name in data if isinstance(name, str))
    return ()
