"""Cancels: of one order and the list it belongs to, of a list, of everything."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Account
from tickwright.sandbox.exchange.floor import Floor
from tickwright.sandbox.exchange.life import LifeEvent
from tickwright.sandbox.exchange.order import Order, OrderList
from tickwright.venues.commands import CancelAll, CancelList, CancelOnly, CancelOrder, Scope
from tickwright.venues.reports import OrderStatus, Refusal, Rule


__all__ = ["cancel", "cancel_all", "cancel_list"]


def cancel(floor: Floor, command: CancelOrder) -> Refusal | None:
    """Cancel an order, with its list."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    order = floor.open_order(seat, command.order_id, command.client_id)
    if isinstance(order, Refusal):
        return order
    only = command.only
    if only is not None and (only is CancelOnly.PARTIALLY_FILLED) != bool(order.filled):
        return Refusal(Rule.CANCEL_ONLY, order.filled)
    _cancel(floor, order, command.cancel_id)
    return None


def _cancel(floor: Floor, order: Order, cancel_id: str = "") -> None:
    order_list = order.list
    if order_list is None or order_list.is_done:
        floor.finish(order, LifeEvent.CANCEL, client_id=cancel_id)
        return
    _cancel_members(floor, order_list, order, cancel_id)


def _cancel_members(
    floor: Floor, order_list: OrderList, named: Order | None, cancel_id: str
) -> None:
    for member in order_list.orders:
        if member.status.is_open:
            # Only the order that was named carries the cancel's id: ids are never shared.
            floor.finish(member, LifeEvent.CANCEL, client_id=cancel_id if member is named else "")


def cancel_list(floor: Floor, command: CancelList) -> Refusal | None:
    """Cancel the open orders of a list."""
    seat = floor.seat(command.account, command.symbol)
    if isinstance(seat, Refusal):
        return seat
    for order_list in seat.account.lists.values():
        is_it = (
            order_list.id == command.list_id
            if command.list_id
            else order_list.client_id == command.client_id
        )
        if is_it and order_list.seat is seat:
            _cancel_members(floor, order_list, None, "")
            return None
    return Refusal(Rule.UNKNOWN_LIST, command.list_id, subject=command.client_id)


def cancel_all(floor: Floor, command: CancelAll) -> Refusal | None:
    """Cancel an account's open orders, oldest first."""
    account: Account | None = floor.accounts.get(command.account)
    if account is None:
        return Refusal(Rule.UNKNOWN_ACCOUNT, subject=command.account)
    if command.symbol:
        if command.symbol not in floor.markets:
            return Refusal(Rule.UNKNOWN_SYMBOL, subject=command.symbol)
        seats = [account.seats[command.symbol]] if command.symbol in account.seats else []
    else:
        seats = list(account.seats.values())
    for seat in seats:
        for order in list(seat.orders.values()):
            is_dormant = order.status is OrderStatus.DORMANT
            if order.status.is_open and (
                command.scope is Scope.ALL or (command.scope is Scope.DORMANT) == is_dormant
            ):
                _cancel(floor, order)
    return None
