"""Commands of whoever runs the exchange: accounts, transfers, leverage, mark prices, halts."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Account
from tickwright.sandbox.exchange.floor import Floor
from tickwright.venues.commands import (
    AdjustMargin,
    Deposit,
    OpenAccount,
    SetLeverage,
    SetMarginMode,
    SetMark,
    SetReference,
    SetStatus,
    TriggerBy,
)
from tickwright.venues.reports import AccountChange, Refusal, Rule


__all__ = [
    "adjust_margin",
    "deposit",
    "open_account",
    "set_leverage",
    "set_margin_mode",
    "set_mark",
    "set_reference",
    "set_status",
]


def open_account(floor: Floor, command: OpenAccount) -> Refusal | None:
    """Make an account known, or change its group and fees."""
    account = floor.accounts.get(command.account)
    if account is None:
        account = floor.accounts[command.account] = Account(
            command.account, group=command.group, is_house=command.is_house, kept=floor.kept
        )
    elif account.is_house is not command.is_house:
        return Refusal(Rule.COMBINATION, subject="an account stays the house's or a client's")
    account.group = command.group or account.name
    account.maker_fee, account.taker_fee = command.maker_fee, command.taker_fee
    return None


def deposit(floor: Floor, command: Deposit) -> Refusal | None:
    """Give an account an amount, or take it away as far as it is free."""
    account = floor.accounts.get(command.account)
    if account is None:
        return Refusal(Rule.UNKNOWN_ACCOUNT, subject=command.account)
    balance = account.balance(command.asset)
    free = min(balance.free, account.available(command.asset))
    if command.amount < 0 and free < -command.amount and not account.is_house:
        return Refusal(Rule.BALANCE, -command.amount, free, command.asset)
    balance.free += command.amount
    floor.ledger.touch(account, balance, AccountChange.TRANSFER)
    return None


def set_leverage(floor: Floor, command: SetLeverage) -> Refusal | None:
    """Set an account's leverage, if what it holds has margin enough."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    limit = seat.market.rules.max_leverage
    if not seat.market.is_margined or not 1 <= command.leverage <= limit:
        return Refusal(Rule.LEVERAGE, command.leverage, limit)
    before, seat.leverage = seat.leverage, command.leverage
    available, largest = seat.account.available(seat.market.settle), seat.notional_max()
    refusal = None
    if command.leverage < before and seat.is_isolated and seat.position:
        refusal = Refusal(Rule.MARGIN_MODE, command.leverage, before, "an isolated position")
    elif command.leverage < before and available < 0:
        refusal = Refusal(Rule.MARGIN, command.leverage, before)
    elif largest and seat.value() > largest:
        refusal = Refusal(Rule.POSITION_LIMIT, seat.value(), largest)
    if refusal is not None:
        seat.leverage = before
    return refusal


def set_margin_mode(floor: Floor, command: SetMarginMode) -> Refusal | None:
    """Let an account's positions of a market have margin of their own, or share it, while there are none."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    if not seat.market.is_margined or seat.position or seat.orders:
        return Refusal(Rule.MARGIN_MODE, subject="there are open orders or a position")
    seat.is_isolated = command.is_isolated
    return None


def adjust_margin(floor: Floor, command: AdjustMargin) -> Refusal | None:
    """Set more apart for an isolated position, or less as far as its initial margin allows."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    if not seat.is_isolated:
        return Refusal(Rule.MARGIN_MODE, subject="the position is not isolated")
    if not seat.position:
        return Refusal(Rule.NO_POSITION, subject=command.symbol)
    if command.amount > 0:
        free = seat.account.available(seat.market.settle)
    else:
        free = seat.isolated + min(0, seat.unrealized()) - seat.margin()
    if abs(command.amount) > free:
        return Refusal(Rule.MARGIN, abs(command.amount), free)
    seat.isolated += command.amount
    floor.ledger.touch(seat.account, seat.wallet, AccountChange.MARGIN)
    seat.account.touched_seats[seat] = None
    return None


def set_mark(floor: Floor, command: SetMark) -> Refusal | None:
    """Set a mark price and the next funding; orders that look at the mark price may wake."""
    market = floor.markets.get(command.symbol)
    if market is None:
        return Refusal(Rule.UNKNOWN_SYMBOL, subject=command.symbol)
    if command.mark <= 0:
        return Refusal(Rule.PRICE_NOT_POSITIVE, command.mark, subject="mark price")
    market.mark = command.mark
    floor.shake(market)
    if command.funding_rate is not None:
        market.funding_rate = command.funding_rate
    if command.funding_ns is not None:
        market.funding_ns = command.funding_ns
        floor.note_fundings()
    floor.prints.append((market, TriggerBy.MARK, command.mark))
    return None


def set_reference(floor: Floor, command: SetReference) -> Refusal | None:
    """Set the price that bands refer to."""
    market = floor.markets.get(command.symbol)
    if market is None:
        return Refusal(Rule.UNKNOWN_SYMBOL, subject=command.symbol)
    if command.price < 0:
        return Refusal(Rule.PRICE_NOT_POSITIVE, command.price, subject="reference price")
    market.reference = command.price
    return None


def set_status(floor: Floor, command: SetStatus) -> Refusal | None:
    """Open or close a market for new orders."""
    market = floor.markets.get(command.symbol)
    if market is None:
        return Refusal(Rule.UNKNOWN_SYMBOL, subject=command.symbol)
    market.is_trading = command.is_trading
    return None
