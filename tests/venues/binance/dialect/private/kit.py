"""A venue in memory: the private side over the matching engine, with signed requests, and a market that stands still."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from tests.venues.binance.dialect.samples import FixedMarket

from tickwright.model.ids import InstrumentName
from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.binance.dialect.private import private_side
from tickwright.venues.binance.dialect.private.rules import market_rules
from tickwright.venues.binance.dialect.products import SPOT, USDM, product_of
from tickwright.venues.binance.dialect.rest import RestDesk
from tickwright.venues.commands import (
    CancelAll,
    Command,
    Deposit,
    OpenAccount,
    SetLevel,
    SetMark,
    SubmitOrder,
)
from tickwright.venues.dialects import Answer, RestRequest
from tickwright.venues.facts import RATE_SCALE, Listing, MarkFact, raw_amount
from tickwright.venues.privateside import ApiKey
from tickwright.venues.reports import Event


NOW_MS = 1_795_000_000_000
KEY, SECRET = "SimApiKey0001", "SimSecret_0123456789abcdef"
OTHER_KEY, OTHER_SECRET = "SimApiKey0002", "another secret"
READER_KEY = "SimApiKey0003"
FUNDS = "100000"
PRICE = 6_500_000
"""The last trade's; quotes stand every 0.10 below and above it, of 0.100 each."""


def listing(*, is_futures: bool) -> Listing:
    return Listing(
        name=InstrumentName("binance", "BTC", "USDT", "USDT" if is_futures else None),
        product="binance.usdm" if is_futures else "binance.spot",
        symbol="BTCUSDT",
        price_scale=2,
        quantity_scale=3,
        tick=10,
    )


class Instrument:
    def __init__(self, listed: Listing) -> None:
        self.listing = listed

    def mark(self, now_ms: int) -> MarkFact:
        price = PRICE * 10 ** (RATE_SCALE - 2)
        return MarkFact(price, price, 100, now_ms)


class Market:
    """The little of a market that the private side looks at."""

    def __init__(self, listed: Listing) -> None:
        self.now_ms = NOW_MS
        self.relatives: Any = []
        self.instruments: Any = [Instrument(listed)]

    def find(self, symbol: str) -> Any:
        return next((one for one in self.instruments if one.listing.symbol == symbol), None)

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        product = product_of(self.instruments[0].listing.product)
        return RestDesk(product, FixedMarket(product)).answer(method, path, params)


class Heard(Exchange):
    """An engine whose events are told, as the sandbox does."""

    side: Any = None

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        events = super().submit(command, now_ns)
        if self.side is not None:
            self.side.take(events)
        return events


class Venue:
    """One product, with the accounts ``me`` and ``you``, and a house that quotes ten levels a side."""

    def __init__(self, *, is_futures: bool) -> None:
        listed = listing(is_futures=is_futures)
        product = USDM if is_futures else SPOT
        rules = market_rules(product, listed)
        assert rules is not None
        self.listing = listed
        self.exchange = Heard()
        self.exchange.add_market(rules, last_price=PRICE, last_trade_id=4_200_000_000)
        self.market = Market(listed)
        for name in ("me", "you"):
            self.do(OpenAccount(account=name))
            for asset in ("USDT", "BTC"):
                self.do(Deposit(account=name, asset=asset, amount=raw_amount(FUNDS)))
        self.do(OpenAccount(account="house", is_house=True))
        if is_futures:
            self.do(SetMark(symbol="BTCUSDT", mark=PRICE, funding_rate=10_000))
        for step in range(1, 11):
            self.quote(Side.BUY, PRICE - 10 * step, 100)
            self.quote(Side.SELL, PRICE + 10 * step, 100)
        keys = (
            ApiKey(key=KEY, account="me", secret=SECRET),
            ApiKey(key=OTHER_KEY, account="you", secret=OTHER_SECRET),
            ApiKey(key=READER_KEY, account="me", secret=SECRET, can_trade=False),
        )
        side = private_side(product, self.exchange, self.market, keys)
        assert side is not None
        self.side = self.exchange.side = side
        self.answered: Answer | None = None

    # ------------------------------------------------------------------ the market

    def do(self, command: Command) -> list[Event]:
        return self.exchange.submit(command, self.market.now_ms * 1_000_000)

    def quote(self, side: Side, price: int, quantity: int) -> None:
        self.do(
            SetLevel(account="house", symbol="BTCUSDT", side=side, price=price, quantity=quantity)
        )

    def trade_at(self, price: int) -> None:
        """Let the house trade with itself, so that this is the last price; its other quotes go."""
        self.do(CancelAll(account="house"))
        for quoting in (Side.SELL, Side.BUY):
            self.do(
                SubmitOrder(
                    account="house", symbol="BTCUSDT", side=quoting, price=price, quantity=1
                )
            )

    # ------------------------------------------------------------------ requests

    def send(self, request: RestRequest, now_ms: int | None = None) -> Answer:
        found = self.side.answer(request, self.market.now_ms if now_ms is None else now_ms)
        assert found is not None, f"no endpoint {request.method} {request.path}"
        self.answered = found
        return found

    def call(self, method: str, path: str, *, key: str = KEY, **params: object) -> tuple[int, Any]:
        """Send a signed request; return status and body."""
        shown = {name: _text(value) for name, value in params.items()}
        shown.setdefault("timestamp", str(self.market.now_ms))
        answer = self.send(signed(method, path, shown, key=key))
        return answer.status, json.loads(answer.body)

    def ok(self, method: str, path: str, **params: Any) -> Any:
        """Send a signed request that must succeed."""
        status, body = self.call(method, path, **params)
        assert status == 200, body
        return body

    def refused(self, method: str, path: str, **params: Any) -> tuple[int, str]:
        """Send a signed request that must be refused; return code and text."""
        status, body = self.call(method, path, **params)
        assert status >= 400, body
        return body["code"], body["msg"]

    def told(self, kind: str = "") -> list[Any]:
        """Return the user events since the last call; of one type, if it is named."""
        events = [json.loads(text) for _, text in self.side.take_frames()]
        return [event for event in events if kind in ("", event["e"])]

    def listen(self, method: str = "POST", key: str = KEY) -> str:
        """Start, keep alive or end a listen key; return it, or what is said against it."""
        path = "/fapi/v1/listenKey"
        answer = self.send(RestRequest(method=method, path=path, headers={"x-mbx-apikey": key}))
        found: str = json.loads(answer.body).get("listenKey") or answer.body
        return found

    def balance(self, asset: str, account: str = "me") -> tuple[int, int]:
        found = next(one for one in self.exchange.balances(account) if one.asset == asset)
        return found.free, found.locked


def signed(method: str, path: str, params: dict[str, str], *, key: str = KEY) -> RestRequest:
    """Sign as section 9.2 says, by code of its own."""
    query = urlencode(params)
    secret = OTHER_SECRET if key == OTHER_KEY else SECRET
    signature = hmac.new(secret.encode(), query.encode(), sha256).hexdigest()
    return RestRequest(
        method=method,
        path=path,
        query=f"{query}&signature={signature}",
        headers={"x-mbx-apikey": key},
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return json.dumps(value)
    return str(value)
