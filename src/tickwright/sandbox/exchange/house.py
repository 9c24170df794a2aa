"""Liquidity by price level: how generated flow and played captures quote, and trade with everybody else."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.entry import submit
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.matching import trade
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import (
    ReplayTrade,
    SelfTrade,
    SetLevel,
    SubmitOrder,
    TimeInForce,
)
from tickwright.venues.reports import EndReason, Refusal, Rule


__all__ = ["replay_trade", "set_level"]


def set_level(floor: Floor, command: SetLevel) -> Refusal | None:
    """Let the house's orders at a price add up to a quantity.

    The newest give way first, so that who queues between them keeps a place; what is added queues last. Where it crosses
    the house's own quotes, those go: they are the older truth.
    """
    seat = _house_seat(floor, command)
    if isinstance(seat, Refusal):
        return seat
    own = _own_orders(seat, command)
    excess = sum(order.leaves for order in own) - command.quantity
    if excess < 0:
        request = SubmitOrder(
            account=command.account,
            symbol=command.symbol,
            side=command.side,
            quantity=-excess,
            price=command.price,
            self_trade=SelfTrade.EXPIRE_MAKER,
        )
        return submit(floor, request)
    for order in reversed(own):
        if excess <= 0:
            break
        excess -= _give_way(floor, order, excess)
    return None


def _house_seat(floor: Floor, command: SetLevel | ReplayTrade) -> Seat | Refusal:
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal) or seat.account.is_house:
        return seat
    return Refusal(Rule.COMBINATION, subject="command for an account that is not the house's")


def _own_orders(seat: Seat, command: SetLevel) -> list[Order]:
    half = seat.market.half(is_bid=command.side.value == "buy")
    level = half.levels.get(command.price)
    return [] if level is None else [order for order in level if order.seat is seat]


def _give_way(floor: Floor, order: Order, excess: int) -> int:
    if order.leaves <= excess:
        given = order.leaves
        floor.finish(order, LifeEvent.CANCEL)
        return given
    order.resize(order.quantity - excess)
    order.market.half(is_bid=order.is_buy).shrink(order)
    floor.touched_markets[order.market] = None
    floor.advance(order, LifeEvent.AMEND)
    return excess


# ---------------------------------------------------------------------- recorded trades


def replay_trade(floor: Floor, command: ReplayTrade) -> Refusal | None:
    """Let a recorded trade happen again, with clients' orders in its way; its price is the last one afterwards."""
    seat = _house_seat(floor, command)
    if isinstance(seat, Refusal):
        return seat
    request = SubmitOrder(
        account=command.account,
        symbol=command.symbol,
        side=command.side,
        quantity=command.quantity,
        price=command.price,
        time_in_force=TimeInForce.IOC,
    )
    taker = floor.receive(request, seat)
    floor.begin(taker, LifeEvent.WORK)
    for maker in _in_the_way(taker):
        # An iceberg comes up again behind the others; its turn at a better price has come all the same.
        while maker.level is not None and taker.leaves:
            trade(floor, taker, maker, maker.price, min(taker.leaves, maker.shown))
    _work_off(floor, taker)
    if taker.leaves:
        floor.finish(taker, LifeEvent.EXPIRE, reason=EndReason.IOC)
    floor.print_price(seat.market, command.price)
    return None


def _in_the_way(taker: Order) -> list[Order]:
    """Return clients' orders at better prices than the taker's, in the order of their priority."""
    found: list[Order] = []
    for level in taker.market.half(is_bid=not taker.is_buy):
        if level.price >= taker.price if taker.is_buy else level.price <= taker.price:
            break
        found += [maker for maker in level if not maker.account.is_house]
    return found


def _work_off(floor: Floor, taker: Order) -> None:
    """Trade with whoever queues at the taker's price, one after the other."""
    half = taker.market.half(is_bid=not taker.is_buy)
    while taker.leaves and (level := half.levels.get(taker.price)) is not None:
        maker = level.first
        assert maker is not None
        trade(floor, taker, maker, taker.price, min(taker.leaves, maker.shown))
