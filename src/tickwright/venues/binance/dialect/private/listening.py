"""A connection to USD-M's private route (section 18.1), on which listen keys stand where streams' names stand elsewhere.

The ways to name one, all of them in use::

    /private/ws/KEY                                             raw
    /private/ws?listenKey=KEY&events=ORDER_TRADE_UPDATE         raw, of these types only
    /private/stream?listenKey=K1&events=…&listenKey=K2          in {"stream":"K1","data":{…}}
    /private/stream, then {"method":"SUBSCRIBE","params":["KEY"],"id":1}

A key that is none, or none any more, is taken in silence and stays silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

import msgspec

from tickwright.venues.binance.dialect.control import Conversation
from tickwright.venues.binance.dialect.private.user_streams import (
    EVENTS,
    LISTEN_KEY_EXPIRED,
    listen_key_of,
    listen_stream,
)
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.dialects import Allowance, Reply


__all__ = ["Listening", "is_private"]


def is_private(path: str) -> bool:
    """Tell whether a path is of the private route."""
    return path.split("/")[1:2] == ["private"]


class Listening:
    """One connection to the private route.

    Args:
        product: Whose servers are spoken to.
        path: Path of the handshake.
        query: Its query as sent.
        is_flat: Send errors as the documentation shows them, not as they were captured.

    Raises:
        ValueError: If the handshake would be refused.
    """

    def __init__(
        self, product: DialectProduct, path: str, query: str = "", *, is_flat: bool = False
    ) -> None:
        pairs = parse_qsl(query)
        self._control = Conversation(product, path, dict(pairs), is_flat=is_flat)
        self._types: dict[str, tuple[str, ...]] = {}
        """Listen key → the types of events that it was named with, where it was named with any."""
        keys = self._control.streams
        for name, value in pairs:
            if name == "listenKey":
                keys[value] = None
            elif name == "events" and keys:
                # An expiry concerns whoever holds the key, whatever he chose.
                self._types[next(reversed(keys))] = (*value.split("/"), LISTEN_KEY_EXPIRED)

    @property
    def streams(self) -> Mapping[str, object]:
        """What it is subscribed to."""
        return dict.fromkeys(self._streams_of(self._control.streams))

    @property
    def allowance(self) -> Allowance:
        """What its host lets it send."""
        return self._control.allowance

    @property
    def framing(self) -> str:
        """Connections of one framing get the same bytes."""
        return self._control.framing

    def _streams_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(
            listen_stream(key, event) for key in keys for event in self._types.get(key, EVENTS)
        )

    def is_served(self, stream: str) -> bool:
        """Tell that this route carries user events."""
        return True

    def wrap(self, stream: str, payload: str) -> str:
        """Return an event as this connection is sent it."""
        return self._control.wrap(listen_key_of(stream), payload)

    def answer(self, text: str, *, now_ms: int = 0, refused: Mapping[str, str]) -> Reply:
        """Return what the venue does with a text frame."""
        reply = self._control.answer(text, now_ms=now_ms, refused=refused)
        return msgspec.structs.replace(
            reply,
            added=self._streams_of(reply.added),
            removed=self._streams_of(reply.removed),
            is_logon=bool(reply.added),
        )
