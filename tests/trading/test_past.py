"""Orders that have ended: who is to be forgotten, and what is kept of who was."""

from __future__ import annotations

import gc
from decimal import Decimal

import pytest

from tickwright.core.order import OrderLife
from tickwright.model.market import Side
from tickwright.model.orders import OrderReport, ReportedState, SubmitOrder
from tickwright.trading.journal import Forgotten
from tickwright.trading.past import EndedOrders, Kind, Past


SPOT, USDM = "binance.spot", "binance.usdm"
D = Decimal


def life(name: str, product: str = SPOT, told_ns: int | None = None, **how: bool) -> OrderLife:
    command = SubmitOrder(
        client_order_id=name,
        instrument="binance:BTC/USDT",
        side=Side.BUY,
        quantity=D(1),
        price=D(1),
    )
    made = OrderLife(command, product, **how)
    if told_ns is not None:
        report = OrderReport(
            client_order_id=name,
            instrument="binance:BTC/USDT",
            state=ReportedState.CANCELED,
            received_ts_ns=told_ns,
            venue_ts_ns=told_ns,
            venue_order_id=f"v-{name}",
        )
        made.reported(report)
    return made


@pytest.mark.parametrize("kind", Kind)
def test_the_first_to_end_is_the_first_to_go_and_only_for_one_of_its_kind(kind: Kind) -> None:
    ended = EndedOrders(kept=2)
    for other in Kind:
        assert (ended.add(f"{other}-1", other), ended.add(f"{other}-2", other)) == (None, None)
    assert ended.add("more", kind) == f"{kind}-1"
    assert len(ended) == 6


def test_who_ends_again_ended_last_and_who_lives_again_has_not_ended() -> None:
    ended = EndedOrders(kept=2)
    for name in ("a", "b", "a"):
        assert ended.add(name, Kind.LIVED) is None
    assert ended.add("c", Kind.LIVED) == "b"
    ended.remove("a")
    ended.remove("never there")
    assert ended.add("d", Kind.LIVED) is None


def test_an_order_that_is_there_after_all_is_of_the_other_kind() -> None:
    ended = EndedOrders(kept=1)
    ended.add("a", Kind.NEVER_THERE)
    ended.add("a", Kind.LIVED)
    assert ended.add("b", Kind.NEVER_THERE) is None
    assert ended.add("c", Kind.LIVED) == "a"


def test_the_past_reaches_as_far_as_the_venue_told_of_any_of_a_product() -> None:
    past = Past()
    assert past.is_empty
    assert not past.covers(SPOT, 0)
    for each in (life("a", told_ns=30), life("b", told_ns=20), life("never there")):
        past.add(each)
    assert not past.is_empty
    assert [past.covers(SPOT, at_ns) for at_ns in (20, 30, 31)] == [True, True, False]
    assert not past.covers(USDM, 20)


def test_names_are_kept_that_users_gave() -> None:
    past = Past()
    for each in (life("mine"), life("tw-3f9k2m7q0x-1"), life("theirs", is_external=True)):
        past.add(each)
    assert [name in past for name in ("mine", "tw-3f9k2m7q0x-1", "theirs")] == [True, False, False]


def test_an_order_is_there_as_long_as_somebody_holds_it() -> None:
    past, held = Past(), life("a")
    past.add(held)
    assert past.life("a") is held
    del held
    gc.collect()
    assert past.life("a") is None


def test_what_a_journal_says_of_it_is_what_it_was() -> None:
    past = Past()
    assert past.entry([], [], 7) is None
    past.add(life("a", told_ns=30))
    said = past.entry([life("b", USDM, told_ns=10), life("c")], [(SPOT, "v-9", "d#v-9")], 7)
    assert said == Forgotten(
        at_ns=7,
        until_ns={SPOT: 30, USDM: 10},
        names=("a", "b", "c"),
        called=((SPOT, "v-9", "d#v-9"),),
    )
    assert not past.covers(USDM, 10)  # asking changes nothing
    other = Past()
    other.take(said)
    assert other.entry([], said.called, 7) == said
