"""USD-M wallets and positions as the venue writes them (section 12.5)."""

from __future__ import annotations

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.usdm_views import money
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE, Listing
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import BalanceView, PositionView


__all__ = ["PositionViews", "isolated_margin", "isolated_wallet", "largest_notional"]

Json = dict[str, object]
_NS_PER_MS = 1_000_000


class PositionViews:
    """Writes the wallets and positions of accounts.

    Args:
        context: What is looked at.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    # ------------------------------------------------------------------ wallets

    def balances(self, account: str) -> list[Json]:
        """Return the rows of ``balance``."""
        rows = []
        for wallet in self._wallets(account):
            cross, profit = self.crossed(account, wallet.asset, wallet.free)
            free = money(max(0, self._context.exchange.available(account, wallet.asset)))
            rows.append(
                {
                    "accountAlias": "SgsR",
                    "asset": wallet.asset,
                    "balance": money(wallet.free),
                    "crossWalletBalance": money(cross),
                    "crossUnPnl": money(profit),
                    "availableBalance": free,
                    "maxWithdrawAmount": free,
                    "marginAvailable": True,
                    "updateTime": self._context.market.now_ms,
                }
            )
        return rows

    def _wallets(self, account: str) -> list[BalanceView]:
        settled = {one.listing.name.settle for one in self._context.market.instruments}
        found = self._context.exchange.balances(account)
        return [one for one in found if one.asset in settled or one.free]

    def _of(self, account: str, asset: str) -> list[PositionView]:
        return [
            one
            for one in self._context.exchange.positions(account)
            if self._context.listing(one.symbol).name.settle == asset
        ]

    def crossed(self, account: str, asset: str, balance: int) -> tuple[int, int]:
        """Return what of a wallet is not set apart for isolated positions, and the open profit of the others."""
        positions = self._of(account, asset)
        apart = sum(one.isolated for one in positions)
        return balance - apart, sum(one.unrealized for one in positions if not one.is_isolated)

    def account(self, account: str, *, is_full: bool) -> Json:
        """Return the body of ``account``.

        Args:
            account: Whose.
            is_full: In the older form, which lists every contract and its settings.
        """
        assets = [self._asset(account, wallet) for wallet in self._wallets(account)]
        positions = self._context.exchange.positions(account)
        names = (
            ("totalInitialMargin", "initialMargin"),
            ("totalMaintMargin", "maintMargin"),
            ("totalWalletBalance", "walletBalance"),
            ("totalUnrealizedProfit", "unrealizedProfit"),
            ("totalMarginBalance", "marginBalance"),
            ("totalPositionInitialMargin", "positionInitialMargin"),
            ("totalOpenOrderInitialMargin", "openOrderInitialMargin"),
            ("totalCrossWalletBalance", "crossWalletBalance"),
            ("totalCrossUnPnl", "crossUnPnl"),
            ("availableBalance", "availableBalance"),
            ("maxWithdrawAmount", "availableBalance"),
        )
        body: Json = {}
        if is_full:
            body |= dict.fromkeys(("canTrade", "canDeposit", "canWithdraw"), True)
            body |= {"feeTier": 0, "multiAssetsMargin": False, "tradeGroupId": -1, "updateTime": 0}
        # Of the first asset, as a venue in single-asset mode counts what is in US dollars.
        first = assets[0] if assets else dict.fromkeys((name for _, name in names), 0)
        body |= {total: money(first[name]) for total, name in names}
        body["assets"] = [
            {
                "asset": wallet.asset,
                **{name: money(value) for name, value in row.items()},
                **({"marginAvailable": True} if is_full else {}),
                "updateTime": self._context.market.now_ms,
            }
            for wallet, row in zip(self._wallets(account), assets, strict=True)
        ]
        held = {one.symbol: one for one in positions if is_full or _is_shown(one)}
        symbols = list(held)
        if is_full:
            symbols = [one.listing.symbol for one in self._context.market.instruments]
        body["positions"] = [
            self._position(account, symbol, held.get(symbol), is_full=is_full) for symbol in symbols
        ]
        return body

    def _asset(self, account: str, wallet: BalanceView) -> dict[str, int]:
        positions = self._of(account, wallet.asset)
        profit = sum(one.unrealized for one in positions)
        margin = sum(one.margin for one in positions)
        order_margin = sum(one.order_margin for one in positions)
        free = max(0, self._context.exchange.available(account, wallet.asset))
        cross, cross_profit = self.crossed(account, wallet.asset, wallet.free)
        return {
            "walletBalance": wallet.free,
            "unrealizedProfit": profit,
            "marginBalance": wallet.free + profit,
            "maintMargin": sum(one.maintenance for one in positions),
            "initialMargin": margin + order_margin,
            "positionInitialMargin": margin,
            "openOrderInitialMargin": order_margin,
            "crossWalletBalance": cross,
            "crossUnPnl": cross_profit,
            "availableBalance": free,
            "maxWithdrawAmount": free,
        }

    # ------------------------------------------------------------------ positions

    @staticmethod
    def _notional(one: PositionView) -> int:
        return one.cost + one.unrealized if one.quantity > 0 else one.unrealized - one.cost

    def _position(
        self, account: str, symbol: str, one: PositionView | None, *, is_full: bool
    ) -> Json:
        listing = self._context.listing(symbol)
        quantity = 0 if one is None else one.quantity
        body: Json = {
            "symbol": symbol,
            "positionSide": "BOTH",
            "positionAmt": decimal_text(quantity, listing.quantity_scale),
            "unrealizedProfit": money(0 if one is None else one.unrealized),
            "isolatedMargin": isolated_margin(one),
            "notional": money(0 if one is None else self._notional(one)),
            "isolatedWallet": isolated_wallet(one),
            "initialMargin": money(0 if one is None else one.margin + one.order_margin),
            "maintMargin": money(0 if one is None else one.maintenance),
            "updateTime": 0 if one is None else one.updated_ns // _NS_PER_MS,
        }
        if is_full:
            body |= {
                "leverage": str(self._leverage(symbol, one)),
                "isolated": self._context.exchange.is_isolated(account, symbol),
                "entryPrice": "0.0" if one is None else self.entry_price(one),
                "breakEvenPrice": "0.0" if one is None else self.break_even_price(one),
                "maxNotional": self._largest(symbol, one),
                "positionInitialMargin": money(0 if one is None else one.margin),
                "openOrderInitialMargin": money(0 if one is None else one.order_margin),
                "bidNotional": money(0 if one is None else one.bid_notional),
                "askNotional": money(0 if one is None else one.ask_notional),
            }
        return body

    def _leverage(self, symbol: str, one: PositionView | None) -> int:
        return self._context.rules(symbol).default_leverage if one is None else one.leverage

    def _largest(self, symbol: str, one: PositionView | None) -> str:
        return largest_notional(self._context.rules(symbol), self._leverage(symbol, one))

    def risk(self, account: str, symbol: str, *, is_full: bool) -> list[Json]:
        """Return the rows of ``positionRisk``.

        Args:
            account: Whose.
            symbol: One contract; empty for all.
            is_full: In the older form, which lists every contract and its settings.
        """
        held = {one.symbol: one for one in self._context.exchange.positions(account)}
        symbols = [one.listing.symbol for one in self._context.market.instruments]
        rows = []
        for name in symbols:
            one = held.get(name)
            if symbol not in ("", name) or not (is_full or (one is not None and _is_shown(one))):
                continue
            is_isolated = self._context.exchange.is_isolated(account, name)
            rows.append(self._risk(name, one, is_full=is_full, is_isolated=is_isolated))
        return rows

    def _risk(
        self, symbol: str, one: PositionView | None, *, is_full: bool, is_isolated: bool
    ) -> Json:
        listing = self._context.listing(symbol)
        quantity = 0 if one is None else one.quantity
        mark = self._mark(symbol)
        body: Json = {
            "symbol": symbol,
            "positionSide": "BOTH",
            "positionAmt": decimal_text(quantity, listing.quantity_scale),
            "entryPrice": "0.0" if one is None else self.entry_price(one),
            "breakEvenPrice": "0.0" if one is None else self.break_even_price(one),
            "markPrice": decimal_text(mark, RATE_SCALE),
            "unRealizedProfit": money(0 if one is None else one.unrealized),
            "liquidationPrice": self._liquidation_price(one),
            "isolatedMargin": isolated_margin(one),
            "notional": money(0 if one is None else self._notional(one)),
            "marginAsset": listing.name.settle,
            "isolatedWallet": isolated_wallet(one),
            "updateTime": 0 if one is None else one.updated_ns // _NS_PER_MS,
        }
        if is_full:
            return body | {
                "leverage": str(self._leverage(symbol, one)),
                "maxNotionalValue": self._largest(symbol, one),
                "marginType": "isolated" if is_isolated else "cross",
                "isAutoAddMargin": "false",
            }
        margin, order_margin = (0, 0) if one is None else (one.margin, one.order_margin)
        return body | {
            "initialMargin": money(margin + order_margin),
            "maintMargin": money(0 if one is None else one.maintenance),
            "positionInitialMargin": money(margin),
            "openOrderInitialMargin": money(order_margin),
            "adl": 1,
            "bidNotional": money(0 if one is None else one.bid_notional),
            "askNotional": money(0 if one is None else one.ask_notional),
        }

    def _mark(self, symbol: str) -> int:
        instrument = self._context.market.find(symbol)
        return 0 if instrument is None else instrument.mark(self._context.market.now_ms).mark

    def _liquidation_price(self, one: PositionView | None) -> str:
        if one is None or not one.liquidation_price:
            return "0"
        return decimal_text(one.liquidation_price, self._context.listing(one.symbol).price_scale)

    def quantity(self, one: PositionView) -> str:
        """Return a position's contracts, below zero if it is short."""
        return decimal_text(one.quantity, self._context.listing(one.symbol).quantity_scale)

    def entry_price(self, one: PositionView) -> str:
        """Return what a contract cost on average."""
        return _per_contract(self._context.listing(one.symbol), one.cost, one.quantity)

    def break_even_price(self, one: PositionView) -> str:
        """Return the entry price with the fee of the way in."""
        fee = self._context.rules(one.symbol).taker_fee * (1 if one.quantity > 0 else -1)
        cost = one.cost + one.cost * fee // 10**RATE_SCALE
        return _per_contract(self._context.listing(one.symbol), cost, one.quantity)


def largest_notional(rules: MarketRules, leverage: int) -> str:
    """Return how large a position may be with a leverage."""
    caps = [one.cap for one in rules.brackets if one.leverage >= leverage]
    return str(caps[-1] // 10**AMOUNT_SCALE) if caps else "0"


def isolated_wallet(one: PositionView | None) -> str:
    """Return what is set apart for a position."""
    return money(one.isolated) if one is not None and one.is_isolated else "0"


def isolated_margin(one: PositionView | None) -> str:
    """Return the same with the position's open profit."""
    is_isolated = one is not None and one.is_isolated
    return money(one.isolated + one.unrealized) if one is not None and is_isolated else "0"


def _per_contract(listing: Listing, cost: int, quantity: int) -> str:
    if not quantity:
        return "0.0"
    raw = cost * 10**listing.quantity_scale // abs(quantity)
    text = money(raw, 8).rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _is_shown(one: PositionView) -> bool:
    return bool(one.quantity or one.order_margin or one.bid_notional or one.ask_notional)
