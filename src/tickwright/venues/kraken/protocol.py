"""How Kraken's WebSocket API v2 is spoken to: one channel a request, and an answer for each symbol of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tickwright.venues.base import Ack, Control, Ignored, Nack
from tickwright.venues.channelprotocol import ChannelProtocol
from tickwright.venues.channels import channel_of, symbols_of
from tickwright.venues.typed import tolerant_reader


__all__ = ["BARS", "DEPTH", "KrakenProtocol"]

DEPTH = 100
"""Levels a side of the books; 10, 25, 500 and 1,000 exist as well, but frames do not say which they are of."""
BARS = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440, "1w": 10080}
"""Length of candles → the same in minutes."""

_OPTIONS: dict[str, dict[str, Any]] = {
    "book": {"channel": "book", "depth": DEPTH},
    "trade": {"channel": "trade"},
    "ticker": {"channel": "ticker", "event_trigger": "bbo"},
    **{f"ohlc-{length}": {"channel": "ohlc", "interval": length} for length in BARS.values()},
}
_CHANNELS = tuple(_OPTIONS)
_PLACES = 100
"""The last two digits of a request's id are its channel's place among `_CHANNELS`: refusals name the symbol alone."""


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


class KrakenProtocol(ChannelProtocol):
    """The protocol of ``/v2``; streams are named ``<channel>:<symbol>``, candles ``ohlc-<minutes>:<symbol>``."""

    path = "/v2"
    ping_text = '{"method":"ping"}'

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

    def request(self, word: str, streams: Sequence[str], request_id: int) -> Mapping[str, Any]:
        """Return ``{"method":"subscribe","params":{"channel":"book","depth":100,"symbol":[…],"snapshot":true},…}``."""
        channel = channel_of(streams[0])
        params = {**_OPTIONS[channel], "symbol": symbols_of(streams)}
        if word == "subscribe":
            params["snapshot"] = True
        number = request_id * _PLACES + _CHANNELS.index(channel)
        return {"method": word, "params": params, "req_id": number}
