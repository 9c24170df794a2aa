"""What is on its way: orders whose intents the board does not know yet, and amends of which nothing is known.

All of them count when the next command is checked, as if they had gone through already (G36).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from tickwright.core.ordercheck import Denial
from tickwright.errors import CommandDenied, UsageError
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, SubmitOrder
from tickwright.trading.board import OrderBoard


__all__ = ["Check", "Claims", "Wanted"]

Wanted = tuple[SubmitOrder, Instrument]
"""What to place, and of what."""


class Check(Protocol):
    """Says why an order must not leave."""

    def __call__(
        self,
        command: SubmitOrder,
        instrument: Instrument,
        /,
        *,
        besides: Sequence[SubmitOrder] = (),
        amended: Sequence[Order] = (),
        in_place_of: Order | None = None,
    ) -> Denial | None:
        """Return a denial, ``None`` to let the order leave.

        Args:
            command: What is to leave.
            instrument: Of the order.
            besides: Orders that leave at the same time and before it, of which the board does not know yet.
            amended: Orders as they may be already, by amends of which nothing is known yet.
            in_place_of: The order that ends if this one is placed; of the same name, if it is amended.
        """


class Claims:
    """Checks commands, and remembers those on their way.

    Args:
        board: Knows all others.
        check: Asked before anything is sent.
    """

    def __init__(self, board: OrderBoard, check: Check) -> None:
        self._board = board
        self._check = check
        self._claimed: dict[str, SubmitOrder | None] = {}
        """Names of orders whose intent is on its way into the journal; without the order if it is denied."""
        self._amending: list[Order] = []
        """Orders as they are to be, by amends whose outcome is not known: until they are seen so, or end."""

    def claim(
        self,
        wanted: Sequence[Wanted],
        *,
        all_or_none: bool = False,
        in_place_of: Order | None = None,
    ) -> dict[str, Denial]:
        """Check orders and reserve their names; return why some must not leave.

        What is claimed must be placed, and released, without waiting for anything in between.

        Args:
            wanted: The orders; each counts against those behind it.
            all_or_none: One denial denies the others as well.
            in_place_of: The order that ends if this one is placed.

        Raises:
            UsageError: A name was used before; nothing is claimed then.
        """
        names = [command.client_order_id for command, _ in wanted]
        for name in names:
            if name in self._claimed or name in self._board or names.count(name) > 1:
                raise UsageError(f"an order goes by {name!r} already; names are used once")
        denials: dict[str, Denial] = {}
        ahead = self._ahead()
        if self._amending:
            self._forget_changes()
        for command, instrument in wanted:
            denial = self._check(
                command,
                instrument,
                besides=ahead,
                amended=self._amending,
                in_place_of=in_place_of,
            )
            if denial is None:
                ahead.append(command)
            else:
                denials[command.client_order_id] = denial
            self._claimed[command.client_order_id] = command if denial is None else None
        if denials and all_or_none:
            first, denial = next(iter(denials.items()))
            other = Denial(denial.code, f"{first} was denied: {denial.text}")
            denials = {name: denials.get(name, other) for name in names}
            self._claimed |= dict.fromkeys(names)
        return denials

    def claim_change(
        self, old: Order, changed: Order, instrument: Instrument
    ) -> CommandDenied | None:
        """Return why an order must not be changed as wanted, ``None`` if it may: then it counts as changed until `release_changes`.

        Args:
            old: As it is.
            changed: As it is to be.
            instrument: Of the order.
        """
        self._forget_changes()
        command = msgspec.structs.replace(
            old.command, quantity=changed.quantity, price=changed.price, quote_quantity=None
        )
        denial = self._check(
            command,
            instrument,
            besides=self._ahead(),
            amended=self._amending,
            in_place_of=old,
        )
        if denial is not None:
            return CommandDenied(denial.code, denial.text)
        self._amending.append(changed)
        return None

    def release_changes(self, orders: Collection[Order]) -> None:
        """Let amends go whose outcome is known.

        Args:
            orders: As they were to be.
        """
        known = {id(order) for order in orders}
        self._amending = [order for order in self._amending if id(order) not in known]

    def _forget_changes(self) -> None:
        """Let amends go of orders that have ended, or are seen as they were to be."""
        self._amending = [order for order in self._amending if self._may_come(order)]

    def _may_come(self, changed: Order) -> bool:
        now = self._board.order(changed.client_order_id)
        is_so = now is not None and (now.quantity, now.price) == (changed.quantity, changed.price)
        return now is not None and not now.state.is_final and not is_so

    def release(self, names: Sequence[str]) -> None:
        """Let claimed orders go: the board knows them now, or their intents could not be written down."""
        for name in names:
            self._claimed.pop(name, None)

    def _ahead(self) -> list[SubmitOrder]:
        """Return the orders that are on their way into the journal, and are to leave."""
        return [
            command
            for name, command in self._claimed.items()
            if command is not None and name not in self._board
        ]
