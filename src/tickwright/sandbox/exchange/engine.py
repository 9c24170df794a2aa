"""The matching engine: one ordered stream of commands in, one ordered stream of events out.

Theory of operation
===================

A command is checked as a whole before it changes anything, so that a refusal leaves no trace. Then it is carried out
at once: orders change state in `Floor`, trades are made in `matching`. What follows from that waits in four queues until
the matching is over, for nothing may change the book under a taker's feet:

1. orders of lists to which something happened (`lists.follow_up`): before anything else, since one leg's
   trade or trigger must end the other before anybody can trade with it;
2. dormant orders whose price was reached (`entry.wake`), one at a time: each may trade, and print;
3. prices that were printed (`entry.reach_price`): they find the next dormant orders;
4. positions that may stand worse than before (`liquidation.look_after`).

They are worked off until they are empty; every wake-up uses up a dormant order, and every liquidation a position, so this
ends. Last come the deltas
of the books and the accounts that changed, one for each.

The engine has no clock and no chance: the same commands with the same times give the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tickwright.errors import ConfigError
from tickwright.sandbox.exchange.admin import (
    adjust_margin,
    deposit,
    open_account,
    set_leverage,
    set_margin_mode,
    set_mark,
    set_reference,
    set_status,
)
from tickwright.sandbox.exchange.amend import amend
from tickwright.sandbox.exchange.cancel import cancel, cancel_all, cancel_list
from tickwright.sandbox.exchange.entry import (
    check_new,
    check_rules,
    prepare,
    reach_price,
    submit,
    wake,
)
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.house import replay_trade, set_level
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.liquidation import look_after
from tickwright.sandbox.exchange.lists import follow_up, submit_list
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.order import Order
from tickwright.sandbox.exchange.queries import Queries
from tickwright.sandbox.exchange.settlement import pay_funding
from tickwright.venues.commands import (
    AdjustMargin,
    AmendOrder,
    CancelAll,
    CancelList,
    CancelOrder,
    CancelReplace,
    Command,
    Deposit,
    OpenAccount,
    ReplayTrade,
    SetLevel,
    SetLeverage,
    SetMarginMode,
    SetMark,
    SetReference,
    SetStatus,
    SubmitList,
    SubmitOrder,
)
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import EndReason, Event, Refusal, Refused


__all__ = ["Exchange"]


class Exchange(Queries):
    """A matching engine for any number of markets and accounts.

    Args:
        markets: What is traded.
        first_order_id: Where order ids begin.
        kept: How many closed orders, and fills, an account can be asked for.

    Example:
        >>> from tickwright.model.market import Side
        >>> from tickwright.venues.facts import Listing, raw_amount
        >>> from tickwright.model.ids import parse_instrument_id
        >>> name = parse_instrument_id("binance:BTC/USDT")
        >>> listing = Listing(
        ...     name=name, product="binance.spot", symbol="BTCUSDT",
        ...     price_scale=2, quantity_scale=5, tick=1,
        ... )
        >>> exchange = Exchange([MarketRules(listing=listing)])
        >>> _ = exchange.submit(OpenAccount(account="me"), 0)
        >>> _ = exchange.submit(Deposit(account="me", asset="USDT", amount=raw_amount("1000")), 0)
        >>> bid = SubmitOrder(
        ...     account="me", symbol="BTCUSDT", side=Side.BUY, price=6_500_010, quantity=1000
        ... )
        >>> [type(event).__name__ for event in exchange.submit(bid, 0)]
        ['OrderReport', 'BookChanged', 'AccountChanged']
    """

    def __init__(
        self, markets: Iterable[MarketRules] = (), *, first_order_id: int = 1, kept: int = 10_000
    ) -> None:
        super().__init__(Floor(first_order_id=first_order_id, kept=kept))
        for rules in markets:
            self.add_market(rules)

    def add_market(
        self,
        rules: MarketRules,
        *,
        last_price: int = 0,
        last_trade_id: int = 0,
        update_id: int = 0,
    ) -> None:
        """List an instrument.

        Args:
            rules: What it is, and what its orders are held to.
            last_price: Of the trade before it opened, 0 for none.
            last_trade_id: The trades' ids go on from there.
            update_id: The book's update ids go on from there.

        Raises:
            ConfigError: If there is one of that symbol.
        """
        floor = self._floor
        if rules.symbol in floor.markets:
            raise ConfigError(f"the exchange lists {rules.symbol} already")
        market = floor.markets[rules.symbol] = Market(rules)
        market.last_price = last_price
        market.last_trade_id = last_trade_id
        market.update_id = update_id

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        """Carry out a command and return everything that came of it, in order.

        Args:
            command: What to do. Refusals are events (`Refused`), never exceptions.
            now_ns: The time; one before the last one counts as the last one.
        """
        floor = self._floor
        if now_ns > floor.now_ns:
            self._pass_time(now_ns)
        refusal = _HANDLERS[type(command)](floor, command)
        if refusal is not None:
            floor.events.append(Refused(command, refusal))
        self._settle_down()
        return floor.take(command.amount if isinstance(command, Deposit) else 0)

    def tick(self, now_ns: int) -> list[Event]:
        """Let time pass: orders that are good till a date end, and funding is paid."""
        self._pass_time(now_ns)
        return self._floor.take()

    def check(self, request: SubmitOrder, now_ns: int) -> Refusal | None:
        """Return why an order would be refused at this moment, without placing it."""
        floor, last_ns = self._floor, self._floor.now_ns
        seat = floor.seat(request.account, request.symbol)
        if isinstance(seat, Refusal):
            return seat
        # What is due by then is left for the next command to tell.
        floor.now_ns = max(last_ns, now_ns)
        refusal = check_new(floor, seat, request) or prepare(Order(0, request, seat, now_ns))
        floor.now_ns = last_ns
        return refusal

    def _pass_time(self, now_ns: int) -> None:
        floor = self._floor
        floor.now_ns = max(floor.now_ns, now_ns)
        while (order := floor.overdue(floor.now_ns)) is not None:
            floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.GTD)
            self._settle_down()
        if floor.next_funding_ns <= floor.now_ns:
            self._pay_fundings()
            self._settle_down()

    def _pay_fundings(self) -> None:
        floor = self._floor
        for market in floor.markets.values():
            interval_ns = market.rules.funding_interval_ns
            while market.funding_ns and market.funding_ns <= floor.now_ns:
                floor.events.extend(pay_funding(floor.ledger, market, market.funding_ns))
                market.funding_ns = market.funding_ns + interval_ns if interval_ns else 0
        floor.note_fundings()

    def _settle_down(self) -> None:
        floor, shaken = self._floor, self._floor.ledger.shaken
        while floor.stirred or floor.woken or floor.prints or shaken:
            if floor.stirred:
                follow_up(floor, floor.stirred.popleft())
            elif floor.woken:
                wake(floor, floor.woken.popleft())
            elif floor.prints:
                market, by, price = floor.prints.popleft()
                reach_price(floor, market, by, price)
            else:
                seat = next(iter(shaken))
                del shaken[seat]
                look_after(floor, seat)


def _cancel_replace(floor: Floor, command: CancelReplace) -> Refusal | None:
    """Cancel, then place. Each part is refused by its own event; a new order that breaks a rule stops both."""
    seat = floor.seat(command.submit.account, command.submit.symbol)
    refusal = seat if isinstance(seat, Refusal) else check_rules(floor, seat, command.submit)
    if refusal is not None:
        floor.events.append(Refused(command.submit, refusal))
        return None
    refusal = cancel(floor, command.cancel)
    if refusal is not None:
        floor.events.append(Refused(command.cancel, refusal))
        if command.stops_on_failure:
            return None
    while floor.stirred:
        follow_up(floor, floor.stirred.popleft())
    refusal = submit(floor, command.submit)
    if refusal is not None:
        floor.events.append(Refused(command.submit, refusal))
    return None


# Any: each handler takes the one kind of command that it stands beside.
_HANDLERS: dict[type[Command], Callable[[Floor, Any], Refusal | None]] = {
    SubmitOrder: submit,
    CancelOrder: cancel,
    CancelAll: cancel_all,
    CancelReplace: _cancel_replace,
    AmendOrder: amend,
    SubmitList: submit_list,
    CancelList: cancel_list,
    OpenAccount: open_account,
    Deposit: deposit,
    SetLeverage: set_leverage,
    SetMarginMode: set_margin_mode,
    AdjustMargin: adjust_margin,
    ReplayTrade: replay_trade,
    SetLevel: set_level,
    SetMark: set_mark,
    SetReference: set_reference,
    SetStatus: set_status,
}
