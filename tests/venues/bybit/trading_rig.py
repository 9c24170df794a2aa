"""Our calls at the sandbox's door: sealed as they go out, answered by the dialect, read as they come back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import pytest
from tests.venues.bybit.dialect.private.kit import KEY, SECRET, Venue

from tickwright.errors import VenueError
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.orders import (
    Order,
    OrderState,
    ReportedState,
    SubmitOrder,
    Trigger,
    TriggerKind,
)
from tickwright.venues.base import RestCall
from tickwright.venues.bybit.auth import BybitAuth
from tickwright.venues.bybit.refusals import refusal
from tickwright.venues.bybit.trading import BybitTrading
from tickwright.venues.dialects import RestRequest
from tickwright.venues.signing import Credentials, Signer


T = TypeVar("T")
D = Decimal
SIGNER = Signer(Credentials(KEY, SECRET))
STOP = Trigger(kind=TriggerKind.STOP, price=D(64000))


class Desk:
    """A category's calls, its instrument, and a venue to make them at."""

    def __init__(self, category: str) -> None:
        settle = ":USDT" if category == "linear" else ""
        self.category = category
        self.calls = BybitTrading(category)
        self.instrument = Instrument(
            name=parse_instrument_id(f"bybit:BTC/USDT{settle}"),
            product=f"bybit.{category}",
            symbol="BTCUSDT",
            tick_size=D("0.1"),
            lot_size=D("0.001"),
            price_scale=1,
            quantity_scale=3,
        )
        self.listings = Instruments([self.instrument])
        self.venue = Venue()
        self.venue.fund()
        self.body: bytes | None = None

    @property
    def now_ms(self) -> int:
        return self.venue.market.now_ms

    def ask(self, call: RestCall[T]) -> T:
        sent = urlencode(call.params, quote_via=quote)
        seal = BybitAuth().seal(sent, call.body, SIGNER, self.now_ms, security=call.security)
        request = RestRequest(
            method=call.method,
            path=call.path,
            query=seal.query,
            body=call.body,
            headers={name.lower(): value for name, value in seal.headers},
        )
        answer = self.venue.side.answer(request, self.now_ms)
        assert answer is not None, f"no endpoint {call.method} {call.path}"
        self.body = answer.body.encode()
        error = refusal(answer.status, answer.body.encode(), f"{call.method} {call.path}")
        if error is not None:
            raise error
        return call.decode(answer.body.encode(), 5)

    def pages(self, call: RestCall[list[T]]) -> list[T]:
        """Return the rows of all pages."""
        rows: list[T] = []
        page: RestCall[list[T]] | None = call
        while page is not None:
            rows += self.ask(page)
            assert page.next_page is not None
            assert self.body is not None
            page = page.next_page(self.body)
        return rows

    def refused(self, call: RestCall[Any]) -> VenueError:
        with pytest.raises(VenueError) as caught:
            self.ask(call)
        return caught.value

    def command(self, **changes: Any) -> SubmitOrder:
        fields: dict[str, Any] = {
            "client_order_id": "me-1",
            "instrument": self.instrument.id,
            "side": Side.BUY,
            "quantity": D("0.010"),
            "price": D(64900),
        }
        return SubmitOrder(**{**fields, **changes})

    def placed(self, **changes: Any) -> Order:
        """Place an order, and return it with the name that the venue gave it."""
        wanted = self.command(**changes)
        report = self.ask(self.calls.submit(wanted, self.instrument))
        assert report.state is ReportedState.QUEUED
        return Order(
            command=wanted,
            state=OrderState.OPEN,
            quantity=wanted.quantity,
            price=wanted.price,
            venue_order_id=report.venue_order_id,
            is_working=wanted.trigger is None,
        )

    def query(self, order: Order) -> Any:
        return self.ask(self.calls.query(order, self.instrument))
