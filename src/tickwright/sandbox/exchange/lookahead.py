"""What an order would meet in the book at this moment: before it is accepted, and without touching anything."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Account, Seat
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import SelfTrade


__all__ = ["can_fill", "survey"]


def survey(order: Order, *, quote_amount: int = 0) -> tuple[int, int]:
    """Return how much a market order would fill at this moment, and the turnover of that.

    Args:
        order: An order that is not in the book.
        quote_amount: Fill as many lots as this turnover allows, instead of the order's leaves.
    """
    market, account = order.market, order.account
    unit, lot = market.notional_unit, market.lot
    mode = order.request.self_trade
    filled = turnover = 0
    lowest, highest = market.reach(is_buy=order.is_buy)
    for level in market.half(is_bid=not order.is_buy):
        price = level.price
        if price < lowest or (highest and price > highest):
            break
        for maker in level:
            if mode is not SelfTrade.NONE and maker.account.group == account.group:
                if mode is SelfTrade.EXPIRE_MAKER:
                    continue
                if mode is not SelfTrade.DECREMENT:
                    return filled, turnover
            if quote_amount:
                lots = (quote_amount - turnover) // (price * unit * lot)
                wanted = min(maker.leaves, lots * lot)
            else:
                wanted = min(maker.leaves, order.leaves - filled)
            filled += wanted
            turnover += wanted * price * unit
            if wanted < maker.leaves:
                return filled, turnover
    return filled, turnover


def can_fill(order: Order) -> bool:
    """Tell whether an order can be filled at once and completely.

    Reduce-only makers may expire while it trades, so that an account's are counted as far as its other orders leave
    something to reduce. In doubt the answer is no.
    """
    wanted, is_buy, market = order.leaves, order.is_buy, order.market
    if order.is_reduce_only and order.seat.closable(is_buy=is_buy) < wanted:
        return False
    limit = 0 if order.is_market else order.price
    mode, group = order.request.self_trade, order.account.group
    skips = mode is SelfTrade.EXPIRE_MAKER
    guards = mode is not SelfTrade.NONE and not skips
    lowest, highest = market.reach(is_buy=is_buy)
    plain: dict[Account, int] = {}
    reducing: dict[Account, tuple[Seat, int]] = {}
    for level in market.half(is_bid=not is_buy):
        price = level.price
        if limit and (price > limit if is_buy else price < limit):
            return False
        if price < lowest or (highest and price > highest):
            return False
        is_own_here = guards and any(maker.account.group == group for maker in level)
        for maker in level:
            owner = maker.account
            if guards and owner.group == group:
                return _certain(plain, reducing, is_buy=is_buy) >= wanted
            if skips and owner.group == group:
                continue
            # The hidden part of an iceberg comes after everybody at its price, an own order included.
            quantity = maker.shown if is_own_here else maker.leaves
            if maker.is_reduce_only:
                seat, sum_before = reducing.get(owner, (maker.seat, 0))
                reducing[owner] = (seat, sum_before + quantity)
            else:
                plain[owner] = plain.get(owner, 0) + quantity
        if _certain(plain, reducing, is_buy=is_buy) >= wanted:
            return True
    return False


def _certain(
    plain: dict[Account, int], reducing: dict[Account, tuple[Seat, int]], *, is_buy: bool
) -> int:
    """Return what makers will trade for certain; ``is_buy`` is the taker's side."""
    total = sum(plain.values())
    for account, (seat, quantity) in reducing.items():
        room = seat.closable(is_buy=not is_buy) - plain.get(account, 0)
        total += min(quantity, max(0, room))
    return total
