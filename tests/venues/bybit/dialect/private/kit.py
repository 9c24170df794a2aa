"""A venue in memory: the private side over the matching engine, signed requests, and a market that stands still."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import Any

from tests.venues.bybit.dialect.samples import NOW_MS, FixedMarket

from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.sandbox.faults import Faults
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.meter import AddressMeter
from tickwright.venues.bybit.dialect.private import BybitPrivate
from tickwright.venues.bybit.dialect.private.rules import market_rules
from tickwright.venues.bybit.dialect.private.tradesocket import TradeConversation
from tickwright.venues.bybit.dialect.private.usersocket import UserConversation
from tickwright.venues.bybit.dialect.publisher import Publisher
from tickwright.venues.bybit.dialect.rest import RestDesk
from tickwright.venues.commands import Command, Deposit, OpenAccount, SetLevel, SetMark
from tickwright.venues.dialects import Answer, Reply, RestRequest
from tickwright.venues.facts import raw_amount
from tickwright.venues.privateside import ApiKey
from tickwright.venues.reports import Event


KEY, SECRET = "DEMOKEY0001", "demosecret0001"
OTHER_KEY, READER_KEY = "DEMOKEY0002", "DEMOKEY0003"
PRICE = 65_000
"""The last trade's; quotes stand every dollar below and above it."""


class Market(FixedMarket):
    """A fixed market that answers public requests, too."""

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        desk = RestDesk(self, Publisher(self), (SPOT, LINEAR))
        return desk.answer(method, path, params)


class Heard(Exchange):
    """An engine whose events are told, as the sandbox does."""

    side: BybitPrivate | None = None

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        events = super().submit(command, now_ns)
        if self.side is not None:
            self.side.take(events)
        return events


