"""One instrument on one venue, its trading rules, and the set of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import Enum
from typing import TypeGuard

import msgspec
from msgspec.structs import force_setattr

from tickwright.errors import InvalidNumber, UnknownInstrument
from tickwright.model.ids import InstrumentKind, InstrumentName, parse_instrument_id
from tickwright.model.numbers import (
    Number,
    Rounding,
    fit_to_step,
    format_decimal,
    is_multiple,
    multiply,
    parse_decimal,
    scale_of,
)


__all__ = ["Instrument", "InstrumentStatus", "Instruments"]


class InstrumentStatus(Enum):
    """Whether orders are taken; a venue's word that is not in its documentation maps to UNKNOWN."""

    TRADING = "trading"
    PENDING = "pending"
    HALTED = "halted"
    CANCEL_ONLY = "cancel only"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument and its rules, exact.

    ``tick_size`` and ``lot_size`` of zero mean that the venue sets no step; a bound of ``None``
    that it sets no bound. ``price_scale`` and ``quantity_scale`` are the digits after the point
    that its market data needs at most.

    Raises:
        InvalidNumber: If a step or a scale is below zero, or a step not finite.
    """

    name: InstrumentName
    product: str
    """Venue and product, for example ``binance.usdm``."""
    symbol: str
    """The venue's own spelling, for example ``BTCUSDT``."""
    status: InstrumentStatus = InstrumentStatus.TRADING
    status_raw: str = ""
    """The venue's own word for the status."""
    tick_size: Decimal
    lot_size: Decimal
    price_scale: int
    quantity_scale: int
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    min_notional: Decimal | None = None
    max_notional: Decimal | None = None
    contract_size: Decimal | None = None
    """Quote value (inverse) or base amount (linear) of one contract; ``None`` for spot."""
    expiry_ts_ns: int | None = None
    is_inferred: bool = False
    """True where the rules are guesses from the symbol, as in a capture without exchange information."""
    id: str = ""
    """``venue:BASE/QUOTE[:SETTLE[-YYMMDD]]``: what ``name`` spells, whatever is given here."""

    def __post_init__(self) -> None:
        force_setattr(
            self, "id", self.name.id
        )  # every event of the instrument carries this one text
        for step, scale in (
            (self.tick_size, self.price_scale),
            (self.lot_size, self.quantity_scale),
        ):
            if not step.is_finite() or step < 0 or scale < 0:
                raise InvalidNumber(f"{self.id}: step {step} or scale {scale} makes no sense")

    @property
    def venue(self) -> str:
        """The venue's name."""
        return self.name.venue

    @property
    def kind(self) -> InstrumentKind:
        """Spot, linear or inverse; perpetual or future."""
        return self.name.kind

    @property
    def is_inverse(self) -> bool:
        """True where a contract is worth a fixed amount of quote and settles in base."""
        return self.name.settle not in (None, self.name.quote)

    def __repr__(self) -> str:
        return (
            f"Instrument({self.id!r}, symbol={self.symbol!r}, status={self.status.value},"
            f" tick={format_decimal(self.tick_size)}, lot={format_decimal(self.lot_size)})"
        )

    def price(
        self, value: Number, *, rounding: Rounding | None = None, name: str = "price"
    ) -> Decimal:
        """Return ``value`` as a price that the venue would take.

        Args:
            value: The price.
            rounding: In which direction it may be moved to the tick.
            name: What errors call it.

        Raises:
            InvalidNumber: If it is off the tick and no rounding was named, out of bounds, or not
                above zero.
        """
        if _is_allowed(value, self.tick_size, self.min_price, self.max_price):
            return value
        name = f"{name} of {self.id}"
        price = fit_to_step(
            parse_decimal(value, name=name), self.tick_size, name=name, rounding=rounding
        )
        return _within(_positive(price, name), self.min_price, self.max_price, name)

    def quantity(
        self, value: Number, *, rounding: Rounding | None = None, name: str = "quantity"
    ) -> Decimal:
        """Return ``value`` as a quantity that the venue would take.

        Args:
            value: The quantity.
            rounding: In which direction it may be moved to the lot.
            name: What errors call it.

        Raises:
            InvalidNumber: If it is off the lot and no rounding was named, out of bounds, or not
                above zero.
        """
        if _is_allowed(value, self.lot_size, self.min_quantity, self.max_quantity):
            return value
        name = f"{name} of {self.id}"
        quantity = fit_to_step(
            parse_decimal(value, name=name), self.lot_size, name=name, rounding=rounding
        )
        return _within(_positive(quantity, name), self.min_quantity, self.max_quantity, name)

    def check_notional(self, price: Decimal, quantity: Decimal) -> Decimal:
        """Return the order's worth in the quote asset if it is allowed: price × quantity × contract size.

        Where inverse, it is quantity × contract size at any price, for a contract is worth a fixed
        amount of quote.

        Raises:
            InvalidNumber: If it is below ``min_notional`` or above ``max_notional``.
        """
        unit = self.contract_size if self.contract_size is not None else Decimal(1)
        notional = multiply(quantity, unit) if self.is_inverse else multiply(price, quantity, unit)
        low, high = self.min_notional, self.max_notional
        if (low is None or low <= notional) and (high is None or notional <= high):
            return notional  # the way of nearly every order, which needs no name
        return _within(notional, low, high, f"notional of {self.id}")

    @classmethod
    def inferred(
        cls, name: InstrumentName, *, product: str, symbol: str, scale: int = 8
    ) -> Instrument:
        """Return an instrument whose rules are guesses: no bounds, and steps of the last of ``scale`` digits."""
        step = Decimal(1).scaleb(-scale)
        return cls(
            name=name, product=product, symbol=symbol, status=InstrumentStatus.UNKNOWN, tick_size=step,
            lot_size=step, price_scale=scale_of(step), quantity_scale=scale_of(step), is_inferred=True,
        )  # fmt: skip


