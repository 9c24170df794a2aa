"""What may still trade, counted as it changes."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import Order, OrderState, SubmitOrder
from tickwright.trading.pending import PendingOrders


D = Decimal
NOTHING, ONE = D(0), D(1)
BTC, ETH = "binance:BTC/USDT", "binance:ETH/USDT"


def order(
    name: str = "a",
    state: OrderState = OrderState.OPEN,
    *,
    instrument: str = BTC,
    side: Side = Side.BUY,
    quantity: Decimal | None = ONE,
    filled: Decimal = NOTHING,
) -> Order:
    command = SubmitOrder(
        client_order_id=name, instrument=instrument, side=side, quantity=D(1), price=D(1)
    )
    return Order(command=command, state=state, quantity=quantity, filled_quantity=filled)


def test_nothing_is_pending_where_nothing_was_placed() -> None:
    assert PendingOrders().of(BTC) == (0, D(0), D(0))


def test_an_order_without_a_quantity_counts_as_an_order_of_nothing() -> None:
    pending = PendingOrders()
    pending.note(order(quantity=None))
    assert pending.of(BTC) == (1, D(0), D(0))


def test_an_order_that_was_final_counts_again_once_the_venue_shows_it() -> None:
    pending = PendingOrders()
    pending.note(order(state=OrderState.REJECTED))
    assert pending.of(BTC) == (0, D(0), D(0))
    pending.note(order(state=OrderState.PARTLY_FILLED, filled=D("0.25")))
    assert pending.of(BTC) == (1, D("0.75"), D(0))


news = st.builds(
    order,
    st.sampled_from("abc"),
    st.sampled_from(OrderState),
    quantity=st.sampled_from([D(1), D("1.5"), None]),
    filled=st.sampled_from([D(0), D("0.25"), D(1)]),
)


@given(st.lists(news))
def test_counts_are_those_of_going_through_all_orders(told: list[Order]) -> None:
    pending, known = PendingOrders(), dict[str, Order]()
    sides = {"a": Side.BUY, "b": Side.BUY, "c": Side.SELL}
    homes = {"a": BTC, "b": ETH, "c": BTC}
    for each in told:
        name = each.client_order_id
        now = order(
            name,
            each.state,
            instrument=homes[name],
            side=sides[name],
            quantity=each.quantity,
            filled=each.filled_quantity,
        )
        known[name] = now
        pending.note(now)
    for instrument in (BTC, ETH):
        left: dict[Side, list[Decimal]] = {Side.BUY: [], Side.SELL: []}
        for name, now in known.items():
            if homes[name] == instrument and not now.state.is_final:
                left[sides[name]].append(now.leaves_quantity or D(0))
        count = sum(map(len, left.values()))
        assert pending.of(instrument) == (count, total(*left[Side.BUY]), total(*left[Side.SELL]))
