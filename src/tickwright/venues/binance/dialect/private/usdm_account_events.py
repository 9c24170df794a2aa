"""What a USD-M account is told of its wallets, positions and settings: ``ACCOUNT_UPDATE``, ``ACCOUNT_CONFIG_UPDATE``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.desk import to_ms
from tickwright.venues.binance.dialect.private.usdm_positions import PositionViews
from tickwright.venues.binance.dialect.private.usdm_views import money
from tickwright.venues.reports import AccountChange, AccountChanged, FundingPaid, PositionView


__all__ = ["UsdmAccountEvents"]

Json = dict[str, object]


class UsdmAccountEvents:
    """Writes the events of accounts.

    Args:
        context: Whose engine.
        isolated: Accounts and contracts that are set to isolated margin.
    """

    def __init__(self, context: Context, isolated: Collection[tuple[str, str]]) -> None:
        self._context = context
        self._isolated = isolated
        self._views = PositionViews(context)

    def of(self, change: AccountChanged) -> Iterator[Json]:
        """Yield what a change is told as; fundings are told one by one, see `funding`."""
        if change.cause is AccountChange.TRADES:
            rows = [self._wallet(one.asset, one.free) for one in change.balances]
            positions = [self._position(change.account, one) for one in change.positions]
            yield self._update("ORDER", rows, positions, change.ts_ns)
        elif change.cause is AccountChange.TRANSFER:
            reason = "DEPOSIT" if change.change >= 0 else "WITHDRAW"
            rows = [self._wallet(one.asset, one.free, change.change) for one in change.balances]
            yield self._update(reason, rows, [], change.ts_ns)

    def funding(self, paid: FundingPaid) -> Json:
        """Return the ``ACCOUNT_UPDATE`` of a funding; the position is in it only if it is isolated.

        Example:
            {"e":"ACCOUNT_UPDATE","E":1795017600010,"T":1795017600000,"a":{"m":"FUNDING_FEE","B":[{"a":"USDT",
             "wb":"9999.60999940","cw":"9999.60999940","bc":"-0.06500010"}],"P":[],"S":"BTCUSDT"}}
        """
        positions = []
        if (paid.account, paid.symbol) in self._isolated:
            positions = [
                self._position(paid.account, one) for one in self._held(paid.account, paid.symbol)
            ]
        rows = [self._wallet(paid.asset, paid.balance, paid.amount)]
        return self._update("FUNDING_FEE", rows, positions, paid.ts_ns, paid.symbol)

    def margin_type(self, account: str, symbol: str) -> Json:
        """Return the ``ACCOUNT_UPDATE`` of another margin type."""
        positions = [self._position(account, one) for one in self._held(account, symbol)]
        return self._update("MARGIN_TYPE_CHANGE", [], positions, self._context.now_ns)

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

    @staticmethod
    def _wallet(asset: str, balance: int, change: int = 0) -> Json:
        """Return a wallet; ``bc`` is the change by anything but profits and commissions."""
        text = money(balance)
        return {"a": asset, "wb": text, "cw": text, "bc": money(change) if change else "0"}

    def _held(self, account: str, symbol: str) -> list[PositionView]:
        found = self._context.exchange.positions(account)
        return [one for one in found if one.symbol == symbol]

    def _position(self, account: str, one: PositionView) -> Json:
        is_isolated = (account, one.symbol) in self._isolated
        return {
            "s": one.symbol,
            "pa": self._views.quantity(one),
            "ep": self._views.entry_price(one),
            "bep": self._views.break_even_price(one),
            "cr": money(one.realized) if one.realized else "0",
            "up": money(one.unrealized),
            "mt": "isolated" if is_isolated else "cross",
            "iw": "0",
            "ps": "BOTH",
        }
