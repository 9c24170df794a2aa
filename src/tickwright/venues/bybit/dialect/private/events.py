"""What the private socket tells of what happened at the engine (section 5): orders, fills, positions, wallets.

Inside the sandbox a private topic is a stream of the account's own: ``user/ACCOUNT/order.linear``. Nobody can subscribe
to it by that name. The topics ``order`` and ``order.linear`` tell the same, each under its own name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from tickwright.venues.bybit.dialect.private.context import Context
from tickwright.venues.bybit.dialect.private.funding import funding_row
from tickwright.venues.bybit.dialect.private.views import Row
from tickwright.venues.dialects import Frame
from tickwright.venues.reports import AccountChanged, Event, Fill, FundingPaid, OrderReport


__all__ = ["CATEGORISED", "PRIVATE_TOPICS", "UserFrames", "user_stream"]

CATEGORISED = ("order", "execution", "execution.fast", "position")
"""Topics that have forms for one category."""
PRIVATE_TOPICS = frozenset(
    {
        *CATEGORISED,
        *(
            f"{topic}.{name}"
            for topic in CATEGORISED
            for name in ("spot", "linear", "inverse", "option")
        ),
        "wallet",
        "greeks",
        "dcp.future",
        "dcp.spot",
        "dcp.option",
    }
) - {"position.spot"}
_USER_ID = 100_001


def user_stream(account: str, topic: str) -> str:
    """Return the name of the stream that an account's topic is inside the sandbox.

    Example:
        >>> user_stream("sandbox", "order.linear")
        'user/sandbox/order.linear'
    """
    return f"user/{account}/{topic}"


class UserFrames:
    """Makes frames of what happened.

    Args:
        context: Where orders and accounts are looked up.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.frames: list[Frame] = []

    def take(self, events: Sequence[Event]) -> None:
        """Tell each account once of every order that a command touched, as it stands after it."""
        by_account: dict[str, list[OrderReport]] = {}
        for event in events:
            if isinstance(event, OrderReport):
                by_account.setdefault(event.order.account, []).append(event)
        for event in events:
            if isinstance(event, FundingPaid):
                self._tell_funding(event)
        changed = {event.account: event for event in events if isinstance(event, AccountChanged)}
        for account in dict.fromkeys([*by_account, *changed]):
            reports = by_account.get(account, [])
            for symbol in dict.fromkeys(report.order.symbol for report in reports):
                mine = [report for report in reports if report.order.symbol == symbol]
                self._tell_orders(account, symbol, mine)
            told = changed.get(account)
            coins = [] if told is None else [one.asset for one in told.balances]
            coins += self._settled(reports)
            if coins:
                self._tell_wallet(account, dict.fromkeys(coins))

    def _settled(self, reports: Sequence[OrderReport]) -> list[str]:
        """Return the coins whose margins the orders of contracts changed."""
        found = [self._context.rules(report.order.symbol).listing.name.settle for report in reports]
        return [coin for coin in found if coin is not None]

    def _tell_orders(self, account: str, symbol: str, reports: Sequence[OrderReport]) -> None:
        context = self._context
        listing, writer = context.rules(symbol).listing, context.writer(symbol)
        sequence = context.holdings.sequence(symbol)
        last = {report.order.id: report.order for report in reports}
        fills = [report.fill for report in reports if isinstance(report.fill, Fill)]
        views = {report.fill: report.order for report in reports if report.fill is not None}
        mark = context.exchange.market_now(symbol).mark_price
        orders = [
            writer.order(order, context.annals.note(order.id), is_streamed=True)
            for order in last.values()
        ]
        name = f"{_USER_ID}_{listing.symbol}_{sequence}"
        category = listing.category
        fast = [writer.fast_execution(fill, views[fill], sequence) for fill in fills]
        self._tell(account, "execution.fast", category, None, fast)
        self._tell(account, "order", category, name, orders)
        rows = [
            writer.execution(fill, views[fill], sequence, mark, is_streamed=True) for fill in fills
        ]
        self._tell(account, "execution", category, name, rows)
        if writer.category.is_contract:
            row = context.holdings.position_row(account, listing, is_streamed=True)
            self._tell(account, "position", category, self._name("position"), [row])

    def _tell_funding(self, paid: FundingPaid) -> None:
        context = self._context
        listing, sequence = (
            context.rules(paid.symbol).listing,
            context.holdings.sequence(paid.symbol),
        )
        held = context.holdings.position(paid.account, listing)
        if held is not None:
            funding = context.annals.fund(paid, held)
            row = funding_row(listing, funding, sequence, is_streamed=True)
            name = f"{_USER_ID}_{listing.symbol}_{sequence}"
            self._tell(paid.account, "execution", listing.category, name, [row])

    def _tell_wallet(self, account: str, coins: Iterable[str]) -> None:
        row = self._context.holdings.wallet(account, coins)
        self._tell(account, "wallet", "", self._name("wallet"), [row])

    def _name(self, kind: str) -> str:
        return f"{_USER_ID}_{kind}_{self._context.market.now_ms}"

    def _tell(
        self, account: str, topic: str, category: str, name: str | None, rows: list[Row]
    ) -> None:
        if not rows:
            return
        for one in (topic, f"{topic}.{category}") if category else (topic,):
            body: Row = {} if name is None else {"id": name}
            body |= {"topic": one, "creationTime": self._context.market.now_ms, "data": rows}
            text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
            self.frames.append((user_stream(account, one), text))
