"""Signed calls of Binance's products: orders, executions, balances, positions (*Spot* and *USD-M*, Trade, Account)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from tickwright.core.inquiry import InquiryPolicy
from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, UsageError, VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, OrderReport, SubmitOrder
from tickwright.venues.base import RestCall, Security
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance.auth import RECV_WINDOW_MS
from tickwright.venues.binance.order_params import (
    Params,
    algo_params,
    side_of,
    spot_params,
    usdm_params,
)
from tickwright.venues.binance.private_links import SpotLink, UsdmLink
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.binance.verdicts import rejection
from tickwright.venues.trading import Execution, PrivateLink, Rejection


__all__ = ["SpotTrading", "UsdmTrading"]

_T = TypeVar("_T")
_MS = 1_000_000

_SPOT_ORDER = {WEIGHT: 1, "RAW_REQUESTS": 1, "ORDERS_10S": 1, "ORDERS_1D": 1}
_USDM_ORDER = {"ORDERS_10S": 1, "ORDERS_1M": 1}


_INQUIRY = InquiryPolicy(proof_after_s=RECV_WINDOW_MS / 1000 + 10.0 + 5.0)
"""The request's window, the matching engine's timeout (*General API Information*: 10 s), and five for the lag of reading."""


class SpotTrading:
    """Spot's calls."""

    inquiry = _INQUIRY
    link: PrivateLink = SpotLink()

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order."""
        return _command(
            "POST",
            "/api/v3/order",
            spot_params(command, instrument),
            answers.order(command.client_order_id, instrument.id),
            _SPOT_ORDER,
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
        return _command(
            "PUT",
            "/api/v3/order/amend/keepPriority",
            (
                *_named(order, instrument),
                ("newClientOrderId", order.client_order_id),
                ("newQty", format_decimal(new)),
            ),
            answers.amended(order.client_order_id, instrument.id),
            _spot_weight(4),
            Priority.ORDER,
        )

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, and the list it belongs to."""
        return _command(
            "DELETE",
            "/api/v3/order",
            _named(order, instrument),
            answers.order(order.client_order_id, instrument.id),
            _spot_weight(1),
            Priority.CANCEL,
        )

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel all orders of an instrument."""
        params = (("symbol", instrument.symbol),)
        call = _command(
            "DELETE",
            "/api/v3/openOrders",
            params,
            answers.nothing,
            _spot_weight(1),
            Priority.CANCEL,
        )
        return (call,)

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order."""
        decode = answers.order(order.client_order_id, instrument.id)
        return _question("/api/v3/order", _named(order, instrument), decode, _spot_weight(4))

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders; asking for all instruments at once weighs 80."""
        weight = 80 if instrument is None else 6
        decode = answers.orders("binance.spot", instruments)
        return (_question("/api/v3/openOrders", _of(instrument), decode, _spot_weight(weight)),)

    def executions(
        self, instrument: Instrument, *, order: Order | None = None, start_ns: int | None = None
    ) -> RestCall[list[Execution]]:
        """The account's trades in an instrument."""
        weight = 20 if order is None else 5
        return _question(
            "/api/v3/myTrades",
            _trades_of(instrument, order, start_ns),
            answers.executions(instrument.id),
            _spot_weight(weight),
        )

    def balances(self) -> RestCall[list[Balance]]:
        """All balances above zero."""
        decode = answers.spot_balances("binance.spot")
        return _question(
            "/api/v3/account", (("omitZeroBalances", "true"),), decode, _spot_weight(20)
        )

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Refuse: spot has none.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported("binance.spot has balances, no positions")

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error."""
        return rejection(error)


class UsdmTrading:
    """USD-M's calls. Orders that wait for a trigger live in a service of their own until they are triggered."""

    inquiry = _INQUIRY
    link: PrivateLink = UsdmLink()

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
        return _command("POST", path, params, decode, _USDM_ORDER, Priority.ORDER)

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
            *_named(order, instrument),
            ("side", side_of(order.command)),
            ("quantity", format_decimal(changed.quantity)),
            ("price", format_decimal(changed.price)),
        )
        decode = answers.order(order.client_order_id, instrument.id)
        return _command("PUT", "/fapi/v1/order", params, decode, _USDM_ORDER, Priority.ORDER)

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, waiting or working."""
        path, params, decode = self._place(order, instrument)
        return _command("DELETE", path, params, decode, {WEIGHT: 1}, Priority.CANCEL)

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel all orders of an instrument: those that work, and those that wait."""
        params = (("symbol", instrument.symbol),)
        return tuple(
            _command("DELETE", path, params, answers.nothing, {WEIGHT: 1}, Priority.CANCEL)
            for path in ("/fapi/v1/allOpenOrders", "/fapi/v1/algoOpenOrders")
        )

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order, waiting or working."""
        path, params, decode = self._place(order, instrument)
        return _question(path, params, decode, {WEIGHT: 1})

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders, working and waiting; asking for all instruments at once weighs 40 each."""
        costs = {WEIGHT: 40 if instrument is None else 1}
        params = _of(instrument)
        name = "binance.usdm"
        return (
            _question("/fapi/v1/openOrders", params, answers.orders(name, instruments), costs),
            _question(
                "/fapi/v1/openAlgoOrders", params, answers.algo_orders(name, instruments), costs
            ),
        )

    def executions(
        self, instrument: Instrument, *, order: Order | None = None, start_ns: int | None = None
    ) -> RestCall[list[Execution]]:
        """The account's trades in an instrument."""
        params = _trades_of(instrument, order, start_ns)
        decode = answers.executions(instrument.id)
        return _question("/fapi/v1/userTrades", params, decode, {WEIGHT: 5})

    def balances(self) -> RestCall[list[Balance]]:
        """The margin wallet."""
        decode = answers.futures_balances("binance.usdm")
        return _question("/fapi/v3/balance", (), decode, {WEIGHT: 5})

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Open positions."""
        decode = answers.positions("binance.usdm", instruments)
        return (_question("/fapi/v3/positionRisk", (), decode, {WEIGHT: 5}),)

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
        return "/fapi/v1/order", _named(order, instrument), answers.order(name, instrument_id)


def _waits(order: Order) -> bool:
    """Tell whether an order is still in the service of those that wait."""
    return order.command.trigger is not None and order.venue_order_id is None


def _named(order: Order, instrument: Instrument) -> Params:
    """Return the parameters that name an order: the venue's id where it is known, which no cancel changes.

    A canceled order of spot goes by its cancel's client order id.
    """
    symbol = ("symbol", instrument.symbol)
    if order.venue_order_id is not None:
        return (symbol, ("orderId", order.venue_order_id))
    return (symbol, ("origClientOrderId", order.client_order_id))


def _of(instrument: Instrument | None) -> Params:
    return () if instrument is None else (("symbol", instrument.symbol),)


def _trades_of(instrument: Instrument, order: Order | None, start_ns: int | None) -> Params:
    params: Params = (("symbol", instrument.symbol),)
    if order is not None and order.venue_order_id is not None:
        return (*params, ("orderId", order.venue_order_id))
    if start_ns is not None:
        return (*params, ("startTime", str(start_ns // _MS)), ("limit", "1000"))
    return (*params, ("limit", "1000"))


def _spot_weight(weight: int) -> Mapping[str, int]:
    return {WEIGHT: weight, "RAW_REQUESTS": 1}


def _command(
    method: str,
    path: str,
    params: Params,
    decode: Callable[[bytes, int], _T],
    costs: Mapping[str, int],
    priority: Priority,
) -> RestCall[_T]:
    return RestCall(
        method=method,
        path=path,
        params=params,
        decode=decode,
        costs=costs,
        priority=priority,
        security=Security.SIGNED,
        is_idempotent=False,
    )


def _question(
    path: str, params: Params, decode: Callable[[bytes, int], _T], costs: Mapping[str, int]
) -> RestCall[_T]:
    return RestCall(path=path, params=params, decode=decode, costs=costs, security=Security.SIGNED)
