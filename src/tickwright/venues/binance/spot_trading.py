"""Signed calls of Binance spot: orders, executions, balances (*Spot Trading*, *Account Endpoints*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, OrderReport, SubmitOrder
from tickwright.venues.base import RestCall
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance import past_calls
from tickwright.venues.binance.order_links import SPOT_ORDERS
from tickwright.venues.binance.order_params import spot_params
from tickwright.venues.binance.private_links import SpotLink
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.binance.signed_calls import (
    INQUIRY,
    asked,
    commanded,
    named,
    narrowed,
    trades_of,
)
from tickwright.venues.binance.verdicts import rejection
from tickwright.venues.trading import Execution, OrderLink, PrivateLink, Rejection


__all__ = ["SpotTrading"]

_ORDER = {WEIGHT: 1, "RAW_REQUESTS": 1, "ORDERS_10S": 1, "ORDERS_1D": 1}


class SpotTrading:
    """Spot's calls."""

    inquiry = INQUIRY
    link: PrivateLink = SpotLink()
    order_link: OrderLink | None = SPOT_ORDERS

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order."""
        return commanded(
            "POST",
            "/api/v3/order",
            spot_params(command, instrument),
            answers.order(command.client_order_id, instrument.id),
            _ORDER,
            Priority.ORDER,
        )

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Lower an order's quantity, which keeps its place in the queue.

        Raises:
            NotSupported: For a higher quantity or another price, which on spot take a new order.
        """
        old, new = order.quantity, changed.quantity
        if changed.price != order.price or old is None or new is None or new >= old:
            raise NotSupported(
                f"{instrument.id}: an open order's quantity can only be lowered; for anything else"
                " cancel it and submit a new one"
            )
        # The id stays the same: the venue would make up a new one.
        return commanded(
            "PUT",
            "/api/v3/order/amend/keepPriority",
            (
                *named(order, instrument),
                ("newClientOrderId", order.client_order_id),
                ("newQty", format_decimal(new)),
            ),
            answers.amended(order.client_order_id, instrument.id),
            _weight(4),
            Priority.ORDER,
        )

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, and the list it belongs to."""
        return commanded(
            "DELETE",
            "/api/v3/order",
            named(order, instrument),
            answers.order(order.client_order_id, instrument.id),
            _weight(1),
            Priority.CANCEL,
        )

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel all orders of an instrument."""
        params = (("symbol", instrument.symbol),)
        call = commanded(
            "DELETE",
            "/api/v3/openOrders",
            params,
            answers.nothing,
            _weight(1),
            Priority.CANCEL,
        )
        return (call,)

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order."""
        decode = answers.order(order.client_order_id, instrument.id)
        return asked("/api/v3/order", named(order, instrument), decode, _weight(4))

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders; asking for all instruments at once weighs 80."""
        weight = 80 if instrument is None else 6
        decode = answers.orders("binance.spot", instruments)
        return (asked("/api/v3/openOrders", narrowed(instrument), decode, _weight(weight)),)

    def executions(
        self, instrument: Instrument, *, order: Order | None = None, start_ns: int | None = None
    ) -> RestCall[list[Execution]]:
        """The account's trades in an instrument."""
        weight = 20 if order is None else 5
        return asked(
            "/api/v3/myTrades",
            trades_of(instrument, order, start_ns),
            answers.executions(instrument.id),
            _weight(weight),
        )

    def past_orders(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """Orders placed between two moments, open ones among them."""
        return past_calls.spot_orders(instrument, start_ns, end_ns)

    def past_executions(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[Execution]]]:
        """The account's trades between two moments."""
        return past_calls.spot_executions(instrument, start_ns, end_ns)

    def balances(self) -> RestCall[list[Balance]]:
        """All balances above zero."""
        decode = answers.spot_balances("binance.spot")
        return asked("/api/v3/account", (("omitZeroBalances", "true"),), decode, _weight(20))

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Refuse: spot has none.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported("binance.spot has balances, no positions")

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error."""
        return rejection(error)


def _weight(weight: int) -> Mapping[str, int]:
    return {WEIGHT: weight, "RAW_REQUESTS": 1}
