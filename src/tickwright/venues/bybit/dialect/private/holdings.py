"""Wallets and positions as the venue writes them (sections 5.4, 5.5): one account for spot and contracts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tickwright.venues.bybit.dialect.categories import CATEGORIES
from tickwright.venues.bybit.dialect.listings import RISK_LIMIT
from tickwright.venues.bybit.dialect.private.views import Row
from tickwright.venues.bybit.dialect.spelling import Spelling, amount_text
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import AMOUNT_SCALE, Listing
from tickwright.venues.privateside import PrivateMarket
from tickwright.venues.reports import BalanceView, PositionView


__all__ = ["Holdings"]

_DOLLARS = frozenset({"USDT", "USDC", "USD"})
_NS_PER_MS = 1_000_000
_ONE: int = 10**AMOUNT_SCALE
_RATE_DIGITS = 4


class Holdings:
    """Writes what accounts hold.

    Args:
        exchange: Where they hold it.
        market: What it is worth.
    """

    def __init__(self, exchange: ExchangeView, market: PrivateMarket) -> None:
        self._exchange = exchange
        self._market = market

    # ------------------------------------------------------------------ positions

    def position(self, account: str, listing: Listing) -> PositionView | None:
        """Return what an account has of a contract, ``None`` if it never dealt with it."""
        found = self._exchange.positions(account)
        return next((one for one in found if one.symbol == listing.key), None)

    def position_row(self, account: str, listing: Listing, *, is_streamed: bool) -> Row:
        """Return a position, flat ones too, as the private socket (``is_streamed``) or REST shows it."""
        at, held = Spelling(listing), self.position(account, listing)
        size = 0 if held is None else held.quantity
        instrument = self._market.find(listing.key)
        mark = 0 if instrument is None else instrument.mark(self._market.now_ms).mark
        leverage = self._exchange.leverage(account, listing.key) if held is not None else 10
        entry = _entry(listing, held)
        margin = 0 if held is None else held.margin
        maintenance = 0 if held is None else held.maintenance
        liquidated = 0 if held is None else held.liquidation_price
        entry_name = "entryPrice" if is_streamed else "avgPrice"
        updated_ms = 0 if held is None else held.updated_ns // _NS_PER_MS
        row: Row = {
            "positionIdx": 0,
            "tradeMode": 0,
            "riskId": 1,
            "riskLimitValue": str(RISK_LIMIT),
            "symbol": listing.symbol,
            "side": "" if not size else "Buy" if size > 0 else "Sell",
            "size": at.quantity(abs(size)),
            entry_name: entry,
            "leverage": str(leverage),
            "breakEvenPrice": entry,
            "positionValue": "" if not size else amount_text(0 if held is None else held.cost),
            "positionBalance": "0",
            "markPrice": at.mark(mark),
            "positionIM": amount_text(margin),
            "positionIMByMp": amount_text(margin),
            "positionMM": amount_text(maintenance),
            "positionMMByMp": amount_text(maintenance),
            "takeProfit": "",
            "stopLoss": "",
            "trailingStop": "0",
            "unrealisedPnl": amount_text(0 if held is None else held.unrealized),
            "curRealisedPnl": amount_text(0 if held is None else held.realized),
            "cumRealisedPnl": amount_text(0 if held is None else held.realized),
            "sessionAvgPrice": "",
            "createdTime": str(updated_ms),
            "updatedTime": str(updated_ms),
            "openTime": updated_ms,
            "tpslMode": "Full",
            "liqPrice": at.price(liquidated) if size and liquidated else "",
            "bustPrice": "",
            "positionStatus": "Normal",
            "adlRankIndicator": 2 if size else 0,
            "autoAddMargin": 0,
            "leverageSysUpdatedTime": "",
            "mmrSysUpdatedTime": "",
            "seq": self.sequence(listing.key) if held is not None else -1,
            "isReduceOnly": False,
            "netDeltaRatio": "",
        }
        return {**row, "category": listing.category} if is_streamed else row

    def sequence(self, symbol: str) -> int:
        """Return the cross sequence of an instrument, which its public topics tell too."""
        found = self._market.find(symbol)
        return 0 if found is None else found.update_id + found.last_trade_id

    # ------------------------------------------------------------------ wallet

    def wallet(self, account: str, coins: Iterable[str] | None = None) -> Row:
        """Return an account's wallet: all coins that it holds, or those of some names."""
        balances = self._exchange.balances(account)
        positions = self._exchange.positions(account)
        rows = {one.asset: self._coin(one, positions) for one in balances}
        named = None if coins is None else list(coins)
        shown = [
            row
            for coin, row in rows.items()
            if (coin in named if named is not None else row["walletBalance"] != "0")
        ]
        absent = [coin for coin in named or () if coin not in rows]
        shown += [self._coin(BalanceView(coin, 0, 0), positions) for coin in absent]
        return {**self._totals(balances, positions), "coin": shown, "accountLTV": "0"}

    def _totals(
        self, balances: Sequence[BalanceView], positions: Sequence[PositionView]
    ) -> dict[str, object]:
        held = sum(self._dollars(one.asset, one.free + one.locked) for one in balances)
        profit = sum(one.unrealized for one in positions)
        margin = sum(one.margin + one.order_margin for one in positions)
        maintenance = sum(one.maintenance for one in positions)
        locked = sum(self._dollars(one.asset, one.locked) for one in balances)
        equity = held + profit
        rates = [
            amount_text(part * _ONE // equity if equity else 0, _RATE_DIGITS)
            for part in (margin, maintenance)
        ]
        return {
            "accountType": "UNIFIED",
            "accountIMRate": rates[0],
            "accountIMRateByMp": rates[0],
            "accountMMRate": rates[1],
            "accountMMRateByMp": rates[1],
            "totalEquity": amount_text(equity),
            "totalWalletBalance": amount_text(held),
            "totalMarginBalance": amount_text(equity),
            "totalAvailableBalance": amount_text(equity - margin - locked),
            "totalPerpUPL": amount_text(profit),
            "totalInitialMargin": amount_text(margin),
            "totalInitialMarginByMp": amount_text(margin),
            "totalMaintenanceMargin": amount_text(maintenance),
            "totalMaintenanceMarginByMp": amount_text(maintenance),
        }

    def _coin(self, balance: BalanceView, positions: Sequence[PositionView]) -> Row:
        mine = [one for one in positions if self._settles_in(one, balance.asset)]
        wallet = balance.free + balance.locked
        profit = sum(one.unrealized for one in mine)
        maintenance = sum(one.maintenance for one in mine)
        return {
            "coin": balance.asset,
            "equity": amount_text(wallet + profit),
            "usdValue": amount_text(self._dollars(balance.asset, wallet + profit)),
            "walletBalance": amount_text(wallet),
            "availableToWithdraw": "",
            "availableToBorrow": "",
            "borrowAmount": "0",
            "accruedInterest": "0",
            "totalOrderIM": amount_text(sum(one.order_margin for one in mine)),
            "totalPositionIM": amount_text(sum(one.margin for one in mine)),
            "totalPositionMM": amount_text(maintenance),
            "unrealisedPnl": amount_text(profit),
            "cumRealisedPnl": amount_text(sum(one.realized for one in mine)),
            "bonus": "0",
            "collateralSwitch": True,
            "marginCollateral": True,
            "locked": amount_text(balance.locked),
            "spotHedgingQty": "0",
            "colRes": "0",
            "spotBorrow": "0",
        }

    def _settles_in(self, position: PositionView, asset: str) -> bool:
        rules = self._exchange.rules(position.symbol)
        return rules is not None and rules.listing.name.settle == asset

    def _dollars(self, asset: str, amount: int) -> int:
        """Return what an amount is worth; what nobody trades for dollars here is worth nothing."""
        if asset in _DOLLARS:
            return amount
        for category in CATEGORIES.values():
            found = self._market.find(f"{category.name}/{asset}USDT")
            if found is not None:
                scale: int = 10**found.listing.price_scale
                return amount * found.last_price // scale
        return 0


def _entry(listing: Listing, held: PositionView | None) -> str:
    if held is None or not held.quantity:
        return "0"
    scale: int = 10**listing.quantity_scale
    return amount_text(held.cost * scale // abs(held.quantity))
