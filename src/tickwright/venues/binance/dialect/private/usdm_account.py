"""USD-M's account endpoints (section 12.5): wallets, positions, modes, fees, and listen keys (section 18.1)."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.venues.binance.dialect.private.context import Call, Context, Endpoint, Security
from tickwright.venues.binance.dialect.private.listenkeys import no_listen_key
from tickwright.venues.binance.dialect.private.refused import Refused, unsupported
from tickwright.venues.binance.dialect.private.selections import by_time
from tickwright.venues.binance.dialect.private.usdm_events import UsdmEvents
from tickwright.venues.binance.dialect.private.usdm_margin import UsdmMargin
from tickwright.venues.binance.dialect.private.usdm_positions import PositionViews
from tickwright.venues.binance.dialect.private.usdm_views import money
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import RATE_SCALE
from tickwright.venues.reports import PositionView


__all__ = ["UsdmAccount"]

Json = dict[str, object]
_WEEK_MS = 7 * 86_400_000


class UsdmAccount:
    """Answers for USD-M accounts.

    Args:
        context: What is worked on.
        events: Told of settings that change, and who holds which listen key.
    """

    def __init__(self, context: Context, events: UsdmEvents) -> None:
        self._context = context
        self._events = events
        self._positions = PositionViews(context)
        self._multi_asset: set[str] = set()
        self._fee_burn: set[str] = set()

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        views = self._positions
        reads: dict[str, tuple[Callable[[Call], object], int]] = {
            "v2/account": (lambda call: views.account(call.account, is_full=True), 5),
            "v3/account": (lambda call: views.account(call.account, is_full=False), 5),
            "v2/balance": (lambda call: views.balances(call.account), 5),
            "v3/balance": (lambda call: views.balances(call.account), 5),
            "v2/positionRisk": (lambda call: self._risk(call, is_full=True), 5),
            "v3/positionRisk": (lambda call: self._risk(call, is_full=False), 5),
            "v1/accountConfig": (self.config, 5),
            "v1/positionSide/dual": (lambda _: {"dualSidePosition": False}, 30),
            "v1/multiAssetsMargin": (self.multi_assets, 30),
            "v1/commissionRate": (self.commission, 20),
            "v1/income": (self.income, 30),
            "v1/feeBurn": (self.fee_burn, 30),
            "v1/adlQuantile": (self.adl, 5),
            "v1/apiTradingStatus": (lambda call: {"indicators": {}, "updateTime": call.now_ms}, 1),
        }
        writes: dict[str, Callable[[Call], object]] = {
            "v1/positionSide/dual": self.set_dual,
            "v1/multiAssetsMargin": self.set_multi_assets,
            "v1/feeBurn": self.set_fee_burn,
        }
        keys: dict[str, Callable[[Call], object]] = {
            "POST": self.start_listening,
            "PUT": self.go_on_listening,
            "DELETE": self.stop_listening,
        }
        return {
            **UsdmMargin(self._context, self._events).endpoints(),
            **{("GET", f"/fapi/{name}"): Endpoint(make=make, weight=weight)
               for name, (make, weight) in reads.items()},
            **{("POST", f"/fapi/{name}"): Endpoint(make=make, security=Security.TRADE)
               for name, make in writes.items()},
            **{(method, "/fapi/v1/listenKey"): Endpoint(make=make, security=Security.KEY)
               for method, make in keys.items()},
        }  # fmt: skip

    def _risk(self, call: Call, *, is_full: bool) -> list[Json]:
        symbol = call.params.text("symbol")
        if symbol:
            self._context.rules(symbol)
        return self._positions.risk(call.account, symbol, is_full=is_full)

    # ------------------------------------------------------------------ settings

    def config(self, call: Call) -> Json:
        """``accountConfig``."""
        return {
            "feeTier": 0,
            "canTrade": True,
            "canDeposit": True,
            "canWithdraw": True,
            "dualSidePosition": False,
            "updateTime": 0,
            "multiAssetsMargin": call.account in self._multi_asset,
            "tradeGroupId": -1,
        }

    def _held(self, call: Call) -> list[PositionView]:
        return self._context.exchange.positions(call.account)

    def set_dual(self, call: Call) -> Json:
        """``POST positionSide/dual``: accounts are one-way here, and stay so."""
        call.params.required("dualSidePosition")
        if not call.params.flag("dualSidePosition"):
            raise Refused(-4059, "No need to change position side.")
        if self._context.exchange.open_orders(call.account):
            raise Refused(-4067, "Position side cannot be changed if there exists open orders.")
        if any(one.quantity for one in self._held(call)):
            raise Refused(-4068, "Position side cannot be changed if there exists position.")
        raise unsupported()

    def multi_assets(self, call: Call) -> Json:
        """``GET multiAssetsMargin``."""
        return {"multiAssetsMargin": call.account in self._multi_asset}

    def set_multi_assets(self, call: Call) -> Json:
        """``POST multiAssetsMargin``; wallets stay apart whatever it says."""
        call.params.required("multiAssetsMargin")
        is_on = call.params.flag("multiAssetsMargin")
        if is_on == (call.account in self._multi_asset):
            raise Refused(-4171, "No need to change the multi-assets margin mode.")
        self._multi_asset.symmetric_difference_update({call.account})
        self._events.tell(call.account, self._events.account.multi_assets(is_on=is_on))
        return {"code": 200, "msg": "success"}

    # ------------------------------------------------------------------ fees, brackets, income

    def fee_burn(self, call: Call) -> Json:
        """``GET feeBurn``."""
        return {"feeBurn": call.account in self._fee_burn}

    def set_fee_burn(self, call: Call) -> Json:
        """``POST feeBurn``; fees are paid in the margin asset whatever it says."""
        call.params.required("feeBurn")
        change = self._fee_burn.add if call.params.flag("feeBurn") else self._fee_burn.discard
        change(call.account)
        return {"code": 200, "msg": "success"}

    def commission(self, call: Call) -> Json:
        """``commissionRate``."""
        rules = self._context.rules(call.params.required("symbol"))
        return {
            "symbol": rules.symbol,
            "makerCommissionRate": decimal_text(rules.maker_fee, RATE_SCALE, 6),
            "takerCommissionRate": decimal_text(rules.taker_fee, RATE_SCALE, 6),
            "rpiCommissionRate": decimal_text(0, RATE_SCALE, 6),
        }

    def income(self, call: Call) -> list[Json]:
        """``income``: fundings, commissions and realized profits."""
        params, limit = call.params, call.params.limit(100, 1000)
        symbol, kind = params.text("symbol"), params.text("incomeType")
        rows: list[tuple[int, Json]] = []
        for number, paid in enumerate(self._context.annals.fundings):
            if paid.account == call.account:
                row = _income(paid.symbol, "FUNDING_FEE", paid.amount, paid.asset, number)
                rows.append((paid.ts_ns, row))
        for fill in self._context.fills(call.account):
            for name, amount in (("COMMISSION", -fill.fee), ("REALIZED_PNL", fill.realized)):
                if amount:
                    row = _income(fill.symbol, name, amount, fill.fee_asset, fill.trade_id)
                    row["tradeId"] = str(fill.trade_id)
                    rows.append((fill.ts_ns, row))
        rows = [
            (ts_ns, row)
            for ts_ns, row in sorted(rows, key=lambda pair: pair[0])
            if symbol in ("", row["symbol"]) and kind in ("", row["incomeType"])
        ]
        chosen = by_time(params, rows, lambda pair: pair[0], limit, 30 * _WEEK_MS)
        return [{**row, "time": call.at(ts_ns)} for ts_ns, row in chosen]

    def adl(self, call: Call) -> object:
        """``adlQuantile``."""
        held = [one.symbol for one in self._held(call) if one.quantity]
        return [{"symbol": symbol, "adlQuantile": {"BOTH": 1}} for symbol in held]

    # ------------------------------------------------------------------ listen keys

    def start_listening(self, call: Call) -> Json:
        """``POST listenKey``."""
        return {"listenKey": self._events.keys.start(call.account, self._context.market.now_ms)}

    def go_on_listening(self, call: Call) -> Json:
        """``PUT listenKey``."""
        faults = self._context.faults
        if faults is not None and faults.take("keepalive_failures"):
            raise no_listen_key()
        return {"listenKey": self._events.keys.extend(call.account, self._context.market.now_ms)}

    def stop_listening(self, call: Call) -> Json:
        """``DELETE listenKey``."""
        self._events.keys.drop(call.account)
        return {}


def _income(symbol: str, kind: str, amount: int, asset: str, number: int) -> Json:
    return {
        "symbol": symbol,
        "incomeType": kind,
        "income": money(amount),
        "asset": asset,
        "info": kind,
        "tranId": number,
        "tradeId": "",
    }
