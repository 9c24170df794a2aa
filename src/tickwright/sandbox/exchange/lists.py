"""Order lists: legs that cancel each other (OCO), and legs that wait for a working order (OTO, OTOCO)."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.checks import check_counts
from tickwright.sandbox.exchange.entry import activate, check_rules, prepare, start
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.order import Order, OrderList
from tickwright.venues.commands import OrderKind, SubmitList, SubmitOrder, TimeInForce, TriggerKind
from tickwright.venues.reports import EndReason, ListStatus, OrderStatus, Refusal, Rule


__all__ = ["follow_up", "submit_list"]


def submit_list(floor: Floor, command: SubmitList) -> Refusal | None:
    """Place an order list, all of it or nothing."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    refusal = _check(floor, seat, command)
    if refusal is not None:
        return refusal
    order_list = OrderList(floor.last_list_id + 1, command, seat)
    if command.working is not None:
        order_list.working = _member(floor, order_list, command.working)
    order_list.legs = [_member(floor, order_list, leg) for leg in command.legs]
    for order in order_list.legs if order_list.working is None else [order_list.working]:
        refusal = prepare(order)
        if refusal is not None:
            return refusal
    _open(floor, order_list)
    return None


def _member(floor: Floor, order_list: OrderList, request: SubmitOrder) -> Order:
    order = floor.receive(request, order_list.seat)
    order.list = order_list
    return order


def _open(floor: Floor, order_list: OrderList) -> None:
    floor.keep_list(order_list)
    seat = order_list.seat
    seat.account.lists[order_list.id] = order_list
    seat.lists += 1
    floor.report_list(order_list, ListStatus.EXECUTING)
    working = order_list.working
    if working is None:
        for leg in order_list.legs:
            start(floor, leg)
        return
    for leg in order_list.legs:
        floor.begin(leg, LifeEvent.HOLD)
    start(floor, working)


# ---------------------------------------------------------------------- what may be listed


def _check(floor: Floor, seat: Seat, command: SubmitList) -> Refusal | None:
    legs, working = command.legs, command.working
    if seat.market.is_margined:
        return Refusal(Rule.COMBINATION, subject="order list of a margined instrument")
    refusal = _check_combination(command) or _check_names(seat, command)
    for request in legs if working is None else (working, *legs):
        if refusal is None:
            has_quantity = not (command.legs_take_proceeds and request is not working)
            # A stop that waits for another order is looked at when its turn comes.
            refusal = check_rules(floor, seat, request, has_quantity=has_quantity)
            if refusal is not None and refusal.rule is Rule.WOULD_TRIGGER and working is not None:
                refusal = None
    if refusal is None and len(legs) == 2:
        refusal = _check_prices(seat, legs, is_placed=working is None)
    requests = legs if working is None else (working, *legs)
    return refusal or check_counts(
        seat,
        orders=len(requests),
        dormant=sum(one.trigger is not None for one in requests),
        icebergs=sum(bool(one.display) for one in requests),
        lists=1,
    )


def _check_combination(command: SubmitList) -> Refusal | None:
    legs, working = command.legs, command.working
    members = legs if working is None else (working, *legs)
    is_wrong = any(
        one.account != command.account or one.symbol != command.symbol for one in members
    )
    if working is None:
        is_wrong |= len(legs) != 2
    else:
        is_wrong |= len(legs) not in (1, 2) or working.trigger is not None
        is_wrong |= working.kind is OrderKind.MARKET
        is_wrong |= working.time_in_force is not TimeInForce.GTC and len(legs) == 0
    if command.legs_take_proceeds:
        is_wrong |= working is None or working.side is legs[0].side
    if len(legs) == 2:
        stops = [one for one in legs if one.trigger and one.trigger.kind is TriggerKind.STOP]
        is_wrong |= len(stops) != 1 or legs[0].side is not legs[1].side
        is_wrong |= legs[0].quantity != legs[1].quantity
        is_wrong |= any(one.trigger is None and one.kind is OrderKind.MARKET for one in legs)
    is_wrong |= any(one.quote_amount for one in legs)
    return Refusal(Rule.COMBINATION, subject="order list") if is_wrong else None


def _check_names(seat: Seat, command: SubmitList) -> Refusal | None:
    members = command.legs if command.working is None else (command.working, *command.legs)
    names = [one.client_id for one in members if one.client_id]
    for name in names:
        if name in seat.clients or names.count(name) > 1:
            return Refusal(Rule.DUPLICATE_CLIENT_ID, subject=name)
    if command.client_id and any(
        one.client_id == command.client_id for one in seat.account.lists.values()
    ):
        return Refusal(Rule.DUPLICATE_CLIENT_ID, subject=command.client_id)
    return None


def _check_prices(seat: Seat, legs: tuple[SubmitOrder, ...], *, is_placed: bool) -> Refusal | None:
    """Check that the stop lies on one side of the market and the other leg beyond it on the other."""
    stop, other = sorted(
        legs, key=lambda one: not (one.trigger and one.trigger.kind is TriggerKind.STOP)
    )
    low = stop.trigger.price if stop.trigger is not None else 0
    high = other.trigger.price if other.trigger is not None else other.price
    if not low or not high:
        return None
    if stop.side.value == "buy":
        low, high = high, low
    last = seat.market.last_price if is_placed else 0
    if low >= high or (last and not low < last < high):
        return Refusal(Rule.LIST_PRICES, low, high)
    return None


# ---------------------------------------------------------------------- what becomes of it


def follow_up(floor: Floor, order: Order) -> None:
    """Let a list react to what happened to one of its orders."""
    order_list = order.list
    if order_list is None or order_list.is_done:
        return
    working, legs = order_list.working, order_list.legs
    if order is working:
        if working.status is OrderStatus.FILLED:
            _activate_legs(floor, order_list)
        elif not working.status.is_open:
            _expire(floor, legs, EndReason.WORKING_ENDED)
    elif len(legs) == 2:
        _expire(floor, [leg for leg in legs if leg is not order], EndReason.OCO)
    if _is_over(order_list):
        order_list.is_done = True
        order_list.seat.lists -= 1
        del order_list.seat.account.lists[order_list.id]
        floor.report_list(order_list, ListStatus.DONE)


def _is_over(order_list: OrderList) -> bool:
    if order_list.working is not None and order_list.working.status.is_open:
        return False
    # Of two legs one decides: the other has ended, and the winner is an order like any other.
    return any(not leg.status.is_open for leg in order_list.legs)


def _expire(floor: Floor, orders: list[Order], reason: EndReason) -> None:
    for order in orders:
        if order.status.is_open:
            floor.finish(order, LifeEvent.EXPIRE, reason=reason)


def _activate_legs(floor: Floor, order_list: OrderList) -> None:
    working = order_list.working
    assert working is not None
    market = working.market
    for leg in order_list.legs:
        if leg.status is not OrderStatus.PENDING:
            continue
        if order_list.request.legs_take_proceeds:
            received = working.filled * market.quantity_unit - working.fees
            leg.resize(received // market.quantity_unit // market.lot * market.lot)
        activate(floor, leg)
