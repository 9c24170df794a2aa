"""Amendments: less quantity in place, or another price and quantity at the end of the queue."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.checks import check_notional, check_price, check_quantity
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.ledger import Ledger
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.matching import enter
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import AmendOrder
from tickwright.venues.reports import EndReason, ListStatus, OrderStatus, Refusal, Rule


__all__ = ["amend"]


def amend(floor: Floor, command: AmendOrder) -> Refusal | None:
    """Change an open order, or say why not; a refused amendment changes nothing."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    order = floor.open_order(seat, command.order_id, command.client_id)
    if isinstance(order, Refusal):
        return order
    refusal = _check_name(seat, order, command)
    if refusal is not None:
        return refusal
    if command.keeps_priority:
        return _amend_in_place(floor, order, command)
    return _amend_anew(floor, order, command)


def _check_name(seat: Seat, order: Order, command: AmendOrder) -> Refusal | None:
    name = command.new_client_id
    if name and seat.clients.get(name) not in (None, order):
        return Refusal(Rule.DUPLICATE_CLIENT_ID, subject=name)
    limit = order.market.rules.max_amends
    if limit and order.amends >= limit:
        return Refusal(Rule.MAX_AMENDS, order.amends + 1, limit)
    return None


def _check_numbers(order: Order, price: int, quantity: int) -> Refusal | None:
    market, is_market = order.market, order.is_market
    refusal = None
    if not is_market:
        refusal = check_price(market, price, is_buy=order.is_buy)
    if refusal is None:
        refusal = check_quantity(market, quantity, is_market=is_market)
    price = price or market.reference_price
    if refusal is None and price:
        notional = price * quantity * market.notional_unit
        refusal = check_notional(market, notional, order.request)
    return refusal


# ---------------------------------------------------------------------- in place


def _amend_in_place(floor: Floor, order: Order, command: AmendOrder) -> Refusal | None:
    quantity = command.quantity
    if command.price or order.request.quote_amount or order.request.closes_position:
        return Refusal(Rule.AMEND_STATE)
    if order.list is not None and order.list.request.legs_take_proceeds and not order.quantity:
        return Refusal(Rule.AMEND_STATE)
    if quantity == order.quantity:
        return Refusal(Rule.AMEND_UNCHANGED, quantity)
    if quantity > order.quantity:
        return Refusal(Rule.AMEND_INCREASES, quantity, order.quantity)
    refusal = _check_numbers(order, order.price, quantity)
    if refusal is not None:
        return refusal
    _rename_and_shrink(floor, order, command, command.new_client_id)
    order_list = order.list
    if order_list is not None and not order_list.is_done:
        if order_list.shares_lock(order):
            for leg in order_list.legs:
                if leg is not order and leg.status.is_open and leg.quantity > quantity:
                    _rename_and_shrink(floor, leg, command, "")
        if command.new_client_id:
            floor.report_list(order_list, ListStatus.UPDATED)
    return None


def _rename_and_shrink(floor: Floor, order: Order, command: AmendOrder, name: str) -> None:
    order.amends += 1
    if command.quantity <= order.filled + order.prevented:
        # Nothing would be left: the rest goes, and what was filled stays as it was.
        floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.SHRUNK, client_id=name)
        return
    if order.budget:
        order.budget = order.budget * command.quantity // order.quantity
    order.resize(command.quantity)
    order.market.half(is_bid=order.is_buy).shrink(order)
    floor.touched_markets[order.market] = None
    floor.ledger.fit(order)
    _report(floor, order, command, name)


def _report(floor: Floor, order: Order, command: AmendOrder, name: str) -> None:
    previous = floor.rename(order, name) if name else order.client_id
    floor.advance(order, LifeEvent.AMEND, previous_client_id=previous, tag=command.tag)


# ---------------------------------------------------------------------- anew


def _amend_anew(floor: Floor, order: Order, command: AmendOrder) -> Refusal | None:
    price, quantity = command.price or order.price, command.quantity or order.quantity
    works = order.status in (OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED)
    if not works or order.is_market or order.list is not None:
        return Refusal(Rule.AMEND_STATE)
    if (price, quantity) == (order.price, order.quantity):
        return Refusal(Rule.AMEND_UNCHANGED, quantity)
    refusal = _check_numbers(order, price, quantity) or _check_more(order, price, quantity)
    if refusal is not None:
        return refusal
    if quantity <= order.filled + order.prevented:
        floor.finish(order, LifeEvent.CANCEL, reason=EndReason.SHRUNK)
        return None
    market, is_buy = order.market, order.is_buy
    if order.request.is_post_only and market.would_take(price, is_buy=is_buy):
        floor.finish(order, LifeEvent.CANCEL, reason=EndReason.WOULD_TAKE)
        return None
    market.half(is_bid=is_buy).remove(order)
    floor.touched_markets[market] = None
    order.seat.resting_reducers.pop(order.id, None)
    order.amends += 1
    order.price = price
    order.resize(quantity)
    floor.ledger.fit(order)
    _report(floor, order, command, command.new_client_id)
    enter(floor, order)
    return None


def _check_more(order: Order, price: int, quantity: int) -> Refusal | None:
    """Check that what the amendment adds can be paid."""
    if order.is_reduce_only:
        return None
    market, seat = order.market, order.seat
    leaves = quantity - order.filled - order.prevented
    if not market.is_margined:
        wanted = leaves * (price * market.notional_unit if order.is_buy else market.quantity_unit)
        return Ledger.check_balance(seat, wanted, is_buy=order.is_buy, had=order.locked)
    more = leaves * price * market.notional_unit - order.locked
    return Ledger.check_margin(seat, more, is_buy=order.is_buy)
