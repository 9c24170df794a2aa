"""Exposure: how much of each asset one is long or short, over all wallets and contracts.

What counts, asset by asset:

- what the wallets hold, free and locked; a wallet that several products share is counted once,
- of a linear contract its quantity in the base asset, below zero where short, and the profit that is not realised yet in the
  asset it settles in, which no wallet holds so far,
- of an inverse contract, which is worth a fixed amount of quote, what it was worth in the base asset when it was opened: for its
  profit is paid in base, the base asset is what one is long or short of, by that amount at any price.

What is not told is not guessed: a part whose amount nobody knows is there without one, and its asset is not complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from enum import Enum

import msgspec

from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument
from tickwright.model.numbers import multiply, total


__all__ = ["Exposure", "ExposurePart", "Source", "exposures"]

_DIGITS = Context(prec=28)
"""Of quotients, which may have no end."""


class Source(Enum):
    """Where an amount comes from."""

    BALANCE = "balance"
    """Held in a wallet."""
    POSITION = "position"
    """The quantity of a linear contract."""
    INVERSE = "inverse position"
    """What an inverse contract was worth in base when it was opened: rounded to 28 digits."""
    PROFIT = "unrealised profit"
    """Of an open position, in the asset that it settles in, as last told."""


class ExposurePart(msgspec.Struct, frozen=True, kw_only=True):
    """One amount of an asset."""

    source: Source
    where: str
    """The wallet (``binance.spot``; ``bybit``, where it is one for all products), or the contract's id."""
    amount: Decimal | None
    """``None`` where the venue has not told what it takes to know."""


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an asset one is long, or (below zero) short."""

    asset: str
    amount: Decimal
    """The sum of all parts that are known."""
    parts: tuple[ExposurePart, ...]
    """What makes the sum: wallets first, then contracts, each by name. None of them is nothing."""

    @property
    def is_complete(self) -> bool:
        """Whether every part is known."""
        return all(part.amount is not None for part in self.parts)


def exposures(
    balances: Iterable[Balance], positions: Iterable[tuple[Position, Instrument]]
) -> list[Exposure]:
    """Return the exposure to each asset, by name; assets of which there is nothing are left out.

    Args:
        balances: Of all wallets, each once.
        positions: Open ones, each with its contract.

    Example:
        >>> held = Balance(venue="binance.spot", asset="BTC", free=Decimal("0.5"))
        >>> short = Position(instrument="binance:BTC/USDT:USDT", quantity=Decimal("-0.2"))
        >>> [(each.asset, each.amount) for each in exposures([held], [(short, contract)])]
        [('BTC', Decimal('0.3')), ('USDT', Decimal('0'))]
    """
    by_asset: dict[str, list[ExposurePart]] = {}
    for balance in balances:
        part = ExposurePart(source=Source.BALANCE, where=balance.venue, amount=balance.total)
        by_asset.setdefault(balance.asset, []).append(part)
    for position, instrument in positions:
        for asset, part in _parts_of(position, instrument):
            by_asset.setdefault(asset, []).append(part)
    found = (_summed(asset, parts) for asset, parts in sorted(by_asset.items()))
    return [each for each in found if each.parts]


def _parts_of(position: Position, instrument: Instrument) -> Iterator[tuple[str, ExposurePart]]:
    """Yield what an open position adds: an amount of its base asset, and profit in the one that it settles in."""
    name = instrument.name
    if not position.quantity:
        return
    size = position.quantity
    if instrument.contract_size is not None:
        size = multiply(size, instrument.contract_size)
    amount = _worth(size, position.entry_price) if instrument.is_inverse else size
    source = Source.INVERSE if instrument.is_inverse else Source.POSITION
    yield name.base, ExposurePart(source=source, where=position.instrument, amount=amount)
    profit = ExposurePart(
        source=Source.PROFIT, where=position.instrument, amount=position.unrealized_pnl
    )
    yield name.settle or name.quote, profit


def _worth(quote_amount: Decimal, price: Decimal | None) -> Decimal | None:
    """Return an amount of quote in base, ``None`` where the price is not known."""
    return _DIGITS.divide(quote_amount, price) if price else None


def _summed(asset: str, parts: list[ExposurePart]) -> Exposure:
    some = [part for part in parts if part.amount != 0]
    kept = sorted(some, key=lambda part: (part.source is not Source.BALANCE, part.where))
    known = [part.amount for part in kept if part.amount is not None]
    return Exposure(asset=asset, amount=total(*known), parts=tuple(kept))
