"""Rows of private topics and of REST → what the model says of orders, executions, positions and balances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import Fill, OrderReport, ReportedState
from tickwright.venues.bybit.codec import SIDES
from tickwright.venues.bybit.hedges import Sides
from tickwright.venues.bybit.order_terms import counts_quote, order_terms
from tickwright.venues.bybit.symbols import VENUE
from tickwright.venues.bybit.wire_private import (
    ExecutionRow,
    OrderRow,
    PositionRow,
    PrivateFrame,
    Topic,
    WalletRow,
)
from tickwright.venues.trading import Execution, RejectCode
from tickwright.venues.typed import MS, read_decimal, read_optional, reader


__all__ = [
    "AccountNews",
    "account_news",
    "balances",
    "execution",
    "is_trade",
    "order_report",
    "position",
    "traded",
]

AccountNews = OrderReport | Position | Balance

_STATES = {
    "New": ReportedState.OPEN,
    "PartiallyFilled": ReportedState.OPEN,
    "Untriggered": ReportedState.OPEN,
    "Triggered": ReportedState.OPEN,
    "Filled": ReportedState.FILLED,
    "Cancelled": ReportedState.CANCELED,
    "PartiallyFilledCanceled": ReportedState.CANCELED,
    "Deactivated": ReportedState.CANCELED,
    "Rejected": ReportedState.REJECTED,
}
"""``orderStatus`` (*Enums Definitions*)."""

_UNTRIGGERED = "Untriggered"
_BY_VENUE = frozenset(
    {
        "EC_NoImmediateQtyToFill",
        "EC_NoEnoughQtyToFill",
        "EC_CancelForNoFullFill",
        "EC_BySelfMatch",
        "EC_StopBySelfMatch",
    }
)
"""Reasons of a cancel that nobody asked for."""

_POST_ONLY = "EC_PostOnlyWillTakeLiquidity"
"""Spot rejects a post-only order that would take; contracts cancel it. It was refused on both."""

_SMP = "CancelBySmp"
_NO_REASON = ("", "EC_NoError")
_NO_CANCEL = ("", "UNKNOWN")
_NO_TRADES = frozenset({"Funding", "Settle"})
"""Rows that move money, and no position."""

_read_topic = reader(Topic)
_read_orders = reader(PrivateFrame[OrderRow])
_read_executions = reader(PrivateFrame[ExecutionRow])
_read_positions = reader(PrivateFrame[PositionRow])
_read_wallets = reader(PrivateFrame[WalletRow])


def account_news(
    frame: bytes, received_ts_ns: int, listed: Instruments, sides: Sides
) -> list[AccountNews]:
    """Read a frame of ``/v5/private``: orders, executions, positions or balances, in the order sent.

    Rows of instruments that are not listed (options, for example) are left out, and so are topics that bring
    nothing of these.

    Args:
        frame: As it came.
        received_ts_ns: When that was.
        listed: All instruments.
        sides: What the connection has told of hedged positions.

    Raises:
        DecodeError: If it does not say what it must.
    """
    kind = _read_topic(frame).topic.partition(".")[0]
    found: list[AccountNews] = []
    if kind == "order":
        for row in _read_orders(frame).rows:
            instrument = instrument_of(row.category, row.symbol, listed)
            if instrument is not None:
                found.append(order_report(row, instrument, received_ts_ns))
    elif kind == "execution":
        for row in _read_executions(frame).rows:
            instrument = instrument_of(row.category, row.symbol, listed)
            if instrument is not None and is_trade(row):
                found.append(traded(row, instrument, received_ts_ns))
    elif kind == "position":
        rows = [
            (row, instrument_of(row.category, row.symbol, listed))
            for row in _read_positions(frame).rows
        ]
        found += sides.told(
            (row.hedge_side, position(row, each)) for row, each in rows if each is not None
        )
    elif kind == "wallet":
        found += balances(_read_wallets(frame).rows)
    return found


def instrument_of(category: str, symbol: str, listed: Instruments) -> Instrument | None:
    """Return the instrument of a row, ``None`` if it is not listed."""
    return listed.by_symbol(f"{VENUE}.{category}", symbol)


def order_report(row: OrderRow, instrument: Instrument, received_ts_ns: int) -> OrderReport:
    """Return what a row says of an order.

    A status that is not known counts as open: whoever holds the order asks on until it is one that is.
    """
    known = _STATES.get(row.status)
    reason = "" if row.reject_reason in _NO_REASON else row.reject_reason
    is_market = row.kind == "Market"
    return OrderReport(
        client_order_id=row.client_id or row.order_id,
        instrument=instrument.id,
        state=_state(row, known),
        received_ts_ns=received_ts_ns,
        side=SIDES.get(row.side, Side.UNKNOWN),
        venue_order_id=row.order_id,
        venue_ts_ns=_time_ns(row.updated_ms),
        placed_ts_ns=_time_ns(row.created_ms),
        quantity=None if counts_quote(row, instrument) else read_optional(row.quantity),
        price=None if is_market else read_optional(row.price),
        filled_quantity=read_decimal(row.filled or "0"),
        average_price=read_optional(row.average_price),
        is_working=row.status != _UNTRIGGERED,
        terms=order_terms(row, instrument),
        code=RejectCode.POST_ONLY.name if reason == _POST_ONLY else reason,
        text=_text(row, reason) if known is not None else f"status {row.status!r} is not known",
    )


def is_trade(row: ExecutionRow) -> bool:
    """Tell whether a row is an execution: fundings and settlements are listed among them."""
    return row.kind not in _NO_TRADES


def execution(row: ExecutionRow, instrument: Instrument) -> Execution:
    """Return an execution. On contracts whose fee is not named, it is in the settle coin."""
    fee = read_decimal(row.fee) if row.fee else None
    fee_asset = row.fee_asset or instrument.name.settle
    return Execution(
        venue_order_id=row.order_id,
        instrument=instrument.id,
        side=SIDES.get(row.side, Side.UNKNOWN),
        fill=Fill(
            trade_id=row.execution_id,
            price=read_decimal(row.price),
            quantity=read_decimal(row.quantity),
            fee=fee,
            fee_asset=None if fee is None else fee_asset,
            is_maker=row.is_maker,
            venue_ts_ns=_time_ns(row.time_ms),
        ),
    )


def traded(row: ExecutionRow, instrument: Instrument, received_ts_ns: int) -> OrderReport:
    """Return an execution as a report of its order, by both of its names; what the order's own rows say of its state stands."""
    found = execution(row, instrument)
    return OrderReport(
        client_order_id=row.client_id or row.order_id,
        instrument=found.instrument,
        state=ReportedState.OPEN,
        received_ts_ns=received_ts_ns,
        side=found.side,
        venue_order_id=row.order_id,
        fills=(found.fill,),
    )


