"""USD-M wallets and positions as the venue writes them (section 12.5)."""

from __future__ import annotations

from collections.abc import Collection

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.rules import MAINTENANCE_PERCENT
from tickwright.venues.binance.dialect.private.usdm_views import money
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import RATE_SCALE, Listing
from tickwright.venues.reports import BalanceView, PositionView


__all__ = ["PositionViews"]

Json = dict[str, object]
_BPS = 10_000
_NS_PER_MS = 1_000_000
_MAX_NOTIONAL = "230000000"


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
            profit = sum(one.unrealized for one in self._of(account, wallet.asset))
            free = money(max(0, self._context.exchange.available(account, wallet.asset)))
            rows.append(
                {
                    "accountAlias": "SgsR",
                    "asset": wallet.asset,
                    "balance": money(wallet.free),
                    "crossWalletBalance": money(wallet.free),
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
            ("totalCrossWalletBalance", "walletBalance"),
            ("totalCrossUnPnl", "unrealizedProfit"),
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
        return {
            "walletBalance": wallet.free,
            "unrealizedProfit": profit,
            "marginBalance": wallet.free + profit,
            "maintMargin": sum(self._maintenance(one) for one in positions),
            "initialMargin": margin + order_margin,
            "positionInitialMargin": margin,
            "openOrderInitialMargin": order_margin,
            "crossWalletBalance": wallet.free,
            "crossUnPnl": profit,
            "availableBalance": free,
            "maxWithdrawAmount": free,
        }

    # ------------------------------------------------------------------ positions

    @staticmethod
    def _notional(one: PositionView) -> int:
        return one.cost + one.unrealized if one.quantity > 0 else one.unrealized - one.cost

    def _maintenance(self, one: PositionView) -> int:
        return abs(self._notional(one)) * MAINTENANCE_PERCENT // _BPS

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
            "isolatedMargin": "0",
            "notional": money(0 if one is None else self._notional(one)),
            "isolatedWallet": "0",
            "initialMargin": money(0 if one is None else one.margin + one.order_margin),
            "maintMargin": money(0 if one is None else self._maintenance(one)),
            "updateTime": 0 if one is None else one.updated_ns // _NS_PER_MS,
        }
        if is_full:
            body |= {
                "leverage": str(self._leverage(symbol, one)),
                "isolated": False,
                "entryPrice": "0.0" if one is None else self.entry_price(one),
                "breakEvenPrice": "0.0" if one is None else self.break_even_price(one),
                "maxNotional": _MAX_NOTIONAL,
                "positionInitialMargin": money(0 if one is None else one.margin),
                "openOrderInitialMargin": money(0 if one is None else one.order_margin),
                "bidNotional": money(0 if one is None else one.bid_notional),
                "askNotional": money(0 if one is None else one.ask_notional),
            }
        return body

    def _leverage(self, symbol: str, one: PositionView | None) -> int:
        return self._context.rules(symbol).default_leverage if one is None else one.leverage

    def risk(
        self, account: str, symbol: str, isolated: Collection[str], *, is_full: bool
    ) -> list[Json]:
        """Return the rows of ``positionRisk``.

        Args:
            account: Whose.
            symbol: One contract; empty for all.
            isolated: Contracts that are set to isolated margin.
            is_full: In the older form, which lists every contract and its settings.
        """
        held = {one.symbol: one for one in self._context.exchange.positions(account)}
        symbols = [one.listing.symbol for one in self._context.market.instruments]
        rows = []
        for name in symbols:
            one = held.get(name)
            if symbol not in ("", name) or not (is_full or (one is not None and _is_shown(one))):
                continue
            rows.append(self._risk(name, one, is_full=is_full, is_isolated=name in isolated))
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
            "liquidationPrice": "0",
            "isolatedMargin": "0",
            "notional": money(0 if one is None else self._notional(one)),
            "marginAsset": listing.name.settle,
            "isolatedWallet": "0",
            "updateTime": 0 if one is None else one.updated_ns // _NS_PER_MS,
        }
        if is_full:
            return body | {
                "leverage": str(self._leverage(symbol, one)),
                "maxNotionalValue": _MAX_NOTIONAL,
                "marginType": "isolated" if is_isolated else "cross",
                "isAutoAddMargin": "false",
            }
        margin, order_margin = (0, 0) if one is None else (one.margin, one.order_margin)
        return body | {
            "initialMargin": money(margin + order_margin),
            "maintMargin": money(0 if one is None else self._maintenance(one)),
            "positionInitialMargin": money(margin),
            "openOrderInitialMargin": money(order_margin),
            "adl": 1,
            "bidNotional": money(0 if one is None else one.bid_notional),
            "askNotional": money(0 if one is None else one.ask_notional),
        }

    def _mark(self, symbol: str) -> int:
        instrument = self._context.market.find(symbol)
        return 0 if instrument is None else instrument.mark(self._context.market.now_ms).mark

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


def _per_contract(listing: Listing, cost: int, quantity: int) -> str:
    if not quantity:
        return "0.0"
    raw = cost * 10**listing.quantity_scale // abs(quantity)
    text = money(raw, 8).rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _is_shown(one: PositionView) -> bool:
    return bool(one.quantity or one.order_margin or one.bid_notional or one.ask_notional)
