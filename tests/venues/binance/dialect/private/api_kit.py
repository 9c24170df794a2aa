"""A client of the WebSocket API in memory: signs by code of its own, as section 9.3 says."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.venues.binance.dialect.private.kit import (
    KEY,
    NOW_MS,
    OTHER_KEY,
    OTHER_SECRET,
    READER_KEY,
    SECRET,
    Venue,
)

from tickwright.venues.binance.dialect.private.api import ApiConversation
from tickwright.venues.binance.dialect.products import SPOT, USDM
from tickwright.venues.binance.dialect.weights import WeightMeter
from tickwright.venues.dialects import Reply
from tickwright.venues.privateside import ApiKey


__all__ = ["PLACE", "SESSION_KEY", "ApiClient"]

SESSION_KEY = "SimApiKeyEd25519"
_PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_PUBLIC = _PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_SECRETS = {KEY: SECRET, OTHER_KEY: OTHER_SECRET, READER_KEY: SECRET}

PLACE: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.010",
    "price": "60000.00",
}
"""An order that rests."""


class ApiClient:
    """One connection to a venue's WebSocket API. ``SESSION_KEY`` is an Ed25519 key of the account ``me``."""

    def __init__(self, venue: Venue, **params: str) -> None:
        self.venue = venue
        self.meter = WeightMeter(USDM if venue.listing.product == "binance.usdm" else SPOT)
        desk = venue.side.desk
        desk.keys[SESSION_KEY] = ApiKey(key=SESSION_KEY, account="me", public_key=_PUBLIC.decode())
        self.conversation = ApiConversation(desk, params, self.meter)
        self.reply = Reply("")
        self._asked = 0

    @property
    def used(self) -> int:
        """Weight charged so far."""
        return self.meter.used

    @property
    def notices(self) -> list[Any]:
        """What followed the last reply."""
        return [json.loads(text) for text in self.reply.notices]

    def send(self, text: str) -> Any:
        """Send a text as it is; return the reply."""
        self.reply = self.conversation.answer(text, now_ms=self.venue.market.now_ms)
        return json.loads(self.reply.text)

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request as it is; return the reply."""
        self._asked += 1
        request = {"id": self._asked, "method": method, **({"params": params} if params else {})}
        reply = self.send(json.dumps(request))
        assert reply["id"] in (self._asked, None)
        return reply

    def signed(self, method: str, *, key: str = KEY, **params: Any) -> Any:
        """Send a signed request; return the reply."""
        stamped = {"timestamp": NOW_MS, **params, "apiKey": key}
        return self.ask(method, **stamped, signature=signature(stamped, key))

    def ok(self, method: str, **params: Any) -> Any:
        """Send a signed request that must succeed; return its result."""
        reply = self.signed(method, **params)
        assert reply["status"] == 200, reply
        return reply["result"]

    def code(self, method: str, **params: Any) -> tuple[int, int]:
        """Send a request as it is that must be refused; return status and code."""
        reply = self.ask(method, **params)
        assert "result" not in reply
        return reply["status"], reply["error"]["code"]

    def log_on(self) -> Any:
        """Log on with ``SESSION_KEY``; return the result."""
        return self.ok("session.logon", key=SESSION_KEY)


def signature(params: Mapping[str, Any], key: str) -> str:
    payload = "&".join(f"{name}={_text(params[name])}" for name in sorted(params)).encode()
    if key == SESSION_KEY:
        return b64encode(_PRIVATE.sign(payload)).decode()
    return hmac.new(_SECRETS[key].encode(), payload, sha256).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | float) else str(value)
