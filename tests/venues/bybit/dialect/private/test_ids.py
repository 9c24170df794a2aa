from __future__ import annotations

import pytest

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.private.ids import execution_id, order_id, read_order_id


@pytest.mark.parametrize("category", [SPOT, LINEAR])
@pytest.mark.parametrize("number", [1, 1_000_000, 2**40])
def test_ids_are_found_again(category: Category, number: int) -> None:
    assert read_order_id(category, order_id(category, number)) == number


@pytest.mark.parametrize("text", ["", "1", "x" * 36, "15141634-9867-4d9f-9159-ba37ae9b5fca", "-5"])
def test_what_is_no_id_is_none(text: str) -> None:
    assert read_order_id(SPOT, text) == 0
    assert read_order_id(LINEAR, text) == 0


def test_the_sides_of_a_contracts_trade_have_ids_of_their_own() -> None:
    ids = {execution_id(LINEAR, 7, is_maker=flag) for flag in (True, False)}
    assert len(ids) == 2
    assert {len(one) for one in ids} == {36}
    assert execution_id(SPOT, 7, is_maker=True).isdecimal()
