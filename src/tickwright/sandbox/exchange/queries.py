"""Questions to the engine; none of them changes anything."""

from __future__ import annotations

from tickwright.errors import UnknownInstrument
from tickwright.sandbox.exchange.account import Account
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.order import Order, OrderList
from tickwright.venues.exchangeview import MarketNow
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import (
    BalanceView,
    Fill,
    ListReport,
    ListStatus,
    OrderView,
    PositionView,
)


__all__ = ["Queries"]


class Queries:
    """The read side of the engine. An account that nobody opened has nothing."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    # ------------------------------------------------------------------ markets

    @property
    def symbols(self) -> list[str]:
        """What is traded, in listing order."""
        return list(self._floor.markets)

    def rules(self, symbol: str) -> MarketRules | None:
        """Return a market's rules, ``None`` if there is no such market."""
        market = self._floor.markets.get(symbol)
        return None if market is None else market.rules

    def market_now(self, symbol: str) -> MarketNow:
        """Return a market's prices and running numbers.

        Raises:
            UnknownInstrument: If there is no such market.
        """
        market = self._market(symbol)
        return MarketNow(
            symbol,
            market.is_trading,
            market.last_price,
            market.mark_price,
            market.reference_price,
            market.last_trade_id,
            market.update_id,
            market.updated_ns,
            market.funding_rate,
            market.funding_ns,
        )

    def bids(self, symbol: str, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first.

        Raises:
            UnknownInstrument: If there is no such market.
        """
        return self._market(symbol).bids.top(limit)

    def asks(self, symbol: str, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first.

        Raises:
            UnknownInstrument: If there is no such market.
        """
        return self._market(symbol).asks.top(limit)

    def _market(self, symbol: str) -> Market:
        market = self._floor.markets.get(symbol)
        if market is None:
            raise UnknownInstrument(f"the exchange lists no {symbol!r}")
        return market

    # ------------------------------------------------------------------ orders

    def order(
        self, account: str, symbol: str, *, order_id: int = 0, client_id: str = ""
    ) -> OrderView | None:
        """Return an order, open or closed; by client id the open one, else the one closed last.

        With both ids, both must be its own. Closed orders are kept for a while only.
        """
        market = self._floor.markets.get(symbol)
        seat = None if market is None else market.seats.get(account)
        if seat is None:
            return None
        found: Order | None
        if order_id:
            found = self._floor.orders.get(order_id)
        else:
            found = seat.clients.get(client_id) or seat.closed_clients.get(client_id)
        if found is None or found.seat is not seat or (client_id and found.client_id != client_id):
            return None
        return found.view()

    def open_orders(self, account: str, symbol: str = "") -> list[OrderView]:
        """Return open orders, of one market or of all, oldest first."""
        owner = self._account(account)
        orders = [
            order
            for seat in owner.seats.values()
            if not symbol or seat.market.symbol == symbol
            for order in seat.orders.values()
        ]
        return [order.view() for order in sorted(orders, key=_by_id)]

    def all_orders(self, account: str, symbol: str = "") -> list[OrderView]:
        """Return open and kept closed orders, of one market or of all, by id."""
        owner = self._account(account)
        orders = [order for seat in owner.seats.values() for order in seat.orders.values()]
        orders.extend(owner.closed)
        orders.sort(key=_by_id)
        return [order.view() for order in orders if not symbol or order.market.symbol == symbol]

    def open_lists(self, account: str) -> list[ListReport]:
        """Return open order lists, oldest first."""
        return [self._list_view(one) for one in self._account(account).lists.values()]

    def order_list(
        self, account: str, *, list_id: int = 0, client_id: str = ""
    ) -> ListReport | None:
        """Return an order list, open or closed."""
        for one in reversed(self._floor.lists.values()):
            is_it = one.id == list_id if list_id else one.client_id == client_id
            if is_it and one.seat.account.name == account:
                return self._list_view(one)
        return None

    def _list_view(self, one: OrderList) -> ListReport:
        return one.report(
            ListStatus.DONE if one.is_done else ListStatus.EXECUTING, self._floor.now_ns
        )

    # ------------------------------------------------------------------ accounts

    @property
    def accounts(self) -> list[str]:
        """All accounts, in the order in which they were opened."""
        return list(self._floor.accounts)

    def fills(self, account: str, symbol: str = "") -> list[Fill]:
        """Return kept fills, of one market or of all, oldest first."""
        return [
            fill for fill in self._account(account).fills if not symbol or fill.symbol == symbol
        ]

    def balances(self, account: str) -> list[BalanceView]:
        """Return all holdings; of margined markets, the wallets."""
        return [balance.view() for balance in self._account(account).balances.values()]

    def positions(self, account: str) -> list[PositionView]:
        """Return the positions of all margined markets that the account ever dealt with."""
        return [
            seat.view() for seat in self._account(account).seats.values() if seat.market.is_margined
        ]

    def available(self, account: str, asset: str) -> int:
        """Return what of a wallet may still be used as margin."""
        return self._account(account).available(asset)

    def leverage(self, account: str, symbol: str) -> int:
        """Return an account's leverage of a market.

        Raises:
            UnknownInstrument: If there is no such market.
        """
        market = self._market(symbol)
        seat = market.seats.get(account)
        return market.rules.default_leverage if seat is None else seat.leverage

    def is_isolated(self, account: str, symbol: str) -> bool:
        """Tell whether an account's position of a market has, or would have, margin of its own."""
        market = self._floor.markets.get(symbol)
        seat = None if market is None else market.seats.get(account)
        return seat is not None and seat.is_isolated

    @property
    def collected(self) -> dict[str, int]:
        """Asset → the fees of all accounts, and what funding left over."""
        return dict(self._floor.ledger.collected)

    def _account(self, name: str) -> Account:
        found = self._floor.accounts.get(name)
        return Account(name, group="", is_house=False, kept=0) if found is None else found


def _by_id(order: Order) -> int:
    return order.id
