from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tickwright.sandbox.bookside import BookSide


@given(st.booleans(), st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5))))
def test_it_behaves_as_a_sorted_dict(is_bid: bool, changes: list[tuple[int, int]]) -> None:
    side, model = BookSide(is_bid=is_bid), dict[int, int]()
    for price, quantity in changes:
        side.set(price, quantity)
        if quantity:
            model[price] = quantity
        else:
            model.pop(price, None)
    expected = sorted(model.items(), reverse=is_bid)
    assert side.top(100) == expected
    assert side.top(2) == expected[:2]
    assert len(side) == len(model)
    assert [side.at(price) for price in range(1, 31)] == [
        model.get(price, 0) for price in range(1, 31)
    ]
    if expected:
        assert (side.best, side.worst) == (expected[0][0], expected[-1][0])
        assert [side.price_at(n) for n in range(len(side))] == [price for price, _ in expected]