def _is_allowed(
    value: Number, step: Decimal, low: Decimal | None, high: Decimal | None
) -> TypeGuard[Decimal]:
    """Tell whether a number needs no second look: nearly all that are checked before an order are in order."""
    return (
        isinstance(value, Decimal)
        and value.is_finite()
        and value > 0
        and (low is None or value >= low)
        and (high is None or value <= high)
        and is_multiple(value, step)
    )


def _positive(value: Decimal, name: str) -> Decimal:
    if value <= 0:
        raise InvalidNumber(f"{name}: {format_decimal(value)} is not above zero")
    return value


def _within(value: Decimal, low: Decimal | None, high: Decimal | None, name: str) -> Decimal:
    if low is not None and value < low:
        raise InvalidNumber(
            f"{name}: {format_decimal(value)} is below the minimum {format_decimal(low)}"
        )
    if high is not None and value > high:
        raise InvalidNumber(
            f"{name}: {format_decimal(value)} is above the maximum {format_decimal(high)}"
        )
    return value


class Instruments:
    """A set of instruments, found by id or by the venue's symbol.

    Example:
        >>> from tickwright.model.ids import parse_instrument_id
        >>> btc = Instrument.inferred(parse_instrument_id("binance:BTC/USDT"), product="binance.spot", symbol="BTCUSDT")
        >>> Instruments([btc]).by_symbol("binance.spot", "BTCUSDT") is btc
        True
    """

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        self._by_id: dict[str, Instrument] = {}
        self._by_symbol: dict[tuple[str, str], Instrument] = {}
        self.update(instruments)

    def update(self, instruments: Iterable[Instrument]) -> None:
        """Add instruments, replacing those of the same id."""
        for instrument in instruments:
            old = self._by_id.get(instrument.id)
            if old is not None:
                del self._by_symbol[old.product, old.symbol]
            self._by_id[instrument.id] = instrument
            self._by_symbol[instrument.product, instrument.symbol] = instrument

    def __getitem__(self, instrument_id: str) -> Instrument:
        """Return the instrument of that id.

        Raises:
            UnknownInstrument: With the nearest ids that exist.
        """
        found = self._by_id.get(instrument_id)
        if found is not None:
            return found
        near = self._near(parse_instrument_id(instrument_id))
        hint = (
            f"did you mean {', '.join(near)}?"
            if near
            else "`tickwright instruments` lists what there is"
        )
        venue = instrument_id.partition(":")[0]
        raise UnknownInstrument(f"{instrument_id!r} is not listed by {venue}; {hint}")

    def _near(self, wanted: InstrumentName) -> list[str]:
        """Return the ids that somebody may have meant: those of a base asset that is spelled much like the one wanted.

        A common quote asset makes any two ids look alike, and a wrong guess is an order of the wrong thing.
        """
        names = [each.name for each in self._by_id.values() if each.name.venue == wanted.venue]
        bases = difflib.get_close_matches(wanted.base, {name.base for name in names}, n=3)
        known = [name.id for name in names if name.base in bases]
        return difflib.get_close_matches(wanted.id, known, n=3)

    def get(self, instrument_id: str) -> Instrument | None:
        """Return the instrument of that id, ``None`` if there is none."""
        return self._by_id.get(instrument_id)

    def by_symbol(self, product: str, symbol: str) -> Instrument | None:
        """Return the instrument that ``product`` spells ``symbol``, or ``None``."""
        return self._by_symbol.get((product, symbol))

    def __contains__(self, instrument_id: object) -> bool:
        return instrument_id in self._by_id

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)
