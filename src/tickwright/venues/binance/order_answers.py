"""Answers about orders → reports; each function returns the decoder of one call."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tickwright.model.instrument import Instruments
from tickwright.model.market import Side
from tickwright.model.orders import Fill, OrderReport, OrderTerms, ReportedState
from tickwright.venues.binance.order_rows import (
    AlgoRow,
    AmendRow,
    FillRow,
    OrderRow,
    RefusedRow,
)
from tickwright.venues.binance.order_terms import ALGO_ROW, ROW, listed_terms
from tickwright.venues.binance.order_words import (
    ALGO_STATES,
    SIDES,
    STATES,
    ReadState,
    algo_quantity,
    state_of,
    state_or_open,
)
from tickwright.venues.typed import MS, read_decimal, read_optional, reader, tolerant_reader


__all__ = [
    "algo",
    "algo_orders",
    "amended",
    "archived",
    "nothing",
    "order",
    "orders",
    "report",
]

_read_order = reader(OrderRow)
_read_orders = reader(list[OrderRow])
_read_amended = reader(AmendRow)
_read_algo = reader(AlgoRow)
_read_algos = reader(list[AlgoRow])

_read_refused = tolerant_reader(RefusedRow)

_ARCHIVED = -2026

Decode = Callable[[bytes, int], OrderReport]


def order(client_order_id: str, instrument_id: str, read_state: ReadState = state_of) -> Decode:
    """Return the decoder of an answer about one order, whatever it is called there after a cancel."""

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        row = _read_order(body)
        return report(row, client_order_id, instrument_id, received_ts_ns, read_state=read_state)

    return decode


def archived(
    client_order_id: str, instrument_id: str
) -> Callable[[bytes, int], OrderReport | None]:
    """Return the reader of a refusal that says that an order of spot ended so long ago that no more is known of it.

    ``{"code":-2026,"msg":"Order was canceled or expired with no executed qty over 90 days ago and has been archived."}``
    (*Spot*, Error Codes). Which of both is not told.
    """

    def read(body: bytes, received_ts_ns: int) -> OrderReport | None:
        word = _read_refused(body)
        if word is None or word.code != _ARCHIVED:
            return None
        return OrderReport(
            client_order_id=client_order_id,
            instrument=instrument_id,
            state=ReportedState.CANCELED,
            received_ts_ns=received_ts_ns,
            filled_quantity=Decimal(0),
            text=word.text,
        )

    return read


def orders(product: str, instruments: Instruments) -> Callable[[bytes, int], list[OrderReport]]:
    """Return the decoder of a list of orders; those of instruments that are not known are left out."""

    def decode(body: bytes, received_ts_ns: int) -> list[OrderReport]:
        found = []
        for row, terms in zip(_read_orders(body), listed_terms(body, ROW), strict=True):
            instrument = instruments.by_symbol(product, row.symbol)
            if instrument is not None:
                found.append(
                    report(
                        row,
                        row.client_id,
                        instrument.id,
                        received_ts_ns,
                        terms=terms,
                        read_state=state_or_open,
                    )
                )
        return found

    return decode


def amended(client_order_id: str, instrument_id: str) -> Decode:
    """Return the decoder of ``PUT /api/v3/order/amend/keepPriority``."""

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        answer = _read_amended(body)
        row = answer.order
        filled = read_decimal(row.filled)
        state, _ = state_of(row.status)
        return OrderReport(
            client_order_id=client_order_id,
            instrument=instrument_id,
            state=state,
            venue_order_id=str(row.order_id),
            venue_ts_ns=answer.transact_ms * MS,
            received_ts_ns=received_ts_ns,
            quantity=read_decimal(row.quantity),
            price=read_optional(row.price),
            filled_quantity=filled,
            average_price=_average(row.quote_filled, filled),
        )

    return decode


def algo(client_order_id: str, instrument_id: str, read_state: ReadState = state_of) -> Decode:
    """Return the decoder of an answer about one conditional order of futures."""

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        row = _read_algo(body)
        return _algo_report(
            row, client_order_id, instrument_id, received_ts_ns, read_state=read_state
        )

    return decode


def algo_orders(
    product: str, instruments: Instruments
) -> Callable[[bytes, int], list[OrderReport]]:
    """Return the decoder of a list of conditional orders; those of instruments that are not known are left out."""

    def decode(body: bytes, received_ts_ns: int) -> list[OrderReport]:
        found = []
        for row, terms in zip(_read_algos(body), listed_terms(body, ALGO_ROW), strict=True):
            instrument = instruments.by_symbol(product, row.symbol)
            if instrument is not None:
                name = row.client_id
                found.append(
                    _algo_report(
                        row,
                        name,
                        instrument.id,
                        received_ts_ns,
                        terms=terms,
                        read_state=state_or_open,
                    )
                )
        return found

    return decode


def nothing(body: bytes, received_ts_ns: int) -> None:
    """Read an answer that says no more than that it was done."""


def report(
    row: OrderRow,
    client_order_id: str,
    instrument_id: str,
    received_ts_ns: int,
    *,
    terms: OrderTerms | None = None,
    read_state: ReadState = state_of,
) -> OrderReport:
    """Return what a row says of an order.

    Args:
        row: As placing, canceling, changing or asking answers it.
        client_order_id: The order's name, whatever the row calls it after a cancel.
        instrument_id: Its instrument.
        received_ts_ns: When it came.
        terms: How it was placed, where that may not be known.
        read_state: How its status is read.

    Raises:
        DecodeError: Its state is none that is known, and must be.
    """
    filled = read_decimal(row.filled or "0")
    state, text = STATES.get(row.status), row.expiry_reason
    if state is None:
        state, text = read_state(row.status, STATES)
    changed_ms = row.transact_ms or row.update_ms
    waits = row.is_working is False or row.working_ms == -1
    return OrderReport(
        client_order_id=client_order_id,
        instrument=instrument_id,
        state=state,
        side=SIDES.get(row.side) or Side.UNKNOWN,
        venue_order_id=str(row.order_id),
        venue_ts_ns=changed_ms * MS or None,
        placed_ts_ns=row.placed_ms * MS or None,
        received_ts_ns=received_ts_ns,
        quantity=read_optional(row.quantity),
        price=read_optional(row.price),
        filled_quantity=filled,
        average_price=read_optional(row.average_price) or _average(row.quote_filled, filled),
        fills=tuple(_fill(fill, changed_ms) for fill in row.fills),
        is_working=not waits,
        terms=terms,
        text=text,
    )


def _algo_report(
    row: AlgoRow,
    client_order_id: str,
    instrument_id: str,
    received_ts_ns: int,
    *,
    terms: OrderTerms | None = None,
    read_state: ReadState,
) -> OrderReport:
    state, text = read_state(row.status, ALGO_STATES)
    return OrderReport(
        client_order_id=client_order_id,
        instrument=instrument_id,
        state=state,
        side=SIDES.get(row.side) or Side.UNKNOWN,
        venue_order_id=row.order_id or None,
        venue_ts_ns=row.update_ms * MS or None,
        placed_ts_ns=row.placed_ms * MS or None,
        received_ts_ns=received_ts_ns,
        quantity=algo_quantity(row),
        price=read_optional(row.price),
        is_working=bool(row.order_id),
        terms=terms,
        text=text,
    )


def _average(quote_filled: str, filled: Decimal) -> Decimal | None:
    quote = read_optional(quote_filled)
    return quote / filled if quote is not None and quote > 0 and filled else None


def _fill(row: FillRow, time_ms: int) -> Fill:
    return Fill(
        trade_id=str(row.trade_id),
        price=read_decimal(row.price),
        quantity=read_decimal(row.quantity),
        fee=read_decimal(row.fee) if row.fee else None,
        fee_asset=row.fee_asset or None,
        is_maker=False,  # only orders that trade at once have fills in their answer
        venue_ts_ns=time_ms * MS or None,
    )
