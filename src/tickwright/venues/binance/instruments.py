"""Exchange information → instruments with their rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.binance.symbols import inverse_name, linear_name, spot_name
from tickwright.venues.binance.wire_rest import Filter, ListingRow
from tickwright.venues.scales import data_scale


__all__ = ["coinm_instrument", "spot_instrument", "usdm_instrument"]

_STATUSES = {
    "TRADING": InstrumentStatus.TRADING,
    "CANCEL_ONLY": InstrumentStatus.CANCEL_ONLY,
    "HALT": InstrumentStatus.HALTED,
    "BREAK": InstrumentStatus.HALTED,
    "END_OF_DAY": InstrumentStatus.HALTED,
    "PRE_TRADING": InstrumentStatus.PENDING,
    "AUCTION_MATCH": InstrumentStatus.PENDING,
    "POST_TRADING": InstrumentStatus.HALTED,
    "PENDING_TRADING": InstrumentStatus.PENDING,
    "PRE_DELIVERING": InstrumentStatus.HALTED,
    "DELIVERING": InstrumentStatus.HALTED,
    "DELIVERED": InstrumentStatus.CLOSED,
    "PRE_SETTLE": InstrumentStatus.HALTED,
    "SETTLING": InstrumentStatus.HALTED,
    "CLOSE": InstrumentStatus.CLOSED,
}
"""The venue's words for a symbol's status (spot, USD-M, COIN-M; pages "Enum definitions")."""

_NEVER_MS = 4_133_404_800_000
"""2100-12-25, which the venue sends as the delivery date of contracts that have none."""

_LEVEL_ORDERS_MAX = 1_000
"""How many orders of the largest size one price level must be able to hold in 63 bits."""

Make = Callable[[ListingRow], Instrument]


def spot_instrument(row: ListingRow) -> Instrument:
    """Return the instrument of a spot listing row."""
    return _instrument(row, spot_name(row.base, row.quote), "binance.spot", None)


def usdm_instrument(row: ListingRow) -> Instrument:
    """Return the instrument of a USD-M listing row; one contract is one unit of the base asset."""
    name = linear_name(row.base, row.quote, row.margin or row.quote, row.symbol)
    return _instrument(row, name, "binance.usdm", Decimal(1))


def coinm_instrument(row: ListingRow) -> Instrument:
    """Return the instrument of a COIN-M listing row; one contract is 100 or 10 USD."""
    name = inverse_name(row.base, row.quote, row.margin or row.base, row.symbol)
    return _instrument(row, name, "binance.coinm", row.contract_size)


def _instrument(
    row: ListingRow, name: InstrumentName, product: str, contract_size: Decimal | None
) -> Instrument:
    status = row.status or row.contract_status
    prices = _filter(row.filters, "PRICE_FILTER")
    lots = _filter(row.filters, "LOT_SIZE")
    tick_size = prices.tick_size or Decimal(0)
    lot_size = lots.step_size or Decimal(0)
    max_price = prices.max_price or None
    max_quantity = lots.max_quantity or None
    low, high = _notional(row.filters)
    level = None if max_quantity is None else max_quantity * _LEVEL_ORDERS_MAX
    return Instrument(
        name=name,
        product=product,
        symbol=row.symbol,
        status=_STATUSES.get(status, InstrumentStatus.UNKNOWN),
        status_raw=status,
        tick_size=tick_size,
        lot_size=lot_size,
        price_scale=data_scale(tick_size, max_price),
        quantity_scale=data_scale(lot_size, level),
        min_price=prices.min_price or None,
        max_price=max_price,
        min_quantity=lots.min_quantity or None,
        max_quantity=max_quantity,
        min_notional=low,
        max_notional=high,
        contract_size=contract_size,
        expiry_ts_ns=row.delivery_ms * 1_000_000 if 0 < row.delivery_ms < _NEVER_MS else None,
    )


# Zero means «this part of the rule is off» in all filters of the venue, hence the ``or None`` above and below.
_NONE = Filter(type="")


def _filter(filters: Iterable[Filter], wanted: str) -> Filter:
    return next((one for one in filters if one.type == wanted), _NONE)


def _notional(filters: Iterable[Filter]) -> tuple[Decimal | None, Decimal | None]:
    """Return the bounds of price × quantity: spot has NOTIONAL or the older MIN_NOTIONAL, futures ``notional``."""
    both = _filter(filters, "NOTIONAL")
    least = _filter(filters, "MIN_NOTIONAL")
    return (
        both.min_notional or least.min_notional or least.notional or None,
        both.max_notional or None,
    )
