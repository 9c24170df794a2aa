"""USD-M's margin endpoints (section 12.5): leverage and its brackets, margin types, and margin of isolated positions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from tickwright.venues.binance.dialect.private.context import (
    Call,
    Context,
    Endpoint,
    Security,
    refusal_in,
)
from tickwright.venues.binance.dialect.private.orders import raw_number
from tickwright.venues.binance.dialect.private.refusals import usdm_refused
from tickwright.venues.binance.dialect.private.refused import Refused, bad_value, mandatory
from tickwright.venues.binance.dialect.private.rules import MAX_LEVERAGE
from tickwright.venues.binance.dialect.private.selections import by_time
from tickwright.venues.binance.dialect.private.usdm_events import UsdmEvents
from tickwright.venues.binance.dialect.private.usdm_positions import largest_notional
from tickwright.venues.binance.dialect.private.usdm_trading import refuse
from tickwright.venues.binance.dialect.private.usdm_views import money
from tickwright.venues.commands import AdjustMargin, SetLeverage, SetMarginMode
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE
from tickwright.venues.marketrules import MarginBracket
from tickwright.venues.reports import Refusal, Rule


__all__ = ["UsdmMargin"]

Json = dict[str, object]
_MONTH_MS = 30 * 86_400_000
_KEPT = 10_000
_TYPES = ("CROSSED", "ISOLATED")
# Section 14.4 names the codes' range; the texts are the venue's own.
_NOT_ISOLATED = (-4049, "Add margin only support for isolated position.")
_LACKS = {
    True: (-4050, "Cross balance insufficient."),
    False: (-4051, "Isolated balance insufficient."),
}
"""By whether margin was to be added."""


class _Adjusted(msgspec.Struct, frozen=True):
    """Margin that an account added to a position, or took from it."""

    account: str
    symbol: str
    asset: str
    amount: int
    is_added: bool
    ts_ns: int


class UsdmMargin:
    """Answers what concerns the margin of accounts.

    Args:
        context: What is worked on.
        events: Told of settings that change.
    """

    def __init__(self, context: Context, events: UsdmEvents) -> None:
        self._context = context
        self._events = events
        self._adjusted: deque[_Adjusted] = deque(maxlen=_KEPT)

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        reads: dict[str, tuple[Callable[[Call], object], int]] = {
            "symbolConfig": (self.symbol_config, 5),
            "leverageBracket": (self.brackets, 1),
            "positionMargin/history": (self.adjusted, 1),
        }
        writes: dict[str, Callable[[Call], object]] = {
            "leverage": self.set_leverage,
            "marginType": self.set_margin_type,
            "positionMargin": self.adjust,
        }
        return {
            **{("GET", f"/fapi/v1/{name}"): Endpoint(make=make, weight=weight)
               for name, (make, weight) in reads.items()},
            **{("POST", f"/fapi/v1/{name}"): Endpoint(make=make, security=Security.TRADE)
               for name, make in writes.items()},
        }  # fmt: skip

    def _symbols(self, call: Call) -> list[str]:
        symbol = call.params.text("symbol")
        if symbol:
            return [self._context.rules(symbol).symbol]
        return [one.listing.symbol for one in self._context.market.instruments]

    # ------------------------------------------------------------------ leverage

    def symbol_config(self, call: Call) -> list[Json]:
        """``symbolConfig``."""
        rows = []
        for symbol in self._symbols(call):
            leverage = self._leverage(call, symbol)
            is_isolated = self._context.exchange.is_isolated(call.account, symbol)
            rows.append(
                {
                    "symbol": symbol,
                    "marginType": _TYPES[is_isolated],
                    "isAutoAddMargin": False,
                    "leverage": leverage,
                    "maxNotionalValue": largest_notional(self._context.rules(symbol), leverage),
                }
            )
        return rows

    def _leverage(self, call: Call, symbol: str) -> int:
        exchange = self._context.exchange
        if any(one.symbol == symbol for one in exchange.positions(call.account)):
            return exchange.leverage(call.account, symbol)
        return self._context.rules(symbol).default_leverage

    def set_leverage(self, call: Call) -> Json:
        """``POST leverage``."""
        listing = self._context.named(call.params)
        text = call.params.required("leverage")
        leverage = call.params.whole("leverage") or 0
        if not 1 <= leverage <= MAX_LEVERAGE:
            raise Refused(-4028, f"Leverage {text} is not valid")
        command = SetLeverage(account=call.account, symbol=listing.symbol, leverage=leverage)
        refuse(self._context.submit(command))
        events = self._events
        events.tell(call.account, events.account.leverage(listing.symbol, leverage))
        return {
            "leverage": leverage,
            "maxNotionalValue": largest_notional(self._context.rules(listing.symbol), leverage),
            "symbol": listing.symbol,
        }

    def brackets(self, call: Call) -> object:
        """``leverageBracket``; its numbers are numbers, not texts."""
        rows: list[Json] = []
        for symbol in self._symbols(call):
            floor, brackets = 0, list[Json]()
            for number, bracket in enumerate(self._context.rules(symbol).brackets, 1):
                brackets.append(_bracket(number, bracket, floor))
                floor = _whole(bracket.cap)
            rows.append({"symbol": symbol, "notionalCoef": 1.0, "brackets": brackets})
        return rows[0] if call.params.text("symbol") else rows

    # ------------------------------------------------------------------ margin types

    def set_margin_type(self, call: Call) -> Json:
        """``POST marginType``."""
        listing = self._context.named(call.params)
        kind = call.params.choice("marginType", _TYPES, bad_value("marginType"))
        key = (call.account, listing.symbol)
        if (kind == "ISOLATED") == self._context.exchange.is_isolated(*key):
            raise Refused(-4046, "No need to change margin type.")
        if self._context.exchange.open_orders(*key):
            raise Refused(-4047, "Margin type cannot be changed if there exists open orders.")
        held = self._context.exchange.positions(call.account)
        if any(one.quantity for one in held if one.symbol == listing.symbol):
            raise Refused(-4048, "Margin type cannot be changed if there exists position.")
        command = SetMarginMode(
            account=call.account, symbol=listing.symbol, is_isolated=kind == "ISOLATED"
        )
        refuse(self._context.submit(command))
        self._events.tell(call.account, self._events.account.margin_type(*key))
        return {"code": 200, "msg": "success"}

    def adjust(self, call: Call) -> Json:
        """``POST positionMargin``: 1 adds margin to an isolated position, 2 takes some away."""
        params, listing = call.params, self._context.named(call.params)
        value = params.number("amount")
        if value is None:
            raise mandatory("amount")
        fine = bad_value("amount")
        amount = raw_number(value, AMOUNT_SCALE, AMOUNT_SCALE, fine, fine)
        if amount <= 0:
            raise Refused(-4055, "Amount must be positive.")
        is_added = params.choice("type", ("1", "2"), bad_value("type")) == "1"
        command = AdjustMargin(
            account=call.account,
            symbol=listing.symbol,
            amount=amount if is_added else -amount,
        )
        refusal = refusal_in(self._context.submit(command))
        if refusal is not None:
            raise _adjust_refused(refusal, is_added=is_added)
        asset = listing.name.settle or listing.name.quote
        self._adjusted.append(
            _Adjusted(call.account, listing.symbol, asset, amount, is_added, self._context.now_ns)
        )
        return {
            "amount": float(value),
            "code": 200,
            "msg": "Successfully modify position margin.",
            "type": 1 if is_added else 2,
        }

    def adjusted(self, call: Call) -> list[Json]:
        """``positionMargin/history``."""
        params, listing = call.params, self._context.named(call.params)
        kind = params.text("type")
        rows = [
            one
            for one in self._adjusted
            if (one.account, one.symbol) == (call.account, listing.symbol)
            and kind in ("", "1" if one.is_added else "2")
        ]
        chosen = by_time(params, rows, lambda one: one.ts_ns, params.limit(500, 500), _MONTH_MS)
        return [
            {
                "symbol": one.symbol,
                "type": 1 if one.is_added else 2,
                "deltaType": "USER_ADJUST",
                "amount": money(one.amount),
                "asset": one.asset,
                "time": call.at(one.ts_ns),
                "positionSide": "BOTH",
            }
            for one in chosen
        ]


def _adjust_refused(refusal: Refusal, *, is_added: bool) -> Refused:
    if refusal.rule is Rule.MARGIN_MODE:
        return Refused(*_NOT_ISOLATED)
    return Refused(*_LACKS[is_added]) if refusal.rule is Rule.MARGIN else usdm_refused(refusal)


def _bracket(number: int, bracket: MarginBracket, floor: int) -> Json:
    return {
        "bracket": number,
        "initialLeverage": bracket.leverage,
        "notionalCap": _whole(bracket.cap),
        "notionalFloor": floor,
        "maintMarginRatio": bracket.rate / 10**RATE_SCALE,
        "cum": float(_whole(bracket.deduction)),
    }


def _whole(amount: int) -> int:
    whole: int = amount // 10**AMOUNT_SCALE
    return whole
