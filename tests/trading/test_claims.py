"""What is on its way counts for what comes next, until it is known or let go."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec
import pytest
from tests.venues.binance.trading_rig import SPOT_BTC, command

from tickwright.core.ordercheck import Denial
from tickwright.errors import CommandDenied, UsageError
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, OrderReport, OrderState, ReportedState, SubmitOrder
from tickwright.trading.board import OrderBoard
from tickwright.trading.claims import Claims, Wanted
from tickwright.trading.journal import Denied, Reported, Submitted


D = Decimal


class Desk:
    """Claims over a board, and a check that denies some and keeps what it was shown."""

    def __init__(self, *denied: str) -> None:
        self.board = OrderBoard()
        self.denied = denied
        self.shown: list[tuple[list[str], list[Decimal | None]]] = []
        self.claims = Claims(self.board, self._check)

    def _check(
        self,
        order: SubmitOrder,
        instrument: Instrument,
        *,
        besides: Sequence[SubmitOrder] = (),
        amended: Sequence[Order] = (),
        in_place_of: Order | None = None,
    ) -> Denial | None:
        names = [each.client_order_id for each in besides]
        self.shown.append((names, [each.quantity for each in amended]))
        return Denial("MINE", "not this one") if order.client_order_id in self.denied else None

    def know(self, name: str) -> Order:
        """Fold the intent of an order, and return it."""
        entry = Submitted(at_ns=1, product="binance.spot", command=named(name), is_leaving=True)
        self.board.apply(entry)
        order = self.board.order(name)
        assert order is not None
        return order


def named(name: str) -> SubmitOrder:
    return command(SPOT_BTC, client_order_id=name)


def wanted(*names: str) -> list[Wanted]:
    return [(named(name), SPOT_BTC) for name in names]


def larger(order: Order, quantity: str = "2") -> Order:
    return msgspec.structs.replace(order, quantity=D(quantity))


def test_each_order_is_shown_to_the_checks_of_those_behind_it_unless_it_is_denied() -> None:
    desk = Desk("b")
    denials = desk.claims.claim(wanted("a", "b", "c"))
    assert list(denials) == ["b"]
    assert [names for names, _ in desk.shown] == [[], ["a"], ["a"]]
    desk.claims.claim(wanted("d"))
    assert desk.shown[-1][0] == ["a", "c"]


def test_what_is_claimed_counts_until_the_board_knows_it_or_it_is_released() -> None:
    desk = Desk()
    desk.claims.claim(wanted("a", "b"))
    desk.know("a")  # which counts it from now on
    desk.claims.claim(wanted("c"))
    desk.claims.release(["a", "b", "c"])
    desk.claims.claim(wanted("d"))
    assert [names for names, _ in desk.shown] == [[], ["a"], ["b"], []]


@pytest.mark.parametrize("names", [("known",), ("claimed",), ("new", "new")])
def test_g02_a_name_is_used_once_and_nothing_is_claimed_with_one_that_was(
    names: tuple[str, ...],
) -> None:
    desk = Desk()
    desk.know("known")
    desk.claims.claim(wanted("claimed"))
    with pytest.raises(UsageError, match="names are used once"):
        desk.claims.claim(wanted("other", *names))
    desk.claims.claim(wanted("other"))


def test_where_all_go_or_none_one_denial_is_that_of_all() -> None:
    desk = Desk("b")
    denials = desk.claims.claim(wanted("a", "b"), all_or_none=True)
    assert denials["b"] == Denial("MINE", "not this one")
    assert denials["a"] == Denial("MINE", "b was denied: not this one")
    desk.claims.claim(wanted("c"))
    assert desk.shown[-1][0] == []


def test_a_change_counts_until_its_outcome_is_known() -> None:
    desk = Desk()
    order = desk.know("a")
    changed = larger(order)
    assert desk.claims.claim_change(order, changed, SPOT_BTC) is None
    desk.claims.claim(wanted("b"))
    desk.claims.release_changes([changed])
    desk.claims.claim(wanted("c"))
    assert [amended for _, amended in desk.shown] == [[], [D(2)], []]


def test_a_change_that_is_denied_says_why_and_does_not_count() -> None:
    desk = Desk("a")
    order = desk.know("a")
    denied = desk.claims.claim_change(order, larger(order), SPOT_BTC)
    assert isinstance(denied, CommandDenied)
    assert (denied.code, denied.text) == ("MINE", "not this one")
    desk.claims.claim(wanted("b"))
    assert desk.shown[-1] == ([], [])


def test_a_change_of_unknown_outcome_counts_no_longer_than_its_order_lives() -> None:
    desk = Desk()
    order, other = desk.know("a"), desk.know("b")
    desk.claims.claim_change(order, larger(order), SPOT_BTC)
    known = larger(other, "3")
    desk.claims.claim_change(other, known, SPOT_BTC)
    desk.claims.release_changes([known])
    desk.claims.claim(wanted("c"))
    assert desk.shown[-1] == ([], [D(2)])
    desk.board.apply(Denied(at_ns=2, client_order_id="a", code="", text=""))
    desk.claims.release_changes([])
    desk.claims.claim(wanted("d"))
    assert desk.shown[-1][1] == []
    assert order.state is OrderState.SENT


def test_a_change_that_was_seen_as_it_was_to_be_counts_no_longer() -> None:
    desk = Desk()
    order = desk.know("a")
    desk.claims.claim_change(order, larger(order), SPOT_BTC)  # whoever asked for it is gone
    told = OrderReport(
        client_order_id="a",
        instrument=order.command.instrument,
        state=ReportedState.OPEN,
        received_ts_ns=1,
        quantity=D(2),
    )
    desk.board.apply(Reported(at_ns=2, product="binance.spot", report=told))
    desk.claims.claim(wanted("b"))
    assert desk.shown[-1] == ([], [])
