"""How Coinbase's market data socket is spoken to (docs, *WebSocket Overview*): one channel a request, no request ids.

What answers a request is a list of all that the connection is subscribed to by now. Every frame of a connection has
its number, whatever its channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tickwright.venues.base import Control, Ignored, Listed, Nack
from tickwright.venues.channelprotocol import ChannelProtocol
from tickwright.venues.channels import channel_of, symbols_of
from tickwright.venues.typed import tolerant_reader


__all__ = ["CoinbaseProtocol", "number_of"]

_ASKED_AS = {"l2_data": "level2"}
"""Channel as its frames are named → as it is asked for, where the two differ."""
_SENT_AS = {asked: sent for sent, asked in _ASKED_AS.items()}
_PRODUCT = re.compile(rb'"product_id":\s*"([\w.-]+)"')
_NUMBER = re.compile(rb'"sequence_num":\s*(\d+)')


class _Event(msgspec.Struct):
    subscriptions: dict[str, list[str] | dict[str, Any]] = {}


class _Said(msgspec.Struct):
    channel: str = ""
    events: list[_Event] = []
    type: str = ""
    message: str = ""


_read = tolerant_reader(_Said)


def number_of(frame: bytes) -> int | None:
    """Return ``sequence_num``: one more with each frame of a connection (docs, *Sequence Numbers*)."""
    match = _NUMBER.search(frame)  # it stands in front, but no page promises that
    return int(match[1]) if match else None


class CoinbaseProtocol(ChannelProtocol):
    """The protocol of ``advanced-trade-ws``; streams are named ``<channel of the frame>:<product id>``."""

    ping_text = '{"type":"subscribe","channel":"heartbeats"}'
    """Asks for a beat a second; without them quiet channels are closed."""

    def stream_of(self, frame: bytes) -> str | None:
        """Return the stream of a data frame, all of whose rows are of one product; ``None`` for anything else."""
        said = _read(frame)
        products = set(_PRODUCT.findall(frame))
        if said is None or len(products) != 1:
            return None
        return f"{said.channel}:{products.pop().decode()}"

    def control(self, frame: bytes) -> Control | None:
        """Read the list of subscriptions, an error or a heartbeat; ``None`` if it is none of them.

        ``{"channel":"subscriptions","sequence_num":0,"events":[{"subscriptions":{"level2":["BTC-USD"]}}],…}``
        ``{"type":"error","message":"authentication failure"}``
        """
        said = _read(frame)
        if said is None:
            return None
        if said.channel == "subscriptions":
            return Listed(
                tuple(
                    f"{_SENT_AS.get(channel, channel)}:{product}"
                    for event in said.events
                    for channel, products in event.subscriptions.items()
                    for product in products
                )
            )
        if said.type == "error":
            return Nack(None, said.message)
        return Ignored() if said.channel and not _PRODUCT.search(frame) else None

    def request(self, word: str, streams: Sequence[str], request_id: int) -> Mapping[str, Any]:
        """Return ``{"type":"subscribe","channel":"level2","product_ids":["BTC-USD"]}``."""
        channel = channel_of(streams[0])
        asked = _ASKED_AS.get(channel, channel)
        return {"type": word, "channel": asked, "product_ids": symbols_of(streams)}
