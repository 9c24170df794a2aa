"""Groups: one order as a group of one, and lists cut into what a venue takes at once."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.limits import Priority
from tickwright.model.orders import OrderReport, ReportedState
from tickwright.venues.base import RestCall
from tickwright.venues.groups import Group, alone, in_groups


def call(name: str) -> RestCall[OrderReport]:
    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        return OrderReport(
            client_order_id=body.decode(),
            instrument="binance:BTC/USDT",
            state=ReportedState.OPEN,
            received_ts_ns=received_ts_ns,
        )

    return RestCall(
        method="POST",
        path=f"/{name}",
        decode=decode,
        costs={"WEIGHT": 1},
        priority=Priority.ORDER,
        is_idempotent=False,
    )


def test_a_group_of_one_is_the_same_request_with_an_answer_of_one() -> None:
    single = call("order")
    group = alone("me-1", single)
    assert (group.names, group.call) == (("me-1",), single)
    answer = single.decode(b"me-1", 5)
    assert group.answers(answer) == [answer]


@given(count=st.integers(0, 40), size=st.integers(1, 12))
def test_every_order_travels_once_in_order_and_no_group_is_too_large(count: int, size: int) -> None:
    made: list[str] = []

    def single(name: str) -> Group:
        made.append("single")
        return alone(name, call(name))

    def several(names: Sequence[str]) -> Group:
        made.append("several")
        return Group(tuple(names), alone("", call("batch")).call)

    names = [f"me-{place}" for place in range(count)]
    groups = list(in_groups(names, size, single=single, several=several))
    assert [name for group in groups for name in group.names] == names
    assert all(len(group.names) <= size for group in groups)
    assert made.count("single") == sum(len(group.names) == 1 for group in groups)
