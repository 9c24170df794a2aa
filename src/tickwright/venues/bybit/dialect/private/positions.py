"""Positions and their settings (section 9.2). Accounts are one-way here, with cross margin."""

from __future__ import annotations

from tickwright.venues.bybit.dialect.envelope import Refused, wrong
from tickwright.venues.bybit.dialect.private.context import (
    Call,
    Context,
    Endpoint,
    Result,
    refusal_in,
)
from tickwright.venues.bybit.dialect.private.queries import paged
from tickwright.venues.bybit.dialect.private.refusals import refusal_of
from tickwright.venues.commands import SetLeverage
from tickwright.venues.facts import Listing


__all__ = ["Positions"]

_ONE_WAY = "0"


class Positions:
    """Answers questions about positions and changes their settings.

    Args:
        context: What is worked on.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        one = "/v5/position"
        reads = {"list": self.list_, "closed-pnl": self.closed}
        writes = {
            "set-leverage": self.set_leverage,
            "switch-mode": self.switch_mode,
            "switch-isolated": self.switch_isolated,
            "trading-stop": self.set_stop,
        }
        return {
            ("GET", f"{one}/{name}"): Endpoint(make=make, name=f"position/{name}")
            for name, make in reads.items()
        } | {
            ("POST", f"{one}/{name}"): Endpoint(
                make=make, name=f"position/{name}", limit=10, is_trade=True
            )
            for name, make in writes.items()
        }

    def list_(self, call: Call) -> Result:
        """``position/list``: of one contract, flat or not, or all that are open."""
        form, category = call.form, call.form.contracts()
        holdings, rules = self._context.holdings, self._context.rules
        listings: list[Listing]
        if "symbol" in form:
            listings = [self._context.named(form).listing]
        elif "settleCoin" in form or "baseCoin" in form:
            held = self._context.exchange.positions(call.account)
            listings = [rules(one.symbol).listing for one in held if one.quantity]
            settle = form.text("settleCoin")
            listings = [one for one in listings if settle in ("", one.name.settle)]
        else:
            raise Refused(
                10001, "Missing some parameters that must be filled in, symbol or settleCoin"
            )
        rows, cursor = paged(listings, form, 20, 200)
        body = [holdings.position_row(call.account, one, is_streamed=False) for one in rows]
        return Result({"nextPageCursor": cursor, "category": category.name, "list": body})

    def closed(self, call: Call) -> Result:
        """``position/closed-pnl``: not kept here."""
        category = call.form.contracts()
        return Result({"nextPageCursor": "", "category": category.name, "list": []})

    def set_leverage(self, call: Call) -> Result:
        """``position/set-leverage``: the same for both sides, in whole steps."""
        form, category = call.form, call.form.contracts()
        listing = self._context.named(form).listing
        buy, sell = form.number("buyLeverage"), form.number("sellLeverage")
        if buy is None or buy != sell:
            raise Refused(10001, "buy leverage not equal sell leverage")
        if buy != int(buy):
            raise Refused(10001, "only whole leverages are simulated here")
        held = self._context.holdings.position(call.account, listing)
        before = (
            self._context.rules(listing.key).default_leverage if held is None else held.leverage
        )
        if before == int(buy):
            raise Refused(110043, "leverage not modified")
        command = SetLeverage(account=call.account, symbol=listing.key, leverage=int(buy))
        refusal = refusal_in(self._context.submit(command))
        if refusal is not None:
            raise refusal_of(category, refusal)
        return Result({})

    def switch_mode(self, call: Call) -> Result:
        """``position/switch-mode``: one-way it is, and stays."""
        call.form.contracts()
        mode = call.form.choice("mode", ("0", "3"))
        if mode == _ONE_WAY:
            raise Refused(110025, "Position mode is not modified")
        raise Refused(10001, "hedge mode is not simulated here")

    def switch_isolated(self, call: Call) -> Result:
        """``position/switch-isolated``: not for unified accounts."""
        raise Refused(100028, "The API cannot be accessed by unified account users.")

    def set_stop(self, call: Call) -> Result:
        """``position/trading-stop``: only what changes nothing."""
        call.form.contracts()
        for name in ("takeProfit", "stopLoss", "trailingStop"):
            if call.form.text(name, "0") != "0":
                raise wrong(f"{name} is not simulated here:")
        raise Refused(34040, "not modified")
