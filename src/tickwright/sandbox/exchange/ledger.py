"""Who holds what: funds that orders need are locked, and changed accounts are told at the end of a command.

On spot a buy locks quote asset and a sell locks base asset, always exactly what the rest of the order can cost. Two legs
that cancel each other lock the larger need once. On margined markets nothing is locked; working orders
add up to notionals, from which their margin follows.
"""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Account, Balance, Seat
from tickwright.sandbox.exchange.order import Order, OrderList
from tickwright.venues.reports import AccountChange, AccountChanged, OrderStatus, Refusal, Rule


__all__ = ["Ledger", "need"]


def need(order: Order) -> int:
    """Return what a spot order must have locked by itself, in base asset to sell and in quote asset to buy."""
    market, leaves = order.market, order.leaves
    if not order.is_buy:
        return leaves * market.quantity_unit
    if order.is_market:
        return order.budget if leaves else 0
    return leaves * order.price * market.notional_unit


def _need_now(order: Order) -> int:
    return 0 if order.status is OrderStatus.PENDING else need(order)


def _shared_need(order_list: OrderList) -> int:
    if order_list.winner is not None:
        return _need_now(order_list.winner)
    return max(_need_now(leg) for leg in order_list.legs)


class Ledger:
    """Locks, wallets and notionals of all accounts.

    Attributes:
        collected: Asset → fees and what funding leaves over, less what the insurance fund paid: an exchange keeps
            exact books.
        shaken: Positions that may stand worse than before.
    """

    def __init__(self) -> None:
        self.collected: dict[str, int] = {}
        self.shaken: dict[Seat, None] = {}
        self._changed: dict[Account, None] = {}

    # ------------------------------------------------------------------ what orders need

    def fit(self, order: Order) -> None:
        """Lock what an order needs now, and free what it no longer needs."""
        account = order.account
        if account.is_house:
            return
        if order.market.is_margined:
            self._fit_notional(order)
            return
        holder, wanted = self._holder(order)
        more = wanted - holder.locked
        if more:
            seat = order.seat
            balance = seat.quote if order.is_buy else seat.base
            balance.free -= more
            balance.locked += more
            holder.locked = wanted
            self.touch(account, balance, AccountChange.ORDERS)

    def release(self, order: Order) -> int:
        """Take off the lock what an order no longer needs after a trade, and return it for the trade to use."""
        holder, wanted = self._holder(order)
        released = holder.locked - wanted
        holder.locked = wanted
        seat = order.seat
        (seat.quote if order.is_buy else seat.base).locked -= released
        return released

    @staticmethod
    def _holder(order: Order) -> tuple[Order | OrderList, int]:
        order_list = order.list
        if order_list is not None and order_list.shares_lock(order):
            return order_list, _shared_need(order_list)
        return order, _need_now(order)

    @staticmethod
    def _fit_notional(order: Order) -> None:
        counts = (
            not order.is_reduce_only
            and not order.is_market
            and order.status in (OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED)
        )
        wanted = order.leaves * order.price * order.market.notional_unit if counts else 0
        if order.is_buy:
            order.seat.bid_notional += wanted - order.locked
        else:
            order.seat.ask_notional += wanted - order.locked
        order.locked = wanted

    # ------------------------------------------------------------------ can it be paid?

    @staticmethod
    def check_balance(seat: Seat, wanted: int, *, is_buy: bool, had: int = 0) -> Refusal | None:
        """Check that a spot account can lock an amount, of which it ``had`` locked something already."""
        if seat.account.is_house:
            return None
        balance = seat.quote if is_buy else seat.base
        # Where positions share the wallet, their margin is not for spending.
        free = min(balance.free, seat.account.available(balance.asset)) + had
        return Refusal(Rule.BALANCE, wanted, free) if wanted > free else None

    @staticmethod
    def check_margin(seat: Seat, notional: int, *, is_buy: bool) -> Refusal | None:
        """Check that an account has margin for more working orders; what reduces a position needs none."""
        if seat.account.is_house or notional <= 0:
            return None
        refusal = Ledger._check_size(seat, notional, is_buy=is_buy)
        if refusal is not None:
            return refusal
        bids, asks = (notional, 0) if is_buy else (0, notional)
        # Against the margin before it, since the smaller side of the orders needs none.
        wanted = seat.order_margin(bids, asks) - seat.order_margin()
        if not wanted:
            return None
        available = seat.account.available(seat.market.settle)
        return Refusal(Rule.MARGIN, wanted, available) if wanted > available else None

    @staticmethod
    def _check_size(seat: Seat, notional: int, *, is_buy: bool) -> Refusal | None:
        """Check that the position would not get larger than the leverage allows."""
        largest = seat.notional_max()
        value = seat.value() if seat.position > 0 else -seat.value()
        reached = value + seat.bid_notional if is_buy else seat.ask_notional - value
        if not largest or reached + notional <= largest:
            return None
        return Refusal(Rule.POSITION_LIMIT, reached + notional, largest)

    # ------------------------------------------------------------------ positions that are in danger

    def shake(self, seat: Seat) -> None:
        """Remember that a position may stand worse than before, where that can end it."""
        if seat.position and seat.market.rules.brackets and not seat.account.is_house:
            self.shaken[seat] = None

    # ------------------------------------------------------------------ telling

    def touch(self, account: Account, balance: Balance, cause: AccountChange) -> None:
        """Remember that a balance changed."""
        account.touched[balance] = None
        if account.cause is None:
            self._changed[account] = None
        if account.cause is None or cause is not AccountChange.ORDERS:
            account.cause = cause

    def changes(self, now_ns: int, change: int = 0) -> list[AccountChanged]:
        """Return every account that changed since the last call, as it is now."""
        if not self._changed:
            return []
        told = []
        for account in self._changed:
            cause = account.cause
            if not account.is_house and cause is not None:
                balances = tuple([balance.view() for balance in account.touched])
                positions = tuple([seat.view() for seat in account.touched_seats])
                told.append(
                    AccountChanged(account.name, cause, balances, positions, now_ns, change)
                )
            account.cause = None
            account.touched.clear()
            account.touched_seats.clear()
        self._changed.clear()
        return told