class Venue:
    """Spot and linear, with the accounts ``me`` and ``you``, and a house that quotes ten levels a side."""

    def __init__(self) -> None:
        self.market = Market()
        self.exchange = Heard()
        for instrument in self.market.instruments:
            instrument.last_price = PRICE * instrument.unit
            rules = market_rules(instrument.listing)
            self.exchange.add_market(rules, last_price=instrument.last_price, last_trade_id=7)
        for name in ("me", "you"):
            self.do(OpenAccount(account=name))
            for asset, amount in (("USDT", "100000"), ("BTC", "10")):
                self.do(Deposit(account=name, asset=asset, amount=raw_amount(amount)))
        self.do(OpenAccount(account="house", is_house=True))
        self.do(SetMark(symbol="linear/BTCUSDT", mark=PRICE * 100, funding_rate=10_000))
        for key in ("spot/BTCUSDT", "linear/BTCUSDT"):
            for step in range(1, 11):
                self.quote(key, Side.BUY, PRICE - step, "1")
                self.quote(key, Side.SELL, PRICE + step, "1")
        self.heard: set[str] = set()
        """Streams of accounts that somebody is subscribed to."""
        keys = (
            ApiKey(key=KEY, account="me", secret=SECRET),
            ApiKey(key=OTHER_KEY, account="you", secret=SECRET),
            ApiKey(key=READER_KEY, account="me", secret=SECRET, can_trade=False),
        )
        self.side = BybitPrivate(
            self.exchange,
            self.market,
            keys,
            (SPOT, LINEAR),
            count(1),
            lambda stream: stream in self.heard,
        )
        self.exchange.side = self.side
        self.side.faults = self.faults = Faults()

    # ------------------------------------------------------------------ the market

    def do(self, command: Command) -> list[Event]:
        return self.exchange.submit(command, self.market.now_ms * 1_000_000)

    def quote(self, key: str, side: Side, price: int, quantity: str) -> None:
        listing = self.market.one(key).listing
        self.do(
            SetLevel(
                account="house",
                symbol=key,
                side=side,
                price=price * 10**listing.price_scale,
                quantity=round(float(quantity) * 10**listing.quantity_scale),
            )
        )

    def later(self, delay_ms: int = 1000) -> None:
        """Let time pass, for the limits."""
        self.market.now_ms += delay_ms

    def fund(self) -> None:
        """Let the next funding be paid."""
        due_ns = (self.market.now_ms + 1000) * 1_000_000
        self.do(
            SetMark(
                symbol="linear/BTCUSDT", mark=PRICE * 100, funding_rate=10_000, funding_ns=due_ns
            )
        )
        self.later(2000)
        self.side.take(self.exchange.tick(self.market.now_ms * 1_000_000))

    # ------------------------------------------------------------------ requests

    def request(
        self, method: str, path: str, fields: Mapping[str, Any], key: str = KEY, **headers: str
    ) -> RestRequest:
        query = "&".join(f"{name}={value}" for name, value in fields.items())
        body = b"" if method == "GET" else json.dumps(fields).encode()
        now = str(self.market.now_ms)
        signed = f"{now}{key}5000{query if method == 'GET' else body.decode()}"
        own = {
            "x-bapi-api-key": key,
            "x-bapi-timestamp": now,
            "x-bapi-recv-window": "5000",
            "x-bapi-sign": hmac.new(SECRET.encode(), signed.encode(), sha256).hexdigest(),
        }
        return RestRequest(
            method=method,
            path=path,
            query=query if method == "GET" else "",
            body=body,
            headers={**own, **headers},
        )

    def ask(self, method: str, path: str, key: str = KEY, **fields: Any) -> Any:
        """Send a signed request and return the whole body of its answer."""
        answer = self.side.answer(self.request(method, path, fields, key), self.market.now_ms)
        assert answer is not None, path
        return json.loads(answer.body)

    def get(self, path: str, **fields: Any) -> Any:
        """Ask, and return the result, which must be one."""
        body = self.ask("GET", path, **fields)
        assert body["retCode"] == 0, body
        return body["result"]

    def post(self, path: str, **fields: Any) -> Any:
        """Do, and return the result, which must be one."""
        body = self.ask("POST", path, **fields)
        assert body["retCode"] == 0, body
        return body["result"]

    def refusal(self, method: str, path: str, **fields: Any) -> tuple[int, str]:
        """Return the code and the text of a request that must be refused."""
        body = self.ask(method, path, **fields)
        assert body["retCode"] != 0
        return body["retCode"], body["retMsg"]

    def create(self, category: str = "linear", **fields: Any) -> Any:
        """Place an order: a limit one that rests unless told otherwise; the whole body comes back."""
        usual = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01"}
        if fields.get("orderType", "Limit") == "Limit":
            usual["price"] = "64000"
        self.later()
        return self.ask("POST", "/v5/order/create", category=category, **{**usual, **fields})

    def placed(self, category: str = "linear", **fields: Any) -> str:
        """Place an order, and return its id."""
        body = self.create(category, **fields)
        assert body["retCode"] == 0, body
        found: str = body["result"]["orderId"]
        return found

    def order(self, order_id: str, category: str = "linear") -> Any:
        """Return an order, open or closed, as it is queried."""
        (row,) = self.get("/v5/order/realtime", category=category, orderId=order_id)["list"]
        return row

    # ------------------------------------------------------------------ sockets

    def user_socket(self, *topics: str) -> UserConversation:
        """Return a private connection that has logged in and subscribed."""
        talk = self.side.converse(
            "/v5/private", {}, query="", meter=AddressMeter(), now_ms=self.market.now_ms
        )
        assert isinstance(talk, UserConversation)
        if topics:
            say(talk, {"op": "auth", "args": self.login()})
            assert say(talk, {"op": "subscribe", "args": list(topics)}).added
        return talk

    def trade_socket(self, *, is_in: bool = True) -> TradeConversation:
        """Return a trade connection, logged in or not."""
        talk = self.side.converse(
            "/v5/trade", {}, query="", meter=AddressMeter(), now_ms=self.market.now_ms
        )
        assert isinstance(talk, TradeConversation)
        if is_in:
            say(talk, {"op": "auth", "args": self.login()})
        return talk

    def login(self, expires_ms: int = NOW_MS + 10_000, key: str = KEY) -> list[object]:
        text = f"GET/realtime{expires_ms}"
        return [key, expires_ms, hmac.new(SECRET.encode(), text.encode(), sha256).hexdigest()]

    def told(self, topic: str, account: str = "me") -> list[Any]:
        """Return the rows of a private topic that were told since the last call of `told` or `forget`."""
        frames = self.side.take_frames()
        stream = f"user/{account}/{topic}"
        return [row for name, text in frames if name == stream for row in json.loads(text)["data"]]

    def forget(self) -> None:
        """Forget what was told."""
        self.side.take_frames()


def say(talk: UserConversation | TradeConversation, message: object, now_ms: int = NOW_MS) -> Reply:
    text = message if isinstance(message, str) else json.dumps(message)
    return talk.answer(text, now_ms=now_ms, refused={})


def read(reply: Reply) -> Any:
    return json.loads(reply.text)


def column(rows: Sequence[Any], name: str) -> list[Any]:
    return [row[name] for row in rows]
