"""The few ``/sapi`` endpoints that clients call when they start: what a key may do, fees, assets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tickwright.venues.binance.dialect.private.context import Call, Context, Endpoint
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE


__all__ = ["Wallet"]

Json = dict[str, object]
_OPENED_MS = 1_569_398_400_000
_ZERO = "0"
# What an account that never moved anything is told of its past, of margin, and of wallets beside spot.
_EMPTY: dict[tuple[str, str], object] = {
    ("GET", "/sapi/v1/margin/allPairs"): [],
    ("GET", "/sapi/v1/margin/isolated/allPairs"): [],
    ("GET", "/sapi/v1/capital/deposit/hisrec"): [],
    ("GET", "/sapi/v1/capital/withdraw/history"): [],
    ("GET", "/sapi/v1/asset/transfer"): {"total": 0, "rows": []},
    ("GET", "/sapi/v1/asset/assetDividend"): {"rows": [], "total": 0},
    ("GET", "/sapi/v1/asset/dribblet"): {"total": 0, "userAssetDribblets": []},
    ("GET", "/sapi/v1/accountSnapshot"): {"code": 200, "msg": "", "snapshotVos": []},
    ("POST", "/sapi/v1/asset/get-funding-asset"): [],
}


class Wallet:
    """Answers for the account as a whole.

    Args:
        context: Of spot, where these endpoints are.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        table: dict[tuple[str, str], Callable[[Call], object]] = {
            ("GET", "/sapi/v1/account/apiRestrictions"): self.restrictions,
            ("GET", "/sapi/v1/account/status"): lambda _: {"data": "Normal"},
            ("GET", "/sapi/v1/account/apiTradingStatus"): self.trading_status,
            ("GET", "/sapi/v1/account/info"): self.info,
            ("GET", "/sapi/v1/asset/tradeFee"): self.fees,
            ("GET", "/sapi/v1/capital/config/getall"): self.coins,
            ("GET", "/sapi/v1/asset/assetDetail"): lambda _: {},
            ("POST", "/sapi/v3/asset/getUserAsset"): self.assets,
        }
        table |= {route: partial(_nothing, body) for route, body in _EMPTY.items()}
        return {route: Endpoint(make=make) for route, make in table.items()}

    def restrictions(self, call: Call) -> Json:
        """``account/apiRestrictions``."""
        can_trade = call.key.can_trade
        return {
            "ipRestrict": False,
            "createTime": _OPENED_MS,
            "enableReading": True,
            "enableSpotAndMarginTrading": can_trade,
            "enableWithdrawals": call.key.can_withdraw,
            "enableInternalTransfer": False,
            "enableMargin": False,
            "enableFutures": can_trade,
            "permitsUniversalTransfer": False,
            "enableVanillaOptions": False,
            "enableFixApiTrade": False,
            "enableFixReadOnly": False,
            "enablePortfolioMarginTrading": False,
        }

    @staticmethod
    def trading_status(call: Call) -> Json:
        """``account/apiTradingStatus``."""
        return {
            "data": {
                "isLocked": False,
                "plannedRecoverTime": 0,
                "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300},
                "updateTime": call.now_ms,
            }
        }

    @staticmethod
    def info(call: Call) -> Json:
        """``account/info``."""
        return {
            "vipLevel": 0,
            "isMarginEnabled": False,
            "isFutureEnabled": True,
            "isOptionsEnabled": False,
            "isPortfolioMarginRetailEnabled": False,
        }

    def fees(self, call: Call) -> list[Json]:
        """``asset/tradeFee``: of one symbol, or of all."""
        symbol = call.params.text("symbol")
        symbols = (
            [symbol] if symbol else [one.listing.symbol for one in self._context.market.instruments]
        )
        found = [self._context.rules(name) for name in symbols]
        return [
            {
                "symbol": rules.symbol,
                "makerCommission": decimal_text(rules.maker_fee, RATE_SCALE).rstrip("0"),
                "takerCommission": decimal_text(rules.taker_fee, RATE_SCALE).rstrip("0"),
            }
            for rules in found
        ]

    def _held(self, call: Call) -> dict[str, tuple[int, int]]:
        held = {
            one.asset: (one.free, one.locked)
            for one in self._context.exchange.balances(call.account)
        }
        for instrument in self._context.market.instruments:
            for asset in (instrument.listing.name.base, instrument.listing.name.quote):
                held.setdefault(asset, (0, 0))
        return held

    def coins(self, call: Call) -> list[Json]:
        """``capital/config/getall``: every asset of the market."""
        flags = ("depositAllEnable", "withdrawAllEnable", "trading")
        return [
            {
                "coin": asset,
                "name": asset,
                **dict.fromkeys(flags, True),
                "free": _amount(free),
                "locked": _amount(locked),
                "freeze": _ZERO,
                "withdrawing": _ZERO,
                "ipoing": _ZERO,
                "ipoable": _ZERO,
                "storage": _ZERO,
                "isLegalMoney": False,
                "networkList": [],
            }
            for asset, (free, locked) in self._held(call).items()
        ]

    def assets(self, call: Call) -> list[Json]:
        """``asset/getUserAsset``: what there is something of."""
        only = call.params.text("asset")
        return [
            {
                "asset": asset,
                "free": _amount(free),
                "locked": _amount(locked),
                "freeze": _ZERO,
                "withdrawing": _ZERO,
                "ipoable": _ZERO,
                "btcValuation": _ZERO,
            }
            for asset, (free, locked) in self._held(call).items()
            if (free or locked) and only in ("", asset)
        ]


def _nothing(body: object, call: Call) -> object:
    return body


def _amount(raw: int) -> str:
    return decimal_text(raw, AMOUNT_SCALE, 8)
