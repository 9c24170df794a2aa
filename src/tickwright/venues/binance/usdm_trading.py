"""Signed calls of Binance USD-M futures: orders, executions, balances, positions (*Trade*, *Account*)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, UsageError, VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, OrderReport, OrderState, SubmitOrder
from tickwright.venues.base import RestCall
from tickwright.venues.binance import account_answers, past_calls
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance.group_answers import batch
from tickwright.venues.binance.order_links import USDM_ORDERS
from tickwright.venues.binance.order_params import Params, algo_params, side_of, usdm_params
from tickwright.venues.binance.order_words import ReadState, state_of, state_or_open
from tickwright.venues.binance.private_links import UsdmLink
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
from tickwright.venues.groups import Group, alone, in_groups
from tickwright.venues.trading import Execution, OrderLink, PrivateLink, Rejection


__all__ = ["UsdmTrading"]

_ORDER = {"ORDERS_10S": 1, "ORDERS_1M": 1}
_BATCH = {WEIGHT: 5, "ORDERS_10S": 5, "ORDERS_1M": 1}
"""Of a batch, however many orders are in it (*Place Multiple Orders*, Modify Multiple Orders)."""
_BATCH_MAX, _CANCELS_MAX = 5, 10

_text_of = msgspec.json.Encoder().encode


class UsdmTrading:
    """USD-M's calls. Orders that wait for a trigger live in a service of their own until they are triggered."""

    inquiry = INQUIRY
    link: PrivateLink = UsdmLink()
    order_link: OrderLink | None = USDM_ORDERS

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order."""
        name, instrument_id = command.client_order_id, command.instrument
        if command.trigger is not None:
            params = algo_params(command, command.trigger, instrument)
            decode = answers.algo(name, instrument_id)
            path = "/fapi/v1/algoOrder"
        else:
            params = usdm_params(command, instrument)
            decode = answers.order(name, instrument_id)
            path = "/fapi/v1/order"
        return commanded("POST", path, params, decode, _ORDER, Priority.ORDER)

    def submit_groups(self, commands: Sequence[tuple[SubmitOrder, Instrument]]) -> Sequence[Group]:
        """Place orders by fives; those that wait for a trigger one by one, for their service has no batches."""
        waiting = [each for each in commands if each[0].trigger is not None]
        working = [each for each in commands if each[0].trigger is None]

        def single(each: tuple[SubmitOrder, Instrument]) -> Group:
            return alone(each[0].client_order_id, self.submit(*each))

        def several(part: Sequence[tuple[SubmitOrder, Instrument]]) -> Group:
            orders = [Order(command=command, state=OrderState.NEW) for command, _ in part]
            rows = [dict(usdm_params(*each)) for each in part]
            return _batch("POST", orders, rows)

        return [
            *map(single, waiting),
            *in_groups(working, _BATCH_MAX, single=single, several=several),
        ]

    def submit_oco(self, legs: tuple[SubmitOrder, SubmitOrder], instrument: Instrument) -> Group:
        """Refuse: futures have no order lists.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported(
            f"{instrument.id}: futures have no OCO; place a stop and a take-profit that are reduce-only,"
            " and cancel the one when the other is filled"
        )

    def replace(self, order: Order, command: SubmitOrder, instrument: Instrument) -> Group:
        """Refuse: futures amend.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported(
            f"{instrument.id}: futures have no cancel-replace; amend the order (orders.amend), or cancel it and submit another"
        )

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Change an order's quantity and price, for which it loses its place in the queue.

        Raises:
            NotSupported: For an order that waits for its trigger.
            UsageError: For a market order.
        """
        decode = answers.order(order.client_order_id, instrument.id)
        params = self._changes(order, changed, instrument)
        return commanded("PUT", "/fapi/v1/order", params, decode, _ORDER, Priority.ORDER)

    @staticmethod
    def _changes(order: Order, changed: Order, instrument: Instrument) -> Params:
        """Return the parameters of an amendment; raises what `amend` raises."""
        if _waits(order):
            raise NotSupported(
                f"{instrument.id}: an order that waits for its trigger cannot be amended; cancel it"
                " and submit a new one"
            )
        if changed.price is None or changed.quantity is None:
            raise UsageError(f"{instrument.id}: only limit orders can be amended")
        return (
            *named(order, instrument),
            ("side", side_of(order.command)),
            ("quantity", format_decimal(changed.quantity)),
            ("price", format_decimal(changed.price)),
        )

    def amend_groups(self, changes: Sequence[tuple[Order, Order, Instrument]]) -> Sequence[Group]:
        """Change orders by fives; raises what `amend` raises."""

        def single(each: tuple[Order, Order, Instrument]) -> Group:
            return alone(each[0].client_order_id, self.amend(*each))

        def several(part: Sequence[tuple[Order, Order, Instrument]]) -> Group:
            rows = [dict(self._changes(*each)) for each in part]
            return _batch("PUT", [order for order, _, _ in part], rows)

        return list(in_groups(changes, _BATCH_MAX, single=single, several=several))

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, waiting or working."""
        path, params, decode = self._place(order, instrument)
        return commanded("DELETE", path, params, decode, {WEIGHT: 1}, Priority.CANCEL)

    def cancel_groups(self, orders: Sequence[tuple[Order, Instrument]]) -> Sequence[Group]:
        """Cancel orders by tens of one instrument and one kind of name; those that wait one by one."""

        def single(each: tuple[Order, Instrument]) -> Group:
            return alone(each[0].client_order_id, self.cancel(*each))

        alike: dict[tuple[str, bool], list[tuple[Order, Instrument]]] = {}
        for order, instrument in orders:
            if not _waits(order):
                is_numbered = order.venue_order_id is not None
                alike.setdefault((instrument.id, is_numbered), []).append((order, instrument))
        return [
            *(single(each) for each in orders if _waits(each[0])),
            *(
                group
                for each in alike.values()
                for group in in_groups(each, _CANCELS_MAX, single=single, several=_cancels)
            ),
        ]

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel all orders of an instrument: those that work, and those that wait."""
        params = (("symbol", instrument.symbol),)
        return tuple(
            commanded("DELETE", path, params, answers.nothing, {WEIGHT: 1}, Priority.CANCEL)
            for path in ("/fapi/v1/allOpenOrders", "/fapi/v1/algoOpenOrders")
        )

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order, waiting or working."""
        path, params, decode = self._place(order, instrument, state_or_open)
        return asked(path, params, decode, {WEIGHT: 1})

    def look_back(self, order: Order, instrument: Instrument) -> Sequence[RestCall[OrderReport]]:
        """Ask for one that waited in the list of those that did, and as the order that it became.

        The service for orders that wait is said to tell no more of those that are through (section 12.4 names no such limit).
        """
        if not _waits(order):
            return ()
        name = order.client_order_id
        became = (("symbol", instrument.symbol), ("origClientOrderId", name))
        decode = answers.order(name, instrument.id, state_or_open)
        return (
            past_calls.usdm_algo(order, instrument),
            asked("/fapi/v1/order", became, decode, {WEIGHT: 1}),
        )

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders, working and waiting; asking for all instruments at once weighs 40 each."""
        costs = {WEIGHT: 40 if instrument is None else 1}
        params = narrowed(instrument)
        name = "binance.usdm"
        return (
            asked("/fapi/v1/openOrders", params, answers.orders(name, instruments), costs),
            asked("/fapi/v1/openAlgoOrders", params, answers.algo_orders(name, instruments), costs),
        )

    def executions(self, instrument: Instrument, venue_order_id: str) -> RestCall[list[Execution]]:
        """The account's trades of an order."""
        params = trades_of(instrument, venue_order_id)
        decode = account_answers.executions(instrument.id)
        return asked("/fapi/v1/userTrades", params, decode, {WEIGHT: 5})

    def past_orders(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """Orders placed between two moments, open ones among them."""
        return past_calls.usdm_orders(instrument, start_ns, end_ns)

    def past_executions(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[Execution]]]:
        """The account's trades between two moments."""
        return past_calls.usdm_executions(instrument, start_ns, end_ns)

    def balances(self) -> RestCall[list[Balance]]:
        """The margin wallet."""
        decode = account_answers.futures_balances("binance.usdm")
        return asked("/fapi/v3/balance", (), decode, {WEIGHT: 5})

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Open positions."""
        decode = account_answers.positions("binance.usdm", instruments)
        return (asked("/fapi/v3/positionRisk", (), decode, {WEIGHT: 5}),)

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error."""
        return rejection(error)

    @staticmethod
    def _place(
        order: Order, instrument: Instrument, read_state: ReadState = state_of
    ) -> tuple[str, Params, Callable[[bytes, int], OrderReport]]:
        """Return where an order is: path, parameters that name it, and how answers about it are read."""
        name, instrument_id = order.client_order_id, instrument.id
        if _waits(order):
            decode = answers.algo(name, instrument_id, read_state)
            return "/fapi/v1/algoOrder", (("clientAlgoId", order.name_at_venue),), decode
        decode = answers.order(name, instrument_id, read_state)
        return "/fapi/v1/order", named(order, instrument), decode


