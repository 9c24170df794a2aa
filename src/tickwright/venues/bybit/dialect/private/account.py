"""Accounts (section 9.2), and the small endpoints that clients ask at their start."""

from __future__ import annotations

import json
from collections.abc import Callable

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.listings import instruments_result
from tickwright.venues.bybit.dialect.private.context import Call, Context, Endpoint, Result
from tickwright.venues.bybit.dialect.private.queries import paged
from tickwright.venues.bybit.dialect.private.views import Row
from tickwright.venues.bybit.dialect.spelling import amount_text, decimal_text, stripped
from tickwright.venues.facts import RATE_SCALE, InstrumentPrices


__all__ = ["Accounts"]

_UPDATED_MS = "1716278400000"
_CHAINS = {"BTC": "BTC", "ETH": "ETH", "USDT": "ETH", "USDC": "ETH"}


class Accounts:
    """Answers questions about accounts and changes their settings.

    Args:
        context: What is asked about.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        reads: dict[str, tuple[Callable[[Call], Result], int]] = {
            "account/wallet-balance": (self.wallet, 50),
            "account/info": (self.info, 50),
            "account/fee-rate": (self.fees, 5),
            "account/user-setting-config": (self.settings, 50),
            "account/smp-group": (lambda _: Result({"smpGroup": 0}), 5),
            "account/instruments-info": (self.instruments, 10),
            "account/collateral-info": (self.collateral, 50),
            "account/transaction-log": (_nothing, 25),
            "account/borrow-history": (_nothing, 50),
            "user/query-api": (self.key, 10),
            "asset/coin/query-info": (self.coins, 5),
            "asset/transfer/query-account-coins-balance": (self.coin_balances, 5),
            "asset/deposit/query-record": (_nothing, 50),
            "asset/withdraw/query-record": (_nothing, 50),
        }
        found = {
            ("GET", f"/v5/{path}"): Endpoint(make=make, name=path, limit=limit)
            for path, (make, limit) in reads.items()
        }
        writes: dict[str, Callable[[Call], Result]] = {
            "account/set-limit-px-action": self.set_limit_action,
            "account/set-margin-mode": self.set_margin_mode,
        }
        return found | {
            ("POST", f"/v5/{path}"): Endpoint(make=make, name=path, limit=5, is_trade=True)
            for path, make in writes.items()
        }

    # ------------------------------------------------------------------ what there is

    def wallet(self, call: Call) -> Result:
        """``account/wallet-balance``: coins of which there are none are left out unless they are named."""
        if call.form.required("accountType") != "UNIFIED":
            raise Refused(10001, "accountType only support UNIFIED.")
        named = [coin for coin in call.form.text("coin").split(",") if coin]
        return Result({"list": [self._context.holdings.wallet(call.account, named or None)]})

    def coin_balances(self, call: Call) -> Result:
        """``asset/transfer/query-account-coins-balance``."""
        named = [coin for coin in call.form.text("coin").split(",") if coin]
        rows = [
            {
                "coin": one.asset,
                "walletBalance": amount_text(one.free + one.locked),
                "transferBalance": amount_text(
                    min(one.free, self._context.exchange.available(call.account, one.asset))
                ),
                "bonus": "",
            }
            for one in self._context.exchange.balances(call.account)
            if not named or one.asset in named
        ]
        kind = call.form.required("accountType")
        return Result({"memberId": "100001", "accountType": kind, "balance": rows})

    def info(self, call: Call) -> Result:
        """``account/info``: a unified account of the second kind with cross margin."""
        return Result(
            {
                "unifiedMarginStatus": 6,
                "marginMode": "REGULAR_MARGIN",
                "isMasterTrader": False,
                "spotHedgingStatus": "OFF",
                "updatedTime": _UPDATED_MS,
                "dcpStatus": "OFF",
                "timeWindow": 10,
                "smpGroup": 0,
            }
        )

    def fees(self, call: Call) -> Result:
        """``account/fee-rate``, of one instrument or of all."""
        category, symbol = call.form.category(), call.form.text("symbol")
        listings = [one.listing for one in self._of(category)]
        if symbol:
            listings = [self._context.instrument(category, symbol).listing]
        rates = {
            "takerFeeRate": stripped(decimal_text(category.taker_fee, RATE_SCALE)),
            "makerFeeRate": stripped(decimal_text(category.maker_fee, RATE_SCALE)),
        }
        more = {} if category.is_contract else {"category": category.name, "baseCoin": ""}
        return Result({"list": [{"symbol": one.symbol, **rates, **more} for one in listings]})

    def _of(self, category: Category) -> list[InstrumentPrices]:
        found = self._context.market.instruments
        return [one for one in found if one.listing.category == category.name]

    def instruments(self, call: Call) -> Result:
        """``account/instruments-info``: the public list, with what the account may do."""
        category = call.form.category()
        listings = [one.listing for one in self._of(category)]
        symbol = call.form.text("symbol")
        listings = [one for one in listings if symbol in ("", one.symbol)]
        text = instruments_result(
            category, listings, call.form.limit(200, 200), call.form.text("cursor")
        )
        body = json.loads(text)
        for row in body["list"]:
            row |= {"isPublicRpi": False, "myRpiPermission": False}
        return Result(body)

    def settings(self, call: Call) -> Result:
        """``account/user-setting-config``; ``lpaPerp`` means the opposite of ``lpaSpot`` (section 8)."""
        moves = self._context.moves_prices
        return Result(
            {
                "lpaSpot": moves(call.account, SPOT),
                "lpaPerp": not moves(call.account, LINEAR),
                "deltaEnable": False,
                "smsef": "",
                "fmsef": "",
                "smpType": "None",
            }
        )

    def collateral(self, call: Call) -> Result:
        """``account/collateral-info``: nothing is borrowed here."""
        rows = [
            {
                "currency": one.asset,
                "hourlyBorrowRate": "0",
                "maxBorrowingAmount": "0",
                "freeBorrowingLimit": "0",
                "borrowAmount": "0",
                "availableToBorrow": "0",
                "borrowable": False,
                "freeBorrowAmount": "0",
                "borrowUsageRate": "0",
                "marginCollateral": True,
                "collateralSwitch": True,
                "collateralRatio": "1",
                "otherBorrowAmount": "0",
            }
            for one in self._context.exchange.balances(call.account)
        ]
        return Result({"list": rows})

    def key(self, call: Call) -> Result:
        """``user/query-api``: what the key is and may."""
        trades = ["Order", "Position"] if call.key.can_trade else []
        return Result(
            {
                "id": "1",
                "note": "sandbox",
                "apiKey": call.key.key,
                "readOnly": 0 if call.key.can_trade else 1,
                "secret": "",
                "permissions": {
                    "ContractTrade": trades,
                    "Spot": ["SpotTrade"] if call.key.can_trade else [],
                    "Wallet": ["AccountTransfer", *(["Withdraw"] if call.key.can_withdraw else [])],
                    "Options": [],
                    "Derivatives": ["DerivativesTrade"] if call.key.can_trade else [],
                    "CopyTrading": [],
                    "BlockTrade": [],
                    "Exchange": [],
                    "NFT": [],
                    "Affiliate": [],
                    "Earn": [],
                },
                "ips": ["*"],
                "type": 2 if call.key.public_key else 1,
                "deadlineDay": 89,
                "expiredAt": "2030-01-01T00:00:00Z",
                "createdAt": "2024-05-21T08:00:00Z",
                "unified": 0,
                "uta": 1,
                "userID": 100001,
                "inviterID": 0,
                "vipLevel": "No VIP",
                "mktMakerLevel": "0",
                "affiliateID": 0,
                "rsaPublicKey": call.key.public_key,
                "isMaster": True,
                "parentUid": "0",
                "kycLevel": "LEVEL_1",
                "kycRegion": "",
            }
        )

    def coins(self, call: Call) -> Result:
        """``asset/coin/query-info``: what the account can hold, on one chain each."""
        named = call.form.text("coin")
        rows: list[Row] = []
        for one in self._context.exchange.balances(call.account):
            if named not in ("", one.asset):
                continue
            chain = _CHAINS.get(one.asset, "ETH")
            rows.append(
                {
                    "name": one.asset,
                    "coin": one.asset,
                    "remainAmount": "10000000",
                    "chains": [
                        {
                            "chainType": chain,
                            "confirmation": "12",
                            "withdrawFee": "1",
                            "depositMin": "0",
                            "withdrawMin": "10",
                            "chain": chain,
                            "chainDeposit": "1",
                            "chainWithdraw": "1",
                            "minAccuracy": "8",
                            "withdrawPercentageFee": "0",
                            "contractAddress": "",
                            "safeConfirmNumber": "65",
                        }
                    ],
                }
            )
        return Result({"rows": rows})

    # ------------------------------------------------------------------ what can be set

    def set_limit_action(self, call: Call) -> Result:
        """``account/set-limit-px-action``: whether prices beyond the band are moved to it, or refused."""
        name = call.form.choice("category", ("spot", "linear", "inverse"))
        self._context.limit_actions[call.account, name] = call.form.flag("modifyEnable")
        return Result({})

    def set_margin_mode(self, call: Call) -> Result:
        """``account/set-margin-mode``: cross margin is all there is."""
        known = ("REGULAR_MARGIN", "ISOLATED_MARGIN", "PORTFOLIO_MARGIN")
        mode = call.form.choice("setMarginMode", known)
        if mode != "REGULAR_MARGIN":
            raise Refused(3400045, "only REGULAR_MARGIN is simulated here")
        return Result({"reasons": []})


def _nothing(call: Call) -> Result:
    nothing: list[Row] = []
    rows, cursor = paged(nothing, call.form, 20, 50)
    return Result({"list": list(rows), "rows": [], "nextPageCursor": cursor})
