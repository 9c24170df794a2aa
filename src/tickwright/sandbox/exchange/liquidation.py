"""What happens to positions whose margin is used up: warned of first, then closed by the venue.

Theory of operation
===================

Whenever a mark price moved, or a fill or a funding changed a wallet, the positions concerned are looked at again once the
command's own matching is over. From a margin ratio of 80 % on, the account's margin is called, once until it is better
again. At 100 %:

1. its open orders expire: of the market if the position is isolated, else of all markets that share the margin;
2. the position, of several the one that needs most margin, is closed by an order of the venue's: immediate or
   cancel, at the price at which nothing would be left of what stands for it;
3. what the book does not take, the insurance fund takes over at that price, without a public trade;
4. if the account still owes something, the fund pays it.

Of several positions, the next one is closed only if the rest is still not enough. There are no partial liquidations, no
liquidation fee beside the taker's, and no deleveraging of others: the fund has no bottom.
"""

from __future__ import annotations

from tickwright.model.market import Side
from tickwright.sandbox.exchange.account import Account, Seat
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.margin import Standing, bankruptcy_price, shared, standing
from tickwright.sandbox.exchange.matching import match, trade_privately
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import SubmitOrder, TimeInForce
from tickwright.venues.reports import AccountChange, EndReason, MarginCalled, PositionLiquidated


__all__ = ["FUND", "look_after"]

FUND = "insurance fund"
"""The house account that takes over what nobody else does."""
_NS_PER_MS = 1_000_000


def look_after(floor: Floor, seat: Seat) -> None:
    """Warn of, or end, a position that may stand worse than before."""
    if not seat.position:
        return
    group = standing(seat)
    name = seat.market.symbol if seat.is_isolated else seat.wallet.asset
    if not group.is_called:
        seat.account.called.discard(name)
        return
    if group.is_lost:
        _liquidate(floor, seat, group)
        seat.account.called.discard(name)
    elif name not in seat.account.called:
        seat.account.called.add(name)
        floor.events.append(_call(floor, seat, group))


def _call(floor: Floor, seat: Seat, group: Standing) -> MarginCalled:
    return MarginCalled(
        seat.account.name,
        seat.wallet.asset,
        group.balance,
        group.maintenance,
        tuple([one.view() for one in group.seats]),
        floor.now_ns,
    )


def _liquidate(floor: Floor, seat: Seat, group: Standing) -> None:
    account, asset = seat.account, seat.wallet.asset
    for one in [seat] if seat.is_isolated else list(account.seats.values()):
        if one.wallet.asset == asset and one.is_isolated is seat.is_isolated:
            _clear_orders(floor, one)
    while group.seats and group.is_lost:
        worst = max(group.seats, key=Seat.maintenance)
        _close(floor, worst)
        if seat.is_isolated:
            break
        group = standing(seat)
    _pay_debts(floor, account, seat)


def _clear_orders(floor: Floor, seat: Seat) -> None:
    for order in list(seat.orders.values()):
        if order.status.is_open:
            floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.LIQUIDATION)


def _close(floor: Floor, seat: Seat) -> None:
    """Close a position: in the book as far as that goes, the rest with the fund."""
    market = seat.market
    request = SubmitOrder(
        account=seat.account.name,
        symbol=market.symbol,
        side=Side.SELL if seat.position > 0 else Side.BUY,
        quantity=abs(seat.position),
        price=bankruptcy_price(seat),
        time_in_force=TimeInForce.IOC,
        is_reduce_only=True,
        is_forced=True,
        client_id=f"{market.rules.forced_name}{floor.now_ns // _NS_PER_MS}{floor.last_order_id + 1:06}",
    )
    order = floor.receive(request, seat)
    floor.begin(order, LifeEvent.FORCE)
    match(floor, order)
    taken_over = order.leaves
    if taken_over:
        trade_privately(floor, order, _fund_order(floor, order), order.price, taken_over)
    average = order.turnover // (order.filled * market.notional_unit)
    floor.events.append(PositionLiquidated(order.view(), taken_over, average, floor.now_ns))


def _fund_order(floor: Floor, order: Order) -> Order:
    if FUND not in floor.accounts:
        floor.accounts[FUND] = Account(FUND, group="", is_house=True, kept=0)
    fund = floor.seat(FUND, order.market.symbol)
    assert isinstance(fund, Seat)
    request = SubmitOrder(
        account=FUND,
        symbol=order.market.symbol,
        side=Side.SELL if order.is_buy else Side.BUY,
        quantity=order.leaves,
        price=order.price,
    )
    other = floor.receive(request, fund)
    floor.begin(other, LifeEvent.WORK)
    return other


def _pay_debts(floor: Floor, account: Account, seat: Seat) -> None:
    """Let the fund pay what closing at the last price and its fee left owing."""
    asset, owed = seat.wallet.asset, -shared(account, seat.wallet.asset)
    holds_more = any(
        one.position and one.wallet.asset == asset and not one.is_isolated
        for one in account.seats.values()
    )
    if owed <= 0 or holds_more:
        return
    floor.tell_accounts()
    seat.wallet.free += owed
    floor.ledger.collected[asset] = floor.ledger.collected.get(asset, 0) - owed
    floor.ledger.touch(account, seat.wallet, AccountChange.INSURANCE)
    floor.tell_accounts(owed)
