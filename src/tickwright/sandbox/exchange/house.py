"""Liquidity by price level: how generated flow and played captures quote, and trade with everybody else."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.entry import submit
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import SelfTrade, SetLevel, SubmitOrder
from tickwright.venues.reports import Refusal, Rule


__all__ = ["set_level"]


def set_level(floor: Floor, command: SetLevel) -> Refusal | None:
    """Let the house's orders at a price add up to a quantity.

    The newest give way first, so that who queues between them keeps a place; what is added queues last. Where it crosses
    the house's own quotes, those go: they are the older truth.
    """
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    if not seat.account.is_house:
        return Refusal(Rule.COMBINATION, subject="level of an account that is not the house's")
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