def _batch(method: str, orders: Sequence[Order], rows: Sequence[dict[str, str]]) -> Group:
    """Return orders that are placed or changed together; each may be refused on its own."""
    path = "/fapi/v1/batchOrders"
    params = (("batchOrders", _text_of(rows).decode()),)
    decode = batch(orders, f"{method} {path}")
    call = commanded(method, path, params, decode, _BATCH, Priority.ORDER)
    return Group(tuple(order.client_order_id for order in orders), call)


def _cancels(part: Sequence[tuple[Order, Instrument]]) -> Group:
    """Return cancels of one instrument's orders, which all go by the venue's ids or all by ours."""
    path = "/fapi/v1/batchOrders"
    orders, (_, instrument) = [order for order, _ in part], part[0]
    ids = [int(order.venue_order_id) for order in orders if order.venue_order_id is not None]
    names = [order.client_order_id for order in orders]
    told = ("orderIdList", ids) if ids else ("origClientOrderIdList", names)
    params = (("symbol", instrument.symbol), (told[0], _text_of(told[1]).decode()))
    decode = batch(orders, f"DELETE {path}")
    call = commanded("DELETE", path, params, decode, {WEIGHT: 1}, Priority.CANCEL)
    return Group(tuple(names), call)


def _waits(order: Order) -> bool:
    """Tell whether an order is still in the service of those that wait."""
    return order.command.trigger is not None and order.venue_order_id is None
