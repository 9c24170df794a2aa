"""What a USD-M account is told of its wallets, positions and settings: ``ACCOUNT_UPDATE``, ``ACCOUNT_CONFIG_UPDATE``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.desk import to_ms
from tickwright.venues.binance.dialect.private.usdm_positions import PositionViews
from tickwright.venues.binance.dialect.private.usdm_views import money
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.reports import (
    AccountChange,
    AccountChanged,
    FundingPaid,
    MarginCalled,
    PositionView,
)


__all__ = ["UsdmAccountEvents"]

Json = dict[str, object]

_MARK_DIGITS = 8
_REASONS = {
    AccountChange.TRADES: "ORDER",
    AccountChange.MARGIN: "MARGIN_TRANSFER",
    AccountChange.INSURANCE: "INSURANCE_CLEAR",
}


class UsdmAccountEvents:
    """Writes the events of accounts.

    Args:
        context: Whose engine.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._views = PositionViews(context)

    def of(self, change: AccountChanged) -> Iterator[Json]:
        """Yield what a change is told as; fundings are told one by one, see `funding`."""
        reason = _REASONS.get(change.cause, "")
        if change.cause is AccountChange.TRANSFER:
            reason = "DEPOSIT" if change.change >= 0 else "WITHDRAW"
        if not reason:
            return
        account = change.account
        rows = [
            self._wallet(account, one.asset, one.free, change.change) for one in change.balances
        ]
        positions = [self._position(one) for one in change.positions]
        yield self._update(reason, rows, positions, change.ts_ns)

    def funding(self, paid: FundingPaid) -> Json:
        """Return the ``ACCOUNT_UPDATE`` of a funding; the position is in it only if it is isolated.

        Example:
            {"e":"ACCOUNT_UPDATE","E":1795017600010,"T":1795017600000,"a":{"m":"FUNDING_FEE","B":[{"a":"USDT",
             "wb":"9999.60999940","cw":"9999.60999940","bc":"-0.06500010"}],"P":[],"S":"BTCUSDT"}}
        """
        held = self._held(paid.account, paid.symbol)
        positions = [self._position(one) for one in held if one.is_isolated]
        rows = [self._wallet(paid.account, paid.asset, paid.balance, paid.amount)]
        return self._update("FUNDING_FEE", rows, positions, paid.ts_ns, paid.symbol)

    def margin_type(self, account: str, symbol: str) -> Json:
        """Return the ``ACCOUNT_UPDATE`` of another margin type."""
        positions = [self._position(one) for one in self._held(account, symbol)]
        return self._update("MARGIN_TYPE_CHANGE", [], positions, self._context.now_ns)

    def margin_call(self, call: MarginCalled) -> Json:
        """Return a ``MARGIN_CALL``; ``cw`` is there for positions that share a wallet.

        Example:
            {"e":"MARGIN_CALL","E":1795000000000,"cw":"3.16812045","p":[{"s":"BTCUSDT","ps":"BOTH","pa":"0.132",
             "mt":"CROSSED","iw":"0","mp":"64000.17127000","up":"-1.16607400","mm":"1.61444500"}]}
        """
        body: Json = {"e": "MARGIN_CALL", "E": self._context.told_ms}
        if not any(one.is_isolated for one in call.positions):
            body["cw"] = money(call.balance)
        rows = [
            {
                "s": one.symbol,
                "ps": "BOTH",
                "pa": self._views.quantity(one),
                "mt": "ISOLATED" if one.is_isolated else "CROSSED",
                "iw": money(one.isolated) if one.is_isolated else "0",
                "mp": self._mark(one),
                "up": money(one.unrealized),
                "mm": money(one.maintenance),
            }
            for one in call.positions
        ]
        return {**body, "p": rows}

    def leverage(self, symbol: str, leverage: int) -> Json:
        """Return the ``ACCOUNT_CONFIG_UPDATE`` of another leverage.

        Example:
            {"e":"ACCOUNT_CONFIG_UPDATE","E":1795000000011,"T":1795000000010,"ac":{"s":"BTCUSDT","l":25}}
        """
        return {**self._config(), "ac": {"s": symbol, "l": leverage}}

    def multi_assets(self, *, is_on: bool) -> Json:
        """Return the ``ACCOUNT_CONFIG_UPDATE`` of the multi-assets mode."""
        return {**self._config(), "ai": {"j": is_on}}

    # ------------------------------------------------------------------ parts

    def _config(self) -> Json:
        context = self._context
        return {
            "e": "ACCOUNT_CONFIG_UPDATE",
            "E": context.told_ms,
            "T": to_ms(context.now_ns),
        }

    def _update(
        self,
        reason: str,
        wallets: Sequence[Json],
        positions: Sequence[Json],
        ts_ns: int,
        symbol: str = "",
    ) -> Json:
        body: Json = {"m": reason, "B": wallets, "P": positions}
        if symbol:
            body["S"] = symbol
        return {
            "e": "ACCOUNT_UPDATE",
            "E": self._context.told_ms,
            "T": to_ms(ts_ns),
            "a": body,
        }

    def _wallet(self, account: str, asset: str, balance: int, change: int = 0) -> Json:
        """Return a wallet; ``bc`` is the change by anything but profits and commissions."""
        apart = sum(
            one.isolated
            for one in self._context.exchange.positions(account)
            if self._context.listing(one.symbol).name.settle == asset
        )
        return {
            "a": asset,
            "wb": money(balance),
            "cw": money(balance - apart),
            "bc": money(change) if change else "0",
        }

    def _mark(self, one: PositionView) -> str:
        scale = self._context.listing(one.symbol).price_scale
        return decimal_text(one.mark, scale, _MARK_DIGITS)

    def _held(self, account: str, symbol: str) -> list[PositionView]:
        found = self._context.exchange.positions(account)
        return [one for one in found if one.symbol == symbol]

    def _position(self, one: PositionView) -> Json:
        return {
            "s": one.symbol,
            "pa": self._views.quantity(one),
            "ep": self._views.entry_price(one),
            "bep": self._views.break_even_price(one),
            "cr": money(one.realized) if one.realized else "0",
            "up": money(one.unrealized),
            "mt": "isolated" if one.is_isolated else "cross",
            "iw": money(one.isolated) if one.isolated else "0",
            "ps": "BOTH",
        }
