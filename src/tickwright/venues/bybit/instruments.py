"""``instruments-info`` → instruments with their rules."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.bybit.symbols import VENUE, expiry_of
from tickwright.venues.bybit.wire_rest import ListingRow
from tickwright.venues.scales import data_scale
from tickwright.venues.typed import MS, read_decimal, read_optional


__all__ = ["Make", "contract", "spot_instrument"]

_STATUSES = {
    "Trading": InstrumentStatus.TRADING,
    "PreLaunch": InstrumentStatus.PENDING,
    "PendingOpen": InstrumentStatus.PENDING,
    "Delivering": InstrumentStatus.HALTED,
    "Closed": InstrumentStatus.CLOSED,
}
"""The venue's words for a symbol's status (page *Enums Definitions*, ``status``; ``PendingOpen`` since 2026-09)."""

_LEVEL_ORDERS_MAX = 1_000
"""How many orders of the largest size one price level must be able to hold in 63 bits."""

Make = Callable[[ListingRow], Instrument]


def spot_instrument(row: ListingRow) -> Instrument:
    """Return the instrument of a row of ``category=spot``.

    Its least quantity is left out: the venue still sends it and checks the least amount instead (page *Get
    Instruments Info*).
    """
    lots = row.lots
    return _instrument(
        row,
        InstrumentName(venue=VENUE, base=row.base, quote=row.quote),
        "bybit.spot",
        lot_size=lots.base_precision,
        min_quantity="",
        max_quantity=lots.max_limit_quantity or lots.max_quantity,
        min_notional=lots.min_amount,
    )


def contract(product: str) -> Make:
    """Return what makes instruments of rows of ``category=linear`` or ``category=inverse``.

    A contract is one unit of the base coin where it is linear, one US dollar where it is inverse.
    """

    def make(row: ListingRow) -> Instrument:
        lots = row.lots
        return _instrument(
            row,
            InstrumentName(
                venue=VENUE,
                base=row.base,
                quote=row.quote,
                settle=row.settle or row.quote,
                expiry=expiry_of(row.delivery_ms),
            ),
            product,
            lot_size=lots.step,
            min_quantity=lots.min_quantity,
            max_quantity=lots.max_quantity,
            min_notional=lots.min_notional,
            contract_size=Decimal(1),
        )

    return make


def _instrument(
    row: ListingRow,
    name: InstrumentName,
    product: str,
    *,
    lot_size: str,
    min_quantity: str,
    max_quantity: str,
    min_notional: str,
    contract_size: Decimal | None = None,
) -> Instrument:
    step = read_decimal(lot_size or "0")
    largest = read_optional(max_quantity)
    max_price = read_optional(row.prices.max_price)
    level = None if largest is None else largest * _LEVEL_ORDERS_MAX
    return Instrument(
        name=name,
        product=product,
        symbol=row.symbol,
        status=_STATUSES.get(row.status, InstrumentStatus.UNKNOWN),
        status_raw=row.status,
        tick_size=row.prices.tick_size,
        lot_size=step,
        price_scale=data_scale(row.prices.tick_size, max_price),
        quantity_scale=data_scale(step, level),
        min_price=read_optional(row.prices.min_price),
        max_price=max_price,
        min_quantity=read_optional(min_quantity),
        max_quantity=largest,
        min_notional=read_optional(min_notional),
        contract_size=contract_size,
        expiry_ts_ns=row.delivery_ms * MS if row.delivery_ms > 0 else None,
    )
