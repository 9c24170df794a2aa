"""Our calls at the sandbox's door: sealed as they go out, answered by the dialect, read as they come back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from tests.venues.binance.dialect.private.kit import KEY, NOW_MS, SECRET, Venue

from tickwright.errors import VenueError
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.orders import (
    Order,
    OrderReport,
    OrderState,
    SubmitOrder,
    Trigger,
    TriggerKind,
)
from tickwright.venues.base import RestCall
from tickwright.venues.binance.auth import BinanceAuth
from tickwright.venues.binance.refusals import refusal
from tickwright.venues.binance.spot_trading import SpotTrading
from tickwright.venues.binance.usdm_trading import UsdmTrading
from tickwright.venues.dialects import RestRequest
from tickwright.venues.signing import Credentials, Signer


T = TypeVar("T")
D = Decimal
SPOT, USDM = SpotTrading(), UsdmTrading()
STOP = Trigger(kind=TriggerKind.STOP, price=D(64000))
RECEIVED_NS = NOW_MS * 1_000_000 + 5


def listed(instrument_id: str, product: str) -> Instrument:
    return Instrument(
        name=parse_instrument_id(instrument_id),
        product=product,
        symbol="BTCUSDT",
        tick_size=D("0.10"),
        lot_size=D("0.001"),
        price_scale=2,
        quantity_scale=3,
    )


SPOT_BTC = listed("binance:BTC/USDT", "binance.spot")
USDM_BTC = listed("binance:BTC/USDT:USDT", "binance.usdm")
SPOT_LISTINGS, USDM_LISTINGS = Instruments([SPOT_BTC]), Instruments([USDM_BTC])

_SIGNER = Signer(Credentials(KEY, SECRET))


def ask(venue: Venue, call: RestCall[T]) -> T:
    """Make a call at a venue.

    Raises:
        VenueError: What the venue refused it with.
    """
    sent = urlencode(call.params, quote_via=quote)
    seal = BinanceAuth().seal(sent, call.body, _SIGNER, venue.market.now_ms, security=call.security)
    request = RestRequest(
        method=call.method,
        path=call.path,
        query=seal.query,
        body=call.body,
        headers={name.lower(): value for name, value in seal.headers},
    )
    answer = venue.send(request)
    body = answer.body.encode()
    error = refusal(answer.status, body, f"{call.method} {call.path}")
    if error is None:
        return call.decode(body, RECEIVED_NS)
    told = None if call.read_refusal is None else call.read_refusal(body, RECEIVED_NS)
    if told is None:
        raise error
    return told


def refused(venue: Venue, call: RestCall[Any]) -> VenueError:
    """Make a call that the venue must refuse."""
    try:
        found = ask(venue, call)
    except VenueError as error:
        return error
    raise AssertionError(f"not refused: {found}")


def command(instrument: Instrument, **changes: Any) -> SubmitOrder:
    """Return a limit buy that rests, with changes."""
    fields: dict[str, Any] = {
        "client_order_id": "me-1",
        "instrument": instrument.id,
        "side": Side.BUY,
        "quantity": D("0.010"),
        "price": D("60000"),
    }
    return SubmitOrder(**{**fields, **changes})


def order_of(wanted: SubmitOrder, report: OrderReport | None = None) -> Order:
    """Return an open order as it is known after a report."""
    return Order(
        command=wanted,
        state=OrderState.OPEN,
        quantity=wanted.quantity,
        price=wanted.price,
        venue_order_id=None if report is None else report.venue_order_id,
    )


class Desk:
    """A product's calls, its instrument, and a venue to make them at."""

    def __init__(self, *, is_futures: bool) -> None:
        self.calls: Any = USDM if is_futures else SPOT
        self.instrument: Instrument = USDM_BTC if is_futures else SPOT_BTC
        self.listings = USDM_LISTINGS if is_futures else SPOT_LISTINGS
        self.venue = Venue(is_futures=is_futures)

    def submit(self, **changes: Any) -> Any:
        return ask(self.venue, self.calls.submit(self.command(**changes), self.instrument))

    def command(self, **changes: Any) -> Any:
        return command(self.instrument, **changes)
