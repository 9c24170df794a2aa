"""What goes around requests and replies of the WebSocket API."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.venues.binance.dialect.private.envelope import (
    Unreadable,
    failed,
    read_request,
    succeeded,
)


IDS = [0, 7, -7, 2**63 - 1, "r-1", "a" * 36, "d5b8c1f0-8d0f-4c3b-8f0e-2b8f7d6a5c4e", None]


@pytest.mark.parametrize("request_id", IDS)
def test_every_form_of_id_is_echoed_as_it_came(request_id: Any) -> None:
    request = read_request(json.dumps({"id": request_id, "method": "ping"}))
    assert request.id == request_id
    assert json.loads(succeeded(request.id, "{}", None)) == {
        "id": request_id,
        "status": 200,
        "result": {},
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"method":"ping"}',
        '{"id":1.5,"method":"ping"}',
        '{"id":1e3,"method":"ping"}',
        '{"id":true,"method":"ping"}',
        '{"id":[1],"method":"ping"}',
        '{"id":{},"method":"ping"}',
        '{"id":"","method":"ping"}',
        '{"id":"a b","method":"ping"}',
        json.dumps({"id": "a" * 37, "method": "ping"}),
        json.dumps({"id": 2**63, "method": "ping"}),
    ],
)
def test_a_wrong_or_missing_id_is_refused_without_one(text: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_request(text)
    assert raised.value.request_id is None
    assert raised.value.refused.body() == {
        "code": -1135,
        "msg": "Invalid 'id' in JSON request; expected an integer, a string matching"
        " '^[a-zA-Z0-9-_]{1,36}$', or null.",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ping",
        "[]",
        "7",
        '{"id":1,',
        '{"id":NaN,"method":"x"}',
        '{"id":1,"method":"\\ud800"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_request(text)
    assert raised.value.refused.body() == {"code": -1135, "msg": "Invalid JSON Request"}


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ({}, "Invalid 'method' in JSON request; expected a string."),
        ({"method": ""}, "Invalid 'method' in JSON request; expected a string."),
        ({"method": 1.0}, "Invalid 'method' in JSON request; expected a string."),
        ({"method": "ping", "params": []}, "Invalid 'params' in JSON request; expected an object."),
        (
            {"method": "ping", "params": None},
            "Invalid 'params' in JSON request; expected an object.",
        ),
    ],
)
def test_what_else_is_wrong_is_told_to_the_id(rest: dict[str, Any], text: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_request(json.dumps({"id": "x", **rest}))
    assert (raised.value.request_id, raised.value.refused.text) == ("x", text)


def test_numbers_with_a_point_stay_as_they_were_written() -> None:
    request = read_request(
        '{"id":1,"method":"order.place","params":{"price":60000.10,"quantity":1e-3,"orderId":5}}'
    )
    assert request.params == {"price": "60000.10", "quantity": "1e-3", "orderId": 5}


def test_the_envelopes_own_parameter_is_not_the_methods() -> None:
    request = read_request(
        '{"id":1,"method":"ping","params":{"returnRateLimits":false,"symbol":"A"}}'
    )
    assert request.wants_limits is False
    assert request.arguments == {"symbol": "A"}
    assert read_request('{"id":1,"method":"ping"}').wants_limits is None
    assert (
        read_request('{"id":1,"method":"ping","params":{"returnRateLimits":"no"}}').wants_limits
        is None
    )


def test_replies_hold_what_is_wanted_and_nothing_else() -> None:
    rows = [{"rateLimitType": "REQUEST_WEIGHT", "count": 1}]
    assert json.loads(succeeded(1, '{"price":"0.10"}', rows)) == {
        "id": 1,
        "status": 200,
        "result": {"price": "0.10"},
        "rateLimits": rows,
    }
    assert json.loads(failed("测", 400, {"code": -1, "msg": "测试"}, [])) == {
        "id": "测",
        "status": 400,
        "error": {"code": -1, "msg": "测试"},
        "rateLimits": [],
    }


@given(
    st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace"))
)
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read_request(text)
