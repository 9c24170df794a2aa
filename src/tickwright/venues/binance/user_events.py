"""User data events → what they say of orders and of the account; one function reads the frames of both products."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instruments
from tickwright.model.market import Side
from tickwright.model.orders import Fill, OrderReport, ReportedState
from tickwright.venues.binance.order_terms import (
    ALGO_EVENT,
    FUTURE_EVENT,
    SPOT_EVENT,
    event_terms,
)
from tickwright.venues.binance.order_words import (
    ALGO_STATES,
    HEDGED,
    ONE_WAY,
    SIDES,
    STATES,
    algo_quantity,
    state_of,
    state_or_open,
)
from tickwright.venues.binance.user_rows import (
    AccountUpdate,
    AlgoUpdate,
    Envelope,
    ExecutionReport,
    FutureOrder,
    OrderTradeUpdate,
    OutboundPosition,
)
from tickwright.venues.trading import AccountNews, PrivateNews, StreamEnded
from tickwright.venues.typed import MS, read_decimal, read_optional, reader


__all__ = ["user_events"]

_BARE = b'{"e":"'
"""How an event begins that comes in no envelope."""
_PLAIN = ("LIMIT", "MARKET")
_ZEROS = ("0.00000000", "0", "")
_NO_REASON = ("", "0", "NONE")
_TRADED = "TRADE"

_read_envelope = reader(Envelope)
_read_execution = reader(ExecutionReport)
_read_outbound = reader(OutboundPosition)
_read_future = reader(OrderTradeUpdate)
_read_algo = reader(AlgoUpdate)
_read_account = reader(AccountUpdate)


def user_events(
    frame: bytes, received_ts_ns: int, product: str, instruments: Instruments
) -> tuple[PrivateNews, ...]:
    """Return what a user data frame says of orders, balances and positions.

    Nothing for events that say nothing of these, those of a kind that nobody knows among them (G25).

    Args:
        frame: As it came, in whatever envelope.
        received_ts_ns: Our clock when it came.
        product: Whose instruments are named.
        instruments: All of them; events of others are left out.

    Raises:
        DecodeError: If it cannot be read.
    """
    if frame.startswith(_BARE):
        read = _READERS.get(frame[len(_BARE) : frame.find(b'"', len(_BARE))].decode())
        return () if read is None else read(frame, _Place(product, instruments, received_ts_ns))
    envelope = _read_envelope(frame)
    body = bytes(envelope.event) or bytes(envelope.data) or frame
    inner = envelope if body is frame else _read_envelope(body)
    read = _READERS.get(inner.kind)
    return () if read is None else read(body, _Place(product, instruments, received_ts_ns))


class _Place(msgspec.Struct, frozen=True):
    product: str
    instruments: Instruments
    received_ts_ns: int

    def id_of(self, symbol: str) -> str | None:
        instrument = self.instruments.by_symbol(self.product, symbol)
        return None if instrument is None else instrument.id


def _execution(body: bytes, place: _Place) -> tuple[PrivateNews, ...]:
    row = _read_execution(body)
    instrument_id = place.id_of(row.symbol)
    if instrument_id is None:
        return ()
    quote, filled = read_decimal(row.quote_filled), read_decimal(row.filled)
    reason = row.expiry_reason or row.reject_reason
    fills, terms = _fills(row), None
    state, text = STATES.get(row.status), "" if reason in _NO_REASON else reason
    if state is None:
        state, text = _strange_state(row.status, fills)
    is_alone = row.list_id < 0 and row.shown in _ZEROS and not row.peg
    if not is_alone or row.time_in_force != "GTC" or row.kind not in _PLAIN:
        terms = event_terms(row.kind, row.time_in_force, body, SPOT_EVENT, is_simple=is_alone)
    return (
        OrderReport(
            # After a cancel or an amend ``c`` is the request's own, and the order's is in ``C``.
            client_order_id=row.original_client_id or row.client_id,
            instrument=instrument_id,
            state=state,
            received_ts_ns=place.received_ts_ns,
            side=SIDES.get(row.side) or Side.UNKNOWN,
            venue_order_id=str(row.order_id),
            venue_ts_ns=row.time_ms * MS,
            quantity=read_optional(row.quantity),
            price=read_optional(row.price),
            filled_quantity=filled,
            average_price=quote / filled if filled and quote > 0 else None,
            fills=fills,
            is_working=row.is_working or row.status not in ("NEW", "PENDING_NEW"),
            terms=terms,
            text=text,
        ),
    )


def _future_order(body: bytes, place: _Place) -> tuple[PrivateNews, ...]:
    row = _read_future(body).order
    instrument_id = place.id_of(row.symbol)
    if instrument_id is None:
        return ()
    reason = row.expiry_reason
    fills, terms = _fills(row), None
    state, text = STATES.get(row.status), "" if reason in _NO_REASON else f"expiry reason {reason}"
    if state is None:
        state, text = _strange_state(row.status, fills)
    is_free = not row.is_reduce_only
    if not is_free or row.time_in_force != "GTC" or row.kind not in _PLAIN:
        terms = event_terms(row.kind, row.time_in_force, body, FUTURE_EVENT, is_simple=is_free)
    return (
        OrderReport(
            client_order_id=row.client_id,
            instrument=instrument_id,
            state=state,
            received_ts_ns=place.received_ts_ns,
            side=SIDES.get(row.side) or Side.UNKNOWN,
            venue_order_id=str(row.order_id),
            venue_ts_ns=row.time_ms * MS,
            quantity=read_optional(row.quantity),
            price=read_optional(row.price),
            filled_quantity=read_decimal(row.filled),
            average_price=read_optional(row.average_price),
            fills=fills,
            terms=terms,
            text=text,
        ),
    )


def _algo_order(body: bytes, place: _Place) -> tuple[PrivateNews, ...]:
    update = _read_algo(body)
    row = update.order
    instrument_id = place.id_of(row.symbol)
    if instrument_id is None:
        return ()
    state, _ = state_of(row.status, ALGO_STATES)
    return (
        OrderReport(
            client_order_id=row.client_id,
            instrument=instrument_id,
            state=state,
            received_ts_ns=place.received_ts_ns,
            side=SIDES.get(row.side) or Side.UNKNOWN,
            venue_order_id=row.order_id or None,
            venue_ts_ns=update.time_ms * MS or None,
            quantity=algo_quantity(row),
            price=read_optional(row.price),
            is_working=bool(row.order_id),
            terms=event_terms("", "", body, ALGO_EVENT, is_simple=False),
            text=row.reason,
        ),
    )


def _outbound(body: bytes, place: _Place) -> tuple[PrivateNews, ...]:
    update = _read_outbound(body)
    balances = tuple(
        Balance(
            venue=place.product,
            asset=row.asset,
            free=read_decimal(row.free),
            locked=read_decimal(row.locked),
        )
        for row in update.balances
    )
    return (AccountNews(balances=balances, venue_ts_ns=update.time_ms * MS or None),)


def _account(body: bytes, place: _Place) -> tuple[PrivateNews, ...]:
    update = _read_account(body)
    changes, positions = update.changes, []
    if any(row.side not in ONE_WAY for row in changes.positions):
        # Positions are asked for next, which says it to whoever waits for them.
        return (StreamEnded(HEDGED),)
    for row in changes.positions:
        instrument_id = place.id_of(row.symbol)
        if instrument_id is not None:
            positions.append(
                Position(
                    instrument=instrument_id,
                    quantity=read_decimal(row.quantity),
                    entry_price=read_optional(row.entry_price),
                    unrealized_pnl=read_decimal(row.unrealized_pnl),
                )
            )
    wallets = tuple((row.asset, read_decimal(row.wallet)) for row in changes.wallets)
    time_ns = update.time_ms * MS or None
    return (AccountNews(wallets=wallets, positions=tuple(positions), venue_ts_ns=time_ns),)


def _ended(body: bytes, place: _Place) -> tuple[PrivateNews, ...]:
    return (StreamEnded(_read_envelope(body).kind),)


_READERS: dict[str, Callable[[bytes, _Place], tuple[PrivateNews, ...]]] = {
    "executionReport": _execution,
    "outboundAccountPosition": _outbound,
    "eventStreamTerminated": _ended,
    "ORDER_TRADE_UPDATE": _future_order,
    "ALGO_UPDATE": _algo_order,
    "ACCOUNT_UPDATE": _account,
    "listenKeyExpired": _ended,
}
"""``TRADE_LITE`` is left out: its execution comes again with its fee, and counts once."""


def _strange_state(status: str, fills: tuple[Fill, ...]) -> tuple[ReportedState, str]:
    """Return what is made of a status that nobody knows.

    Raises:
        DecodeError: The event tells of nothing else, so that it is no news, and is counted as such.
    """
    return (state_or_open if fills else state_of)(status)


def _fills(row: ExecutionReport | FutureOrder) -> tuple[Fill, ...]:
    if row.execution != _TRADED:
        return ()
    fee: Decimal = read_decimal(row.fee)
    return (
        Fill(
            trade_id=str(row.trade_id),
            price=read_decimal(row.last_price),
            quantity=read_decimal(row.last_quantity),
            fee=fee,
            fee_asset=row.fee_asset,
            is_maker=row.is_maker,
            venue_ts_ns=row.time_ms * MS,
        ),
    )