def position(row: PositionRow, instrument: Instrument) -> Position:
    """Return a position; short ones have a quantity below zero, flat ones none."""
    size = read_decimal(row.size or "0")
    return Position(
        instrument=instrument.id,
        quantity=-size if SIDES.get(row.side) is Side.SELL else size,
        entry_price=read_optional(row.entry_price or row.average_price),
        mark_price=read_optional(row.mark_price),
        unrealized_pnl=read_decimal(row.unrealized_pnl) if row.unrealized_pnl else None,
        liquidation_price=read_optional(row.liquidation_price),
    )


def balances(rows: Iterable[WalletRow]) -> Iterator[Balance]:
    """Yield the balances of accounts: what orders and positions hold back is locked, the rest is free."""
    for account in rows:
        for coin in account.coins:
            held = (coin.locked, coin.order_margin, coin.position_margin)
            locked = total(*(read_decimal(text or "0") for text in held))
            yield Balance(
                venue=VENUE,
                asset=coin.coin,
                free=total(read_decimal(coin.balance or "0"), -locked),
                locked=locked,
            )


def _state(row: OrderRow, known: ReportedState | None) -> ReportedState:
    if known is not ReportedState.CANCELED:
        return known or ReportedState.OPEN
    if row.reject_reason == _POST_ONLY:
        return ReportedState.REJECTED
    if row.reject_reason in _BY_VENUE or row.cancel_type == _SMP:
        return ReportedState.EXPIRED
    return ReportedState.CANCELED


def _text(row: OrderRow, reason: str) -> str:
    """Return the venue's own word for how an order ended, empty while it has none."""
    return reason or ("" if row.cancel_type in _NO_CANCEL else row.cancel_type)


def _time_ns(text: str) -> int | None:
    time_ms = read_optional(text)
    return None if time_ms is None else int(time_ms) * MS
