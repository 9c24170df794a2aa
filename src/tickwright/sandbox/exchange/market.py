"""One market: an instrument with its rules, its book, its prices and its running numbers."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.book import BookHalf
from tickwright.sandbox.exchange.triggers import TriggerBook
from tickwright.venues.commands import TriggerBy
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE
from tickwright.venues.marketrules import Band, MarketRules
from tickwright.venues.reports import BookChanged


__all__ = ["Market"]

_ONE = 10**RATE_SCALE


class Market:
    """An instrument as it trades.

    Args:
        rules: What it is, and what its orders are held to.

    Attributes:
        notional_unit: Amount of one price unit times one quantity unit.
        quantity_unit: Amount of one quantity unit.
        seats: Account name → what it has here.
    """

    __slots__ = (
        "asks", "base", "bids", "fee_unit", "funding_ns", "funding_rate", "is_margined", "is_trading",
        "last_price", "last_trade_id", "listing", "lot", "mark", "notional_unit", "quantity_unit", "quote",
        "reference", "rules", "seats", "settle", "symbol", "tick", "triggers", "update_id", "updated_ns",
    )  # fmt: skip

    def __init__(self, rules: MarketRules) -> None:
        listing = rules.listing
        self.rules = rules
        self.listing = listing
        self.symbol = rules.symbol
        self.base, self.quote = listing.name.base, listing.name.quote
        self.settle = listing.name.settle or listing.name.quote
        self.is_margined = rules.is_margined
        self.tick, self.lot = listing.tick, listing.lot
        self.notional_unit: int = 10 ** (
            AMOUNT_SCALE - listing.price_scale - listing.quantity_scale
        )
        self.quantity_unit: int = 10 ** (AMOUNT_SCALE - listing.quantity_scale)
        self.fee_unit: int = 10 ** (AMOUNT_SCALE - rules.fee_digits)
        self.is_trading = True
        self.bids = BookHalf(is_bid=True)
        self.asks = BookHalf(is_bid=False)
        self.seats: dict[str, Seat] = {}
        self.triggers = {by: TriggerBook() for by in TriggerBy}
        self.last_price = 0
        self.last_trade_id = 0
        self.update_id = 0
        self.updated_ns = 0
        self.mark = 0
        self.reference = 0
        self.funding_rate = 0
        self.funding_ns = 0

    @property
    def mark_price(self) -> int:
        """The mark price, or the last one while none was set."""
        return self.mark or self.last_price

    @property
    def reference_price(self) -> int:
        """The price that bands and market orders' notionals refer to; 0 if there is none yet."""
        if self.reference:
            return self.reference
        return self.mark_price if self.rules.is_mark_reference else self.last_price

    @property
    def is_watched(self) -> bool:
        """Whether dormant orders wait for prices."""
        return any(not book.is_empty for book in self.triggers.values())

    def price_for(self, by: TriggerBy) -> int:
        """Return the price that triggers of that kind look at."""
        return self.last_price if by is TriggerBy.LAST else self.mark_price

    def half(self, *, is_bid: bool) -> BookHalf:
        """Return one side of the book."""
        return self.bids if is_bid else self.asks

    def best_against(self, *, is_buy: bool) -> int:
        """Return the best price that an order would meet, 0 if there is none."""
        level = (self.asks if is_buy else self.bids).best
        return 0 if level is None else level.price

    def would_take(self, price: int, *, is_buy: bool) -> bool:
        """Tell whether a limit order of that price would trade at once."""
        best = self.best_against(is_buy=is_buy)
        return best != 0 and (price >= best if is_buy else price <= best)

    def reach(self, *, is_buy: bool) -> tuple[int, int]:
        """Return the lowest and the highest price at which a taker may match; 0 for no bound."""
        band = self.rules.buy_reach if is_buy else self.rules.sell_reach
        return self.bounds(band)

    def bounds(self, band: Band) -> tuple[int, int]:
        """Return the lowest and the highest whole price inside a band; 0 for no bound."""
        reference = self.reference_price
        return -(-reference * band.down // _ONE), reference * band.up // _ONE

    def changes(self, now_ns: int) -> BookChanged | None:
        """Return what changed in the book since the last call, as one delta; ``None`` if nothing did."""
        bids: Sequence[tuple[int, int]] = self.bids.take_changes()
        asks: Sequence[tuple[int, int]] = self.asks.take_changes()
        if not bids and not asks:
            return None
        first = self.update_id + 1
        self.update_id += len(bids) + len(asks)
        self.updated_ns = now_ns
        return BookChanged(self.symbol, first, self.update_id, list(bids), list(asks), now_ns)
