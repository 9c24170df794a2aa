"""How Kraken's WebSocket API v2 is spoken to: one channel a request, and an answer for each symbol of it.

A refusal names the symbol and not the channel. As request ids are ours to choose, they carry the channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tickwright.venues.base import Ack, Control, Ignored, Nack
from tickwright.venues.channels import channel_of
from tickwright.venues.typed import tolerant_reader


__all__ = ["DEPTH", "MINUTES", "KrakenProtocol"]

DEPTH = 100
"""Levels a side of the books; 10, 25, 500 and 1,000 exist as well, but frames do not say which they are of."""

MINUTES = (1, 5, 15, 30, 60, 240, 1440, 10080)
"""Lengths of candles."""

_OPTIONS: dict[str, dict[str, Any]] = {
    "book": {"channel": "book", "depth": DEPTH},
    "trade": {"channel": "trade"},
    "ticker": {"channel": "ticker", "event_trigger": "bbo"},
    **{f"ohlc-{length}": {"channel": "ohlc", "interval": length} for length in MINUTES},
}
_CHANNELS = tuple(_OPTIONS)
_PLACES = 100
"""The last two digits of a request's id are the channel's place among `_CHANNELS`."""


class _Row(msgspec.Struct):
    symbol: str = ""
    interval: int = 0


class _Said(msgspec.Struct):
    channel: str = ""
    data: list[_Row] = []
    method: str = ""
    success: bool = False
    error: str = ""
    symbol: str = ""
    result: _Row = msgspec.field(default_factory=_Row)
    req_id: int | None = None


_read = tolerant_reader(_Said)


class KrakenProtocol:
    """The protocol of ``/v2``; streams are named ``<channel>:<symbol>``, candles ``ohlc-<minutes>:<symbol>``."""

    def url(self, origin: str, route: str) -> str:
        """Return ``origin/v2``."""
        return f"{origin.rstrip('/')}/v2"

    def stream_of(self, frame: bytes) -> str | None:
        """Return the stream of a data frame, all of whose rows are of one symbol; ``None`` for anything else."""
        said = _read(frame)
        if said is None or len({row.symbol for row in said.data} - {""}) != 1:
            return None
        row = said.data[0]
        return f"{said.channel}{f'-{row.interval}' if row.interval else ''}:{row.symbol}"

    def control(self, frame: bytes) -> Control | None:
        """Read an answer, a pong, a heartbeat or a status; ``None`` if it is none of them.

        ``{"method":"subscribe","result":{"channel":"book","symbol":"BTC/USD",…},"success":true,"req_id":100}``
        ``{"error":"Currency pair not supported FOO/BAR","method":"subscribe","success":false,"symbol":"FOO/BAR",…}``
        """
        said = _read(frame)
        if said is None or said.channel in _OPTIONS:
            return None
        if said.method not in ("subscribe", "unsubscribe"):
            return Ignored() if said.method or said.channel else None
        number, place = (None, 0) if said.req_id is None else divmod(said.req_id, _PLACES)
        symbol = said.result.symbol or said.symbol
        named = (f"{_CHANNELS[place]}:{symbol}",) if symbol and place < len(_CHANNELS) else ()
        if said.success:
            return Ack(number, named)
        return Nack(number, said.error, named, is_alone=bool(named))

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return ``{"method":"subscribe","params":{"channel":"book","depth":100,"symbol":[…],"snapshot":true},…}``."""
        return _request("subscribe", streams, request_id, {"snapshot": True})

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the same with ``unsubscribe``."""
        return _request("unsubscribe", streams, request_id, {})

    def ping(self) -> str | None:
        """Return ``{"method":"ping"}``; while subscribed, heartbeats come by themselves."""
        return '{"method":"ping"}'


def _request(method: str, streams: Sequence[str], request_id: int, more: dict[str, bool]) -> str:
    channel = channel_of(streams[0])
    symbols = [stream.partition(":")[2] for stream in streams]
    params = {**_OPTIONS[channel], "symbol": symbols, **more}
    number = request_id * _PLACES + _CHANNELS.index(channel)
    return msgspec.json.encode({"method": method, "params": params, "req_id": number}).decode()
