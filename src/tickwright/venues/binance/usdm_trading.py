"""Signed calls of Binance USD-M futures: orders, executions, balances, positions (*Trade*, *Account*)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, UsageError, VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, OrderReport, SubmitOrder
from tickwright.venues.base import RestCall
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance import past_calls
from tickwright.venues.binance.order_links import USDM_ORDERS
from tickwright.venues.binance.order_params import Params, algo_params, side_of, usdm_params
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
from tickwright.venues.trading import Execution, OrderLink, PrivateLink, Rejection


__all__ = ["UsdmTrading"]

_ORDER = {"ORDERS_10S": 1, "ORDERS_1M": 1}


class UsdmTrading:
    """USD-M's calls. Orders that wait for a trigger live in a service of their own until they are triggered."""

    inquiry = INQUIRY
    link: PrivateLink = UsdmLink()
    order_link: OrderLink | None = USDM_ORDERS

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order."""
        name, instrument_id = command.client_order_id, instrument.id
        if command.trigger is not None:
            params = algo_params(command, command.trigger, instrument)
            decode = answers.algo(name, instrument_id)
            path = "/fapi/v1/algoOrder"
        else:
            params = usdm_params(command, instrument)
            decode = answers.order(name, instrument_id)
            path = "/fapi/v1/order"
        return commanded("POST", path, params, decode, _ORDER, Priority.ORDER)

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Change an order's quantity and price, for which it loses its place in the queue.

        Raises:
            NotSupported: For an order that waits for its trigger.
            UsageError: For a market order.
        """
        if _waits(order):
            raise NotSupported(
                f"{instrument.id}: an order that waits for its trigger cannot be amended; cancel it"
                " and submit a new one"
            )
        if changed.price is None or changed.quantity is None:
            raise UsageError(f"{instrument.id}: only limit orders can be amended")
        params = (
            *named(order, instrument),
            ("side", side_of(order.command)),
            ("quantity", format_decimal(changed.quantity)),
            ("price", format_decimal(changed.price)),
        )
        decode = answers.order(order.client_order_id, instrument.id)
        return commanded("PUT", "/fapi/v1/order", params, decode, _ORDER, Priority.ORDER)

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, waiting or working."""
        path, params, decode = self._place(order, instrument)
        return commanded("DELETE", path, params, decode, {WEIGHT: 1}, Priority.CANCEL)

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel all orders of an instrument: those that work, and those that wait."""
        params = (("symbol", instrument.symbol),)
        return tuple(
            commanded("DELETE", path, params, answers.nothing, {WEIGHT: 1}, Priority.CANCEL)
            for path in ("/fapi/v1/allOpenOrders", "/fapi/v1/algoOpenOrders")
        )

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order, waiting or working."""
        path, params, decode = self._place(order, instrument)
        return asked(path, params, decode, {WEIGHT: 1})

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

    def executions(
        self, instrument: Instrument, *, order: Order | None = None, start_ns: int | None = None
    ) -> RestCall[list[Execution]]:
        """The account's trades in an instrument."""
        params = trades_of(instrument, order, start_ns)
        decode = answers.executions(instrument.id)
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
        decode = answers.futures_balances("binance.usdm")
        return asked("/fapi/v3/balance", (), decode, {WEIGHT: 5})

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Open positions."""
        decode = answers.positions("binance.usdm", instruments)
        return (asked("/fapi/v3/positionRisk", (), decode, {WEIGHT: 5}),)

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error."""
        return rejection(error)

    @staticmethod
    def _place(
        order: Order, instrument: Instrument
    ) -> tuple[str, Params, Callable[[bytes, int], OrderReport]]:
        """Return where an order is: path, parameters that name it, and how answers about it are read."""
        name, instrument_id = order.client_order_id, instrument.id
        if _waits(order):
            decode = answers.algo(name, instrument_id)
            return "/fapi/v1/algoOrder", (("clientAlgoId", name),), decode
        return "/fapi/v1/order", named(order, instrument), answers.order(name, instrument_id)


def _waits(order: Order) -> bool:
    """Tell whether an order is still in the service of those that wait."""
    return order.command.trigger is not None and order.venue_order_id is None
