"""Somebody with a key, who signs and sends requests with nothing of ours."""

from __future__ import annotations

import hmac
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from tests.sandbox.conftest import Client
from yarl import URL

from tickwright.sandbox import LoopbackVenue
from tickwright.sandbox.account import account_of


__all__ = ["ACCOUNT", "SPOT", "USDM", "Level", "Trader"]

SPOT, USDM = "binance.spot", "binance.usdm"
ACCOUNT = account_of(7)
Level = list[str]


class Trader:
    """Signs and sends requests as section 9.2 tells, with nothing of ours."""

    def __init__(self, client: Client, venue: LoopbackVenue) -> None:
        self.client, self.venue = client, venue

    async def ask(
        self, method: str, path: str, *, product: str = SPOT, **params: object
    ) -> tuple[int, Any, dict[str, str]]:
        stamped = {**params, "timestamp": self.venue.markets[0].now_ms}  # type: ignore[attr-defined]  # generated
        query = urlencode(stamped)
        signature = hmac.new(ACCOUNT.secret.encode(), query.encode(), sha256).hexdigest()
        url = f"{self.venue.endpoints[product].rest}{path}?{query}&signature={signature}"
        headers = {"X-MBX-APIKEY": ACCOUNT.key}
        async with self.client.http.request(
            method, URL(url, encoded=True), headers=headers
        ) as response:
            return response.status, await response.json(), dict(response.headers)

    async def ok(self, method: str, path: str, **params: Any) -> Any:
        status, body, _ = await self.ask(method, path, **params)
        assert status == 200, body
        return body

    async def order(self, side: str, quantity: str, price: str = "", **more: Any) -> Any:
        kind = (
            {"type": "LIMIT", "timeInForce": "GTC", "price": price} if price else {"type": "MARKET"}
        )
        return await self.ok(
            "POST", "/api/v3/order", symbol="BTCUSDT", side=side, quantity=quantity, **kind, **more
        )

    async def free(self, asset: str) -> tuple[Decimal, Decimal]:
        body = await self.ok("GET", "/api/v3/account")
        found = next(one for one in body["balances"] if one["asset"] == asset)
        return Decimal(found["free"]), Decimal(found["locked"])

    async def depth(self) -> tuple[list[Level], list[Level]]:
        _, body, _ = await self.client.get(
            self.venue, "/api/v3/depth", symbol="BTCUSDT", limit="5000"
        )
        return body["bids"], body["asks"]
