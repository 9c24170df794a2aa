from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.venues.bybit.dialect.categories import CATEGORIES, LINEAR
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.dialects import RestRequest


def form(**values: object) -> Form:
    return Form(values, CATEGORIES)


def test_texts_numbers_and_flags_are_read_as_they_were_meant() -> None:
    found = form(qty=0.5, reduceOnly=True, isLeverage=1, side="Buy", price="", none=None)
    assert found.number("qty") == Decimal("0.5")
    assert found.flag("reduceOnly")
    assert found.flag("isLeverage")
    assert not found.flag("closeOnTrigger")
    assert "price" not in found
    assert found.number("price") is None
    assert found.text("none", "x") == "x"


@pytest.mark.parametrize("text", ["-1", "1e3", "x", "1.", "NaN", "0x1"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        form(qty=text).number("qty")


def test_requests_are_read_from_query_or_body() -> None:
    get = RestRequest(method="GET", path="/", query="category=linear&cursor=a%253D1")
    assert Form.of(get, CATEGORIES).text("cursor") == "a%3D1"
    post = RestRequest(method="POST", path="/", body=b'{"category":"linear"}')
    assert Form.of(post, CATEGORIES).contracts() is LINEAR
    assert Form.of(RestRequest(method="POST", path="/"), CATEGORIES).values == {}


def test_a_get_with_a_body_is_forbidden_and_no_object_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Form.of(RestRequest(method="GET", path="/", body=b"{}"), CATEGORIES)
    assert refused.value.status == 403
    for body in (b"[]", b"x", b"\xff"):
        with pytest.raises(Refused) as refused:
            Form.of(RestRequest(method="POST", path="/", body=body), CATEGORIES)
        assert refused.value.code == 10001


def test_lists_limits_and_choices_are_checked() -> None:
    assert form(limit="70").limit(20, 50) == 50
    for wrong in (
        lambda: form(limit=0).limit(20, 50),
        lambda: form(limit="x").limit(20, 50),
        lambda: form(side="buy").choice("side", ("Buy", "Sell")),
        lambda: form().choice("side", ("Buy", "Sell")),
        lambda: form(request="x").rows("request"),
        lambda: form(request=[1]).rows("request"),
        lambda: form().required("symbol"),
        lambda: form(category="x").category(),
        lambda: form(category="spot").contracts(),
    ):
        with pytest.raises(Refused):
            wrong()


def test_an_order_of_a_batch_is_of_the_batchs_category() -> None:
    part = form(category="linear").part({"symbol": "A", "category": "spot"})
    assert (part.category(), part.text("symbol")) == (LINEAR, "A")
