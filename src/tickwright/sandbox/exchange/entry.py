"""How an order comes in: checked against the rules, funded, and then matched, or put to sleep until it is woken."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.checks import (
    check_counts,
    check_form,
    check_gap,
    check_iceberg,
    check_notional,
    check_position,
    check_price,
    check_quantity,
    check_trigger,
)
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.ledger import Ledger, need
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.lookahead import can_fill, survey
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.matching import enter
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import OrderKind, SubmitOrder, TimeInForce, TriggerBy
from tickwright.venues.reports import EndReason, OrderStatus, Refusal, Rule


__all__ = [
    "activate",
    "check_new",
    "check_rules",
    "prepare",
    "reach_price",
    "start",
    "submit",
    "wake",
]


def submit(floor: Floor, request: SubmitOrder) -> Refusal | None:
    """Place an order, or say why not."""
    seat = floor.seat(request.account, request.symbol)
    if isinstance(seat, Refusal):
        return seat
    refusal = check_new(floor, seat, request)
    if refusal is not None:
        return refusal
    order = floor.receive(request, seat)
    refusal = prepare(order)
    if refusal is None:
        start(floor, order)
    return refusal


def check_new(floor: Floor, seat: Seat, request: SubmitOrder) -> Refusal | None:
    """Check everything about a new order that does not depend on the book or on funds."""
    if seat.account.is_house:
        return None
    refusal = check_rules(floor, seat, request) or check_counts(
        seat, dormant=request.trigger is not None, icebergs=bool(request.display)
    )
    if refusal is None and request.client_id in seat.clients:
        return Refusal(Rule.DUPLICATE_CLIENT_ID, subject=request.client_id)
    return refusal


def check_rules(
    floor: Floor, seat: Seat, request: SubmitOrder, *, has_quantity: bool = True
) -> Refusal | None:
    """Check an order's form and its numbers."""
    market = seat.market
    if not market.is_trading:
        return Refusal(Rule.NOT_TRADING, subject=market.symbol)
    refusal = check_form(request, floor.now_ns, has_quantity=has_quantity)
    if refusal is not None:
        return refusal
    if (request.is_reduce_only or request.closes_position) and not market.is_margined:
        return Refusal(Rule.COMBINATION, subject="reduce-only without positions")
    is_buy = request.side.value == "buy"
    if request.kind is OrderKind.LIMIT:
        refusal = check_price(market, request.price, is_buy=is_buy)
    if refusal is None and has_quantity and not request.closes_position:
        refusal = _check_size(market, request)
    if refusal is None and request.display:
        refusal = check_iceberg(market, request)
    if refusal is None and request.trigger is not None:
        refusal = check_trigger(market, request, is_buy=is_buy)
    if refusal is None and is_buy and market.rules.max_position:
        refusal = check_position(seat, request.quantity)
    return refusal


def _check_size(market: Market, request: SubmitOrder) -> Refusal | None:
    is_market = request.kind is OrderKind.MARKET
    if request.quote_amount:
        return check_notional(market, request.quote_amount, request)
    refusal = check_quantity(market, request.quantity, is_market=is_market)
    price = market.reference_price if is_market else request.price
    if refusal is None and price:
        notional = price * request.quantity * market.notional_unit
        refusal = check_notional(market, notional, request)
    return refusal


# ---------------------------------------------------------------------- funds, and what the book says


def prepare(order: Order) -> Refusal | None:
    """Check that an order may go to work, or to sleep, and can be paid."""
    return _prepare_dormant(order) if order.request.trigger is not None else _prepare_working(order)


def _prepare_dormant(order: Order) -> Refusal | None:
    market, trigger = order.market, order.request.trigger
    if market.is_margined or not market.rules.checks_dormant_funds:
        return None
    if order.is_market:
        assert trigger is not None
        guess = trigger.price or market.last_price
        order.budget = order.request.quote_amount or guess * order.quantity * market.notional_unit
    return _check_funds(order)


