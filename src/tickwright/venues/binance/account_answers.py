"""Answers about what an account holds and traded; each function returns the decoder of one call."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.errors import VenueRejected
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instruments
from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import Fill
from tickwright.venues.binance.order_rows import AccountRow, OwnTradeRow, PositionRow, WalletRow
from tickwright.venues.binance.order_words import HEDGED, ONE_WAY
from tickwright.venues.trading import Execution
from tickwright.venues.typed import MS, read_decimal, read_optional, reader


__all__ = ["executions", "futures_balances", "positions", "spot_balances"]

_FINE = 200

_read_trades = reader(list[OwnTradeRow])
_read_account = reader(AccountRow)
_read_wallets = reader(list[WalletRow])
_read_positions = reader(list[PositionRow])


def executions(instrument_id: str) -> Callable[[bytes, int], list[Execution]]:
    """Return the decoder of the account's trades in one instrument."""

    def decode(body: bytes, received_ts_ns: int) -> list[Execution]:
        return [
            Execution(
                venue_order_id=str(row.order_id),
                instrument=instrument_id,
                side=Side.BUY if _either(row.is_buyer, row.buyer) else Side.SELL,
                fill=Fill(
                    trade_id=str(row.id),
                    price=read_decimal(row.price),
                    quantity=read_decimal(row.quantity),
                    fee=read_decimal(row.fee),
                    fee_asset=row.fee_asset,
                    is_maker=_either(row.is_maker, row.maker),
                    venue_ts_ns=row.time_ms * MS,
                ),
            )
            for row in _read_trades(body)
        ]

    return decode


def spot_balances(product: str) -> Callable[[bytes, int], list[Balance]]:
    """Return the decoder of ``GET /api/v3/account``."""

    def decode(body: bytes, received_ts_ns: int) -> list[Balance]:
        return [
            Balance(
                venue=product,
                asset=row.asset,
                free=read_decimal(row.free),
                locked=read_decimal(row.locked),
            )
            for row in _read_account(body).balances
        ]

    return decode


def futures_balances(product: str) -> Callable[[bytes, int], list[Balance]]:
    """Return the decoder of ``GET /fapi/v3/balance``; what is not available is held as margin.

    Profit that is not realised makes more available than there is: it is none of the balance, here as on the private stream.
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Balance]:
        found = []
        for row in _read_wallets(body):
            held = read_decimal(row.balance)
            free = min(read_decimal(row.available), held)
            locked = total(held, -free)
            found.append(Balance(venue=product, asset=row.asset, free=free, locked=locked))
        return found

    return decode


def positions(product: str, instruments: Instruments) -> Callable[[bytes, int], list[Position]]:
    """Return the decoder of ``GET /fapi/v3/positionRisk``, which lists symbols with orders but no position as well.

    It raises ``VenueRejected`` for an account in hedge mode: its two positions of an instrument change one by one, and cannot be
    told as the one that is known here; nor do its orders name the position that they are about, as they must (section 12.3).
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Position]:
        found = []
        for row in _read_positions(body):
            if row.side not in ONE_WAY:
                raise VenueRejected(_FINE, None, HEDGED, "GET /fapi/v3/positionRisk")
            instrument = instruments.by_symbol(product, row.symbol)
            quantity = read_decimal(row.quantity)
            if instrument is not None and quantity:
                found.append(
                    Position(
                        instrument=instrument.id,
                        quantity=quantity,
                        entry_price=read_optional(row.entry_price),
                        mark_price=read_optional(row.mark_price),
                        unrealized_pnl=read_decimal(row.unrealized_pnl),
                        liquidation_price=read_optional(row.liquidation_price),
                    )
                )
        return found

    return decode


def _either(spot: bool | None, futures: bool) -> bool:
    """Return the one of a field's two spellings that was there."""
    return futures if spot is None else spot
