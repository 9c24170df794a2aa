"""What a trade and a funding do to accounts: exact to the last digit, so that the sum over all accounts never moves."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Account, Seat
from tickwright.sandbox.exchange.ledger import Ledger
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.facts import RATE_SCALE
from tickwright.venues.reports import AccountChange, FundingPaid


__all__ = ["pay_funding", "settle"]

_ONE: int = 10**RATE_SCALE
_TRADES = AccountChange.TRADES


def settle(
    ledger: Ledger, order: Order, quantity: int, turnover: int, *, is_maker: bool
) -> tuple[int, str, int]:
    """Book one side of a trade, which the order's leaves already know of.

    Returns:
        Fee, its asset, and the profit realized.
    """
    if order.market.is_margined:
        return _settle_contract(ledger, order, quantity, turnover, is_maker=is_maker)
    seat, account, market = order.seat, order.account, order.market
    base, quote = seat.base, seat.quote
    amount = quantity * market.quantity_unit
    if order.is_buy:
        paid, got, spent, received = quote, base, turnover, amount
        order.budget -= turnover
    else:
        paid, got, spent, received = base, quote, amount, turnover
    fee = 0 if account.is_house else _fee(account, market, received, is_maker=is_maker)
    released = 0 if account.is_house else ledger.release(order)
    paid.free += released - spent
    got.free += received - fee
    if fee:
        ledger.collected[got.asset] = ledger.collected.get(got.asset, 0) + fee
    ledger.touch(account, paid, _TRADES)
    ledger.touch(account, got, _TRADES)
    return fee, got.asset, 0


def _fee(account: Account, market: Market, amount: int, *, is_maker: bool) -> int:
    own = account.maker_fee if is_maker else account.taker_fee
    if own is None:
        own = market.rules.maker_fee if is_maker else market.rules.taker_fee
    unit = market.fee_unit
    return amount * own // (_ONE * unit) * unit


def _settle_contract(
    ledger: Ledger, order: Order, quantity: int, turnover: int, *, is_maker: bool
) -> tuple[int, str, int]:
    seat, account, held = order.seat, order.account, order.seat.position
    realized = _move_position(seat, quantity if order.is_buy else -quantity, turnover)
    if seat.is_isolated:
        _set_apart(seat, held, quantity, turnover, realized)
    fee = 0 if account.is_house else _fee(account, order.market, turnover, is_maker=is_maker)
    ledger.fit(order)
    wallet = seat.wallet
    wallet.free += realized - fee
    seat.realized += realized
    if fee:
        ledger.collected[wallet.asset] = ledger.collected.get(wallet.asset, 0) + fee
    ledger.touch(account, wallet, _TRADES)
    account.touched_seats[seat] = None
    ledger.shake(seat)
    return fee, wallet.asset, realized


def _set_apart(seat: Seat, held: int, quantity: int, turnover: int, realized: int) -> None:
    """Move margin with an isolated position: what opens brings its own, what closes takes its share with it.

    A loss beyond that share is the position's own, and eats from what is left for it.
    """
    closed = min(quantity, abs(held)) if abs(seat.position) < abs(held) + quantity else 0
    if closed:
        share = seat.isolated * closed // abs(held)
        seat.isolated += min(0, realized + share) - share
    opened = quantity - closed
    if opened:
        seat.isolated += -(-turnover * opened // quantity // seat.leverage)
    if not seat.position:
        seat.isolated = 0


def _move_position(seat: Seat, signed: int, turnover: int) -> int:
    """Add signed contracts to a position and return the profit of what that closed.

    What closing a part takes of the cost is rounded down; the rest stays in the cost, so nothing is lost.
    """
    held, quantity = seat.position, abs(signed)
    seat.position = held + signed
    if held * signed >= 0:
        seat.cost += turnover
        return 0
    closed = min(quantity, abs(held))
    cost = seat.cost * closed // abs(held)
    # A turnover is one price times a quantity, so the closed part of it is exact.
    value = turnover * closed // quantity
    seat.cost = seat.cost - cost if quantity <= abs(held) else turnover - value
    return value - cost if held > 0 else cost - value


def pay_funding(ledger: Ledger, market: Market, now_ns: int) -> list[FundingPaid]:
    """Let longs pay shorts (the other way round below zero) at the market's rate; roundings are collected."""
    paid = []
    for seat in market.seats.values():
        if not seat.position:
            continue
        value = seat.position * market.mark_price * market.notional_unit
        amount = -(value * market.funding_rate // (_ONE * market.fee_unit) * market.fee_unit)
        seat.wallet.free += amount
        if seat.is_isolated:
            seat.isolated += amount
        ledger.shake(seat)
        asset = market.settle
        ledger.collected[asset] = ledger.collected.get(asset, 0) - amount
        ledger.touch(seat.account, seat.wallet, AccountChange.FUNDING)
        if not seat.account.is_house:
            paid.append(
                FundingPaid(
                    seat.account.name,
                    market.symbol,
                    asset,
                    amount,
                    seat.wallet.free,
                    market.funding_rate,
                    now_ns,
                )
            )
    return paid