def _prepare_working(order: Order) -> Refusal | None:
    request, market, is_buy = order.request, order.market, order.is_buy
    if market.rules.refuses_crossing and _crosses(order):
        return Refusal(Rule.WOULD_TAKE, order.price, market.best_against(is_buy=is_buy))
    if order.is_reduce_only and not order.seat.closable(is_buy=is_buy):
        return Refusal(Rule.REDUCE_ONLY, order.leaves)
    if order.is_market and not order.account.is_house:
        quantity, turnover = survey(order, quote_amount=request.quote_amount)
        order.budget = turnover
        if request.quote_amount:
            if not quantity:
                return Refusal(Rule.NO_LIQUIDITY, 0, market.lot)
            order.resize(quantity)
    if (
        request.time_in_force is TimeInForce.FOK
        and market.rules.refuses_unfillable_fok
        and not can_fill(order)
    ):
        return Refusal(Rule.FOK_UNFILLABLE, order.leaves)
    return _check_funds(order)


def _check_funds(order: Order) -> Refusal | None:
    seat, market = order.seat, order.market
    if market.is_margined:
        if order.is_reduce_only:
            return None
        price = order.price or market.reference_price
        notional = price * order.leaves * market.notional_unit
        return Ledger.check_margin(seat, notional, is_buy=order.is_buy)
    order_list = order.list
    shares = order_list is not None and order_list.shares_lock(order)
    had = order_list.locked if order_list is not None and shares else order.locked
    return Ledger.check_balance(seat, need(order), is_buy=order.is_buy, had=had)


# ---------------------------------------------------------------------- going to work, or to sleep


def start(floor: Floor, order: Order) -> None:
    """Accept an order that was prepared."""
    if order.request.trigger is not None:
        floor.begin(order, LifeEvent.ARM)
        _sleep(floor, order)
    else:
        floor.begin(order, LifeEvent.WORK)
        floor.ledger.fit(order)
        _go(floor, order)


def _crosses(order: Order) -> bool:
    """Tell whether a post-only order would take."""
    is_held = order.request.is_post_only
    return is_held and order.market.would_take(order.price, is_buy=order.is_buy)


def _go(floor: Floor, order: Order) -> None:
    """Match an order that works now; a post-only one that would take ends instead."""
    if _crosses(order):
        floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.WOULD_TAKE)
    else:
        enter(floor, order)


def _sleep(floor: Floor, order: Order) -> None:
    trigger, market = order.request.trigger, order.market
    assert trigger is not None
    if market.rules.checks_dormant_funds:
        floor.ledger.fit(order)
    market.triggers[trigger.by].add(order, market.price_for(trigger.by))
    if order.extreme:
        order.tracking_ns = floor.now_ns
        floor.advance(order, LifeEvent.TRACK)


def activate(floor: Floor, order: Order) -> None:
    """Place a pending order, whose turn has come; what would be refused now is rejected."""
    refusal = check_rules(floor, order.seat, order.request, has_quantity=False)
    if refusal is None and order.quantity:
        refusal = check_quantity(order.market, order.quantity, is_market=order.is_market)
    elif refusal is None:
        refusal = Refusal(Rule.QUANTITY_NOT_POSITIVE)
    refusal = refusal or prepare(order)
    if refusal is not None:
        floor.finish(order, LifeEvent.REJECT, reason=EndReason.REFUSED, refusal=refusal)
    elif order.request.trigger is not None:
        floor.advance(order, LifeEvent.ARM)
        _sleep(floor, order)
    else:
        floor.advance(order, LifeEvent.WORK)
        floor.ledger.fit(order)
        _go(floor, order)


def reach_price(floor: Floor, market: Market, by: TriggerBy, price: int) -> None:
    """Queue the orders that wait for a price to be woken, the nearest trigger first."""
    woken, followers = market.triggers[by].reached(price)
    for order in followers:
        order.tracking_ns = floor.now_ns
        floor.advance(order, LifeEvent.TRACK)
    floor.woken.extend(woken)


def wake(floor: Floor, order: Order) -> None:
    """Let a dormant order work, unless another one that woke before it has ended it."""
    if order.status is not OrderStatus.DORMANT:
        return
    if order.request.closes_position:
        order.resize(order.seat.closable(is_buy=order.is_buy))
        if not order.leaves:
            floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.REDUCE_ONLY)
            return
    refusal = check_gap(order.market, order.request) or _prepare_working(order)
    if refusal is not None:
        floor.finish(order, LifeEvent.REJECT, reason=EndReason.REFUSED, refusal=refusal)
        return
    floor.advance(order, LifeEvent.WORK)
    order_list = order.list
    if order_list is not None and order_list.shares_lock(order):
        order_list.winner = order
        floor.stirred.append(order)
    floor.ledger.fit(order)
    _go(floor, order)
