"""Signed calls of Binance spot: orders, executions, balances (*Spot Trading*, *Account Endpoints*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, OrderReport, SubmitOrder
from tickwright.venues.base import RestCall
from tickwright.venues.binance import account_answers, past_calls
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance.group_answers import canceled, order_list, replaced, replaced_in_part
from tickwright.venues.binance.order_links import SPOT_ORDERS
from tickwright.venues.binance.order_params import oco_params, replace_params, spot_params
from tickwright.venues.binance.order_words import state_or_open
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
from tickwright.venues.groups import Group, alone
from tickwright.venues.trading import Execution, OrderLink, PrivateLink, Rejection


__all__ = ["SpotTrading"]

_ORDER = {WEIGHT: 1, "RAW_REQUESTS": 1, "ORDERS_10S": 1, "ORDERS_1D": 1}
_TWO_ORDERS = {**_ORDER, "ORDERS_10S": 2, "ORDERS_1D": 2}


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
            answers.order(command.client_order_id, command.instrument),
            _ORDER,
            Priority.ORDER,
        )

    def submit_groups(self, commands: Sequence[tuple[SubmitOrder, Instrument]]) -> Sequence[Group]:
        """Place orders one by one: spot has no batches."""
        return [
            alone(command.client_order_id, self.submit(command, instrument))
            for command, instrument in commands
        ]

    def submit_oco(self, legs: tuple[SubmitOrder, SubmitOrder], instrument: Instrument) -> Group:
        """Place two orders of which one ends the other.

        Raises:
            UsageError: The legs do not go together.
        """
        names = (legs[0].client_order_id, legs[1].client_order_id)
        params = oco_params(legs, instrument)
        decode = order_list(names, instrument.id)
        call = commanded(
            "POST", "/api/v3/orderList/oco", params, decode, _TWO_ORDERS, Priority.ORDER
        )
        return Group(names, call)

    def replace(self, order: Order, command: SubmitOrder, instrument: Instrument) -> Group:
        """Cancel an order and place another by one call, which says of each what came of it.

        One that was filled in part, and not known to be, stays as it is: see `replace_params`, also for what can be filled twice.
        """
        name, path = command.client_order_id, "/api/v3/order/cancelReplace"
        where = f"POST {path}"
        call = commanded(
            "POST",
            path,
            replace_params(order, command, instrument),
            replaced(order, name, where),
            _ORDER,
            Priority.ORDER,
        )
        call = structs.replace(call, read_refusal=replaced_in_part(order, name, where))
        return Group((order.client_order_id, name), call)

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Lower an order's quantity, which keeps its place in the queue.

        Raises:
            NotSupported: For a higher quantity or another price, which on spot take a new order.
        """
        old, new = order.quantity, changed.quantity
        if changed.price != order.price or old is None or new is None or new >= old:
            raise NotSupported(
                f"{instrument.id}: an open order's quantity can only be lowered; for anything else"
                " cancel it and submit another (in a program `orders.replace` does both by one request)"
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

    def amend_groups(self, changes: Sequence[tuple[Order, Order, Instrument]]) -> Sequence[Group]:
        """Lower quantities one by one; raises what `amend` raises."""
        return [
            alone(order.client_order_id, self.amend(order, changed, instrument))
            for order, changed, instrument in changes
        ]

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, and the list it belongs to."""
        params = named(order, instrument)
        if order.venue_order_id is None:
            # It will go by the cancel's name, and we know it by no other than its own.
            params += (("newClientOrderId", order.client_order_id),)
        return commanded(
            "DELETE",
            "/api/v3/order",
            params,
            canceled(order),
            _weight(1),
            Priority.CANCEL,
        )

    def cancel_groups(self, orders: Sequence[tuple[Order, Instrument]]) -> Sequence[Group]:
        """Cancel orders one by one: spot has no batches."""
        return [
            alone(order.client_order_id, self.cancel(order, instrument))
            for order, instrument in orders
        ]

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
        """Ask what became of an order; one that ended unfilled more than 90 days ago is told of by a refusal (section 11.4)."""
        names = order.client_order_id, instrument.id
        call = asked(
            "/api/v3/order",
            named(order, instrument),
            answers.order(*names, state_or_open),
            _weight(4),
        )
        return structs.replace(call, read_refusal=answers.archived(*names))

    def look_back(self, order: Order, instrument: Instrument) -> Sequence[RestCall[OrderReport]]:
        """Nowhere: orders that ended are found where all are."""
        return ()

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders; asking for all instruments at once weighs 80."""
        weight = 80 if instrument is None else 6
        decode = answers.orders("binance.spot", instruments)
        return (asked("/api/v3/openOrders", narrowed(instrument), decode, _weight(weight)),)

    def executions(self, instrument: Instrument, venue_order_id: str) -> RestCall[list[Execution]]:
        """The account's trades of an order."""
        params, decode = (
            trades_of(instrument, venue_order_id),
            account_answers.executions(instrument.id),
        )
        return asked("/api/v3/myTrades", params, decode, _weight(5))

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
        decode = account_answers.spot_balances("binance.spot")
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
