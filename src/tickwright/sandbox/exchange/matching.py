"""Matching: an order against the other side of the book, by price and then by time."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.lookahead import can_fill
from tickwright.sandbox.exchange.order import Order
from tickwright.sandbox.exchange.settlement import settle
from tickwright.venues.commands import SelfTrade, TimeInForce
from tickwright.venues.reports import EndReason, Fill, Prevention, TradePrinted


__all__ = ["enter", "fit_reducers", "match", "trade", "trade_privately"]


def enter(floor: Floor, order: Order) -> None:
    """Match an accepted order, and let what is left rest or expire."""
    tif = order.request.time_in_force
    if tif is TimeInForce.FOK and not can_fill(order):
        floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.FOK)
        return
    ended_by = match(floor, order)
    if not order.leaves:
        return
    if order.is_market:
        floor.finish(order, LifeEvent.EXPIRE, reason=ended_by or EndReason.NO_LIQUIDITY)
    elif ended_by is not None:
        floor.finish(order, LifeEvent.EXPIRE, reason=ended_by)
    elif tif is TimeInForce.IOC:
        floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.IOC)
    else:
        _rest(floor, order)


def _rest(floor: Floor, order: Order) -> None:
    market = order.market
    market.half(is_bid=order.is_buy).add(order)
    floor.touched_markets[market] = None
    if order.is_reduce_only:
        order.seat.resting_reducers[order.id] = order
        fit_reducers(floor, order.seat)


def match(floor: Floor, order: Order) -> EndReason | None:
    """Trade as far as price and reach allow; return why what is left may not rest, if there is a reason."""
    market, is_buy = order.market, order.is_buy
    half = market.asks if is_buy else market.bids
    limit = 0 if order.is_market else order.price
    lowest, highest = market.reach(is_buy=is_buy)
    guards = order.request.self_trade is not SelfTrade.NONE
    while order.leaves:
        level = half.best
        if level is None:
            return None
        price = level.price
        if limit and (price > limit if is_buy else price < limit):
            return None
        if price < lowest or (highest and price > highest):
            return EndReason.PRICE_REACH
        maker = level.first
        assert maker is not None
        quantity = min(order.leaves, maker.shown)
        if guards and maker.account.group == order.account.group:
            _prevent(floor, order, maker, price)
            continue
        if order.is_reduce_only:
            quantity = min(quantity, order.seat.closable(is_buy=is_buy))
            if not quantity:
                return EndReason.REDUCE_ONLY
        trade(floor, order, maker, price, quantity)
    return None


def trade(floor: Floor, taker: Order, maker: Order, price: int, quantity: int) -> None:
    """Let two orders trade, and settle it with both accounts."""
    market = taker.market
    market.last_trade_id += 1
    trade_id = market.last_trade_id
    _count(floor, taker, maker, price, quantity)
    market.half(is_bid=maker.is_buy).consume(maker, quantity)
    floor.touched_markets[market] = None
    buyer, seller = (taker, maker) if taker.is_buy else (maker, taker)
    floor.events.append(
        TradePrinted(
            market.symbol,
            trade_id,
            price,
            quantity,
            maker.is_buy,
            buyer.id,
            seller.id,
            floor.now_ns,
        )
    )
    if price != market.last_price or market.is_watched:
        floor.print_price(market, price)
    _book_both(floor, taker, maker, trade_id, price, quantity)


def trade_privately(floor: Floor, taker: Order, maker: Order, price: int, quantity: int) -> None:
    """Let two orders that are not in the book trade, unseen by the public: its trade ids have no hole for it."""
    floor.last_private_id += 1
    _count(floor, taker, maker, price, quantity)
    _book_both(floor, taker, maker, floor.last_private_id, price, quantity)


def _count(floor: Floor, taker: Order, maker: Order, price: int, quantity: int) -> None:
    """Count a trade at both orders."""
    for order in (taker, maker):
        order.filled += quantity
        order.turnover += price * quantity * order.market.notional_unit
        order.leaves -= quantity
        if order.list is not None:
            _lead(floor, order)


def _book_both(
    floor: Floor, taker: Order, maker: Order, trade_id: int, price: int, quantity: int
) -> None:
    turnover = price * quantity * taker.market.notional_unit
    _book_fill(floor, taker, trade_id, price, quantity, turnover, is_maker=False)
    _book_fill(floor, maker, trade_id, price, quantity, turnover, is_maker=True)
    if taker.market.is_margined:
        fit_reducers(floor, taker.seat)
        fit_reducers(floor, maker.seat)


def _lead(floor: Floor, order: Order) -> None:
    """Note the first trade of a leg: the other one needs no funds from now on."""
    order_list = order.list
    if order_list is not None and order_list.winner is None and order_list.shares_lock(order):
        order_list.winner = order
        floor.stirred.append(order)


def _book_fill(
    floor: Floor,
    order: Order,
    trade_id: int,
    price: int,
    quantity: int,
    turnover: int,
    *,
    is_maker: bool,
) -> None:
    account = order.account
    fee, asset, realized = settle(floor.ledger, order, quantity, turnover, is_maker=is_maker)
    order.fees += fee
    fill = Fill(
        trade_id,
        account.name,
        order.market.symbol,
        order.id,
        order.client_id,
        order.is_buy,
        is_maker,
        price,
        quantity,
        turnover,
        fee,
        asset,
        realized,
        floor.now_ns,
    )
    if not account.is_house:
        account.fills.append(fill)
    order.seat.updated_ns = floor.now_ns
    if order.leaves:
        floor.advance(order, LifeEvent.FILL_PART, fill=fill)
    else:
        floor.finish_filled(order, fill)


# ---------------------------------------------------------------------- self-trade prevention


def _prevent(floor: Floor, taker: Order, maker: Order, price: int) -> None:
    """Do what the taker asked for instead of trading with its own account."""
    mode = taker.request.self_trade
    floor.last_prevention_id += 1
    quantity = min(taker.leaves, maker.leaves)
    both = mode in (SelfTrade.EXPIRE_BOTH, SelfTrade.DECREMENT)
    for order, is_hit in (
        (maker, both or mode is SelfTrade.EXPIRE_MAKER),
        (taker, both or mode is SelfTrade.EXPIRE_TAKER),
    ):
        if not is_hit:
            continue
        taken = quantity if mode is SelfTrade.DECREMENT else order.leaves
        prevention = Prevention(
            floor.last_prevention_id, maker.id, taker.id, price, quantity, taken
        )
        order.prevented += taken
        if taken < order.leaves:
            _shrink(floor, order, taken, prevention)
        else:
            floor.finish(
                order, LifeEvent.PREVENT, reason=EndReason.SELF_TRADE, prevention=prevention
            )


def _shrink(floor: Floor, order: Order, taken: int, prevention: Prevention) -> None:
    order.leaves -= taken
    if order.level is not None:
        order.market.half(is_bid=order.is_buy).shrink(order)
        floor.touched_markets[order.market] = None
    floor.ledger.fit(order)
    floor.advance(order, LifeEvent.SHRINK, reason=EndReason.SELF_TRADE, prevention=prevention)


# ---------------------------------------------------------------------- reduce-only


def fit_reducers(floor: Floor, seat: Seat) -> None:
    """Trim an account's resting reduce-only orders to its position; those that would open one expire."""
    if not seat.resting_reducers:
        return
    for order in list(seat.resting_reducers.values()):
        room = seat.closable(is_buy=order.is_buy)
        if not order.leaves or order.leaves <= room:
            continue
        if not room:
            floor.finish(order, LifeEvent.EXPIRE, reason=EndReason.REDUCE_ONLY)
            continue
        order.resize(order.filled + order.prevented + room)
        order.market.half(is_bid=order.is_buy).shrink(order)
        floor.touched_markets[order.market] = None
        floor.advance(order, LifeEvent.AMEND, reason=EndReason.REDUCE_ONLY)
