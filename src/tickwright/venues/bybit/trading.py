"""Signed calls of Bybit: orders, executions, balances, positions (sections *Trade*, *Position*, *Account*).

A command's answer says that it was queued, and no more: what the matching engine makes of it comes on the private stream, or
is told when asked. Everything goes by ``orderLinkId`` until the venue's own id is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tickwright.core.inquiry import InquiryPolicy
from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, UsageError, VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, OrderReport, OrderState, ReportedState, SubmitOrder
from tickwright.venues.base import RestCall
from tickwright.venues.bybit import account, past_calls
from tickwright.venues.bybit.auth import RECV_WINDOW_MS
from tickwright.venues.bybit.hedges import net
from tickwright.venues.bybit.order_groups import BATCH_MAX, batch
from tickwright.venues.bybit.order_link import TradeLink
from tickwright.venues.bybit.order_params import Body, order_body
from tickwright.venues.bybit.private_link import BybitLink
from tickwright.venues.bybit.signed_calls import Params, asked, paged, posted
from tickwright.venues.bybit.verdicts import rejection
from tickwright.venues.bybit.wire_private import ExecutionRow, OrderRow, PositionRow, WalletRow
from tickwright.venues.bybit.wire_rest import Reply, Rows
from tickwright.venues.groups import Group, alone, in_groups
from tickwright.venues.trading import Execution, OrderLink, PrivateLink, Rejection
from tickwright.venues.typed import reader


__all__ = ["BybitTrading"]

_SPOT = "spot"
_SETTLE_COINS = ("USDT", "USDC")
"""Of linear contracts: a listing without a symbol must name one."""
_OPEN_PAGE, _EXECUTIONS_PAGE, _POSITIONS_PAGE = "50", "100", "200"

_CREATE, _AMEND, _CANCEL = "ORDER_CREATE", "ORDER_AMEND", "ORDER_CANCEL"
"""Each kind of command has a window of its own."""


class _Taken(msgspec.Struct):
    """``{"orderId":"15141634-9867-4d9f-9159-ba37ae9b5fca","orderLinkId":"bot1-000003"}``."""

    order_id: str = msgspec.field(name="orderId", default="")


_read_taken = reader(Reply[_Taken])
_read_orders = reader(Reply[Rows[OrderRow]])
_read_executions = reader(Reply[Rows[ExecutionRow]])
_read_positions = reader(Reply[Rows[PositionRow]])
_read_wallets = reader(Reply[Rows[WalletRow]])


class BybitTrading:
    """The calls of one category.

    Args:
        category: ``spot`` or ``linear``.
    """

    inquiry = InquiryPolicy(proof_after_s=RECV_WINDOW_MS / 1000 + 10.0 + 5.0)

    def __init__(self, category: str) -> None:
        self._category = category
        self.order_link: OrderLink | None = TradeLink()

    @property
    def link(self) -> PrivateLink:
        """A way to the account's own events, for whoever holds it alone: it keeps what a connection told."""
        return BybitLink(f"bybit.{self._category}")

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order."""
        body = order_body(command, instrument, self._category)
        return self._command(
            "create", body, command.client_order_id, instrument, Priority.ORDER, _CREATE
        )

    def submit_groups(self, commands: Sequence[tuple[SubmitOrder, Instrument]]) -> Sequence[Group]:
        """Place orders in batches."""

        def single(each: tuple[SubmitOrder, Instrument]) -> Group:
            return alone(each[0].client_order_id, self.submit(*each))

        def several(part: Sequence[tuple[SubmitOrder, Instrument]]) -> Group:
            rows = [order_body(*each, self._category) for each in part]
            orders = [Order(command=command, state=OrderState.NEW) for command, _ in part]
            return batch("create", self._category, rows, orders, Priority.ORDER)

        return list(in_groups(commands, BATCH_MAX, single=single, several=several))

    def submit_oco(self, legs: tuple[SubmitOrder, SubmitOrder], instrument: Instrument) -> Group:
        """Refuse: what the venue calls OCO cannot be placed through its API as two orders.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported(
            f"{instrument.id}: the venue's API has no OCO of two orders; place a stop and a take-profit,"
            " and cancel the one when the other is filled"
        )

    def replace(self, order: Order, command: SubmitOrder, instrument: Instrument) -> Group:
        """Refuse: the venue amends.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported(
            f"{instrument.id}: the venue has no cancel-replace; amend the order (orders.amend), or cancel it and submit another"
        )

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Change an order's quantity, its price, or both; it keeps its names.

        Raises:
            UsageError: For a market order.
        """
        body = self._changes(order, changed, instrument)
        return self._command(
            "amend", body, order.client_order_id, instrument, Priority.ORDER, _AMEND
        )

    def _changes(self, order: Order, changed: Order, instrument: Instrument) -> Body:
        """Return what names an order, and what of it is to be another; raises what `amend` raises."""
        if order.command.is_market or changed.quantity is None or changed.price is None:
            raise UsageError(f"{instrument.id}: only limit orders can be amended")
        body = self._named(order, instrument)
        if changed.quantity != order.quantity:
            body["qty"] = format_decimal(changed.quantity)
        if changed.price != order.price:
            body["price"] = format_decimal(changed.price)
        return body

    def amend_groups(self, changes: Sequence[tuple[Order, Order, Instrument]]) -> Sequence[Group]:
        """Change orders in batches, those that wait for a trigger one by one; raises what `amend` raises."""

        def single(each: tuple[Order, Order, Instrument]) -> Group:
            return alone(each[0].client_order_id, self.amend(*each))

        def several(part: Sequence[tuple[Order, Order, Instrument]]) -> Group:
            rows = [self._changes(*each) for each in part]
            orders = [order for order, _, _ in part]
            return batch("amend", self._category, rows, orders, Priority.ORDER)

        waiting = [each for each in changes if not each[0].is_working]
        working = [each for each in changes if each[0].is_working]
        return [
            *map(single, waiting),
            *in_groups(working, BATCH_MAX, single=single, several=several),
        ]

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order, waiting or working."""
        body = self._named(order, instrument)
        if self._category == _SPOT and not order.is_working:
            # Somebody else's that is more than a stop is the kind of order that it can be besides.
            body["orderFilter"] = "StopOrder" if order.is_understood else "tpslOrder"
        return self._command(
            "cancel", body, order.client_order_id, instrument, Priority.CANCEL, _CANCEL
        )

    def cancel_groups(self, orders: Sequence[tuple[Order, Instrument]]) -> Sequence[Group]:
        """Cancel orders in batches, those of spot that wait for a trigger one by one."""

        def single(each: tuple[Order, Instrument]) -> Group:
            return alone(each[0].client_order_id, self.cancel(*each))

        def several(part: Sequence[tuple[Order, Instrument]]) -> Group:
            rows = [self._named(*each) for each in part]
            return batch(
                "cancel", self._category, rows, [order for order, _ in part], Priority.CANCEL
            )

        # A batch cannot say of which kind an order is, which spot wants to know of those that wait.
        apart = [each for each in orders if self._category == _SPOT and not each[0].is_working]
        others = [each for each in orders if each not in apart]
        return [*map(single, apart), *in_groups(others, BATCH_MAX, single=single, several=several)]

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel all orders of an instrument."""
        body = {"category": self._category, "symbol": instrument.symbol}
        filters = ("Order", "StopOrder") if self._category == _SPOT else ("",)
        return tuple(
            posted(
                "/v5/order/cancel-all",
                {**body, "orderFilter": kind} if kind else body,
                _nothing,
                Priority.CANCEL,
                _CANCEL,
            )
            for kind in filters
        )

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order; an empty list is the venue's way to say that there is none."""
        return past_calls.named_order(
            "/v5/order/realtime", self._named(order, instrument), instrument
        )

    def look_back(self, order: Order, instrument: Instrument) -> Sequence[RestCall[OrderReport]]:
        """Where orders go that ended: of those `query` finds the last 500, and none after a restart of the venue."""
        named = self._named(order, instrument)
        ended = past_calls.named_order("/v5/order/history", named, instrument)
        # The history may lag. Trades prove that an order arrived, and not that it has ended: of one that is open they tell nothing.
        return (
            (ended,)
            if order.state.is_open
            else (ended, past_calls.named_executions(named, instrument))
        )

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders, of one instrument or of all."""

        def decode(body: bytes, received_ts_ns: int) -> list[OrderReport]:
            rows: list[OrderRow] = _read_orders(body).result.rows
            found = ((row, self._listed(row.symbol, instruments)) for row in rows)
            return [
                account.order_report(row, listed, received_ts_ns)
                for row, listed in found
                if listed is not None
            ]

        return tuple(
            paged("/v5/order/realtime", (*params, ("limit", _OPEN_PAGE)), decode)
            for params in self._ranges(instrument)
        )

    def executions(self, instrument: Instrument, venue_order_id: str) -> RestCall[list[Execution]]:
        """The account's trades of an order, oldest first on each page."""

        def decode(body: bytes, received_ts_ns: int) -> list[Execution]:
            rows: list[ExecutionRow] = _read_executions(body).result.rows
            return [account.execution(row, instrument) for row in reversed(rows)]

        params = (
            ("category", self._category),
            ("symbol", instrument.symbol),
            ("orderId", venue_order_id),
            ("limit", _EXECUTIONS_PAGE),
        )
        return paged("/v5/execution/list", params, decode)

    def past_orders(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """Orders placed between two moments that have ended."""
        return past_calls.past_orders(instrument, self._category, start_ns, end_ns)

    def past_executions(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[Execution]]]:
        """The account's trades between two moments."""
        return past_calls.past_executions(instrument, self._category, start_ns, end_ns)

    def balances(self) -> RestCall[list[Balance]]:
        """What the unified account holds."""

        def decode(body: bytes, received_ts_ns: int) -> list[Balance]:
            return list(account.balances(_read_wallets(body).result.rows))

        return asked("/v5/account/wallet-balance", (("accountType", "UNIFIED"),), decode)

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Open positions; the sides of a hedged one come to one.

        Raises:
            NotSupported: On spot, which has balances.
        """
        if self._category == _SPOT:
            raise NotSupported("bybit.spot has balances, no positions")

        def decode(body: bytes, received_ts_ns: int) -> list[Position]:
            rows: list[PositionRow] = _read_positions(body).result.rows
            sides: dict[str, list[Position]] = {}
            for row in rows:
                listed = self._listed(row.symbol, instruments)
                if listed is not None:
                    sides.setdefault(listed.id, []).append(account.position(row, listed))
            return [position for position in map(net, sides.values()) if position.quantity]

        return tuple(
            paged("/v5/position/list", (*params, ("limit", _POSITIONS_PAGE)), decode)
            for params in self._ranges(None)
        )

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error."""
        return rejection(error)

    # ------------------------------------------------------------------ inside

    def _named(self, order: Order, instrument: Instrument) -> Body:
        body: Body = {"category": self._category, "symbol": instrument.symbol}
        if order.venue_order_id is not None:
            return {**body, "orderId": order.venue_order_id}
        return {**body, "orderLinkId": order.client_order_id}

    def _ranges(self, instrument: Instrument | None) -> Sequence[Params]:
        """Return the parameters of the calls that together list everything."""
        category = ("category", self._category)
        if instrument is not None:
            return ((category, ("symbol", instrument.symbol)),)
        if self._category == _SPOT:
            return ((category,),)
        return tuple((category, ("settleCoin", coin)) for coin in _SETTLE_COINS)

    def _listed(self, symbol: str, instruments: Instruments) -> Instrument | None:
        return instruments.by_symbol(f"bybit.{self._category}", symbol)

    def _command(
        self,
        operation: str,
        body: Body,
        name: str,
        instrument: Instrument,
        priority: Priority,
        bucket: str,
    ) -> RestCall[OrderReport]:
        def decode(answer: bytes, received_ts_ns: int) -> OrderReport:
            taken: _Taken = _read_taken(answer).result
            return OrderReport(
                client_order_id=name,
                instrument=instrument.id,
                state=ReportedState.QUEUED,
                received_ts_ns=received_ts_ns,
                venue_order_id=taken.order_id or None,
            )

        return posted(f"/v5/order/{operation}", body, decode, priority, bucket)


def _nothing(body: bytes, received_ts_ns: int) -> None:
    """Read an answer that says no more than that it was queued."""
