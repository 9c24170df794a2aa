"""Content that no documentation lists."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tickwright.sandbox import Faults
from tickwright.sandbox.dialects import dialect_of
from tickwright.sandbox.strange import UNHEARD_OF, Strange


DIALECT = dialect_of("binance.usdm")
TRADE = '{"e":"trade","p":"1.10","X":"MARKET","st":1,"o":{"a":1,"b":2}}'


def rewritten(text: str, **faults: Any) -> str:
    return Strange(Random(7)).payload(text, Faults(**faults), DIALECT)


def test_every_object_gets_a_key_that_nobody_knows() -> None:
    found = json.loads(rewritten(TRADE, unknown_keys=True))
    assert {key: found[key] for key in ("e", "p", "st")} == {"e": "trade", "p": "1.10", "st": 1}
    assert "zz9" in found
    assert "zz9" in found["o"]


def test_keys_come_in_any_order_and_nothing_else_changes() -> None:
    text = rewritten(TRADE, shuffled_keys=True)
    assert json.loads(text) == json.loads(TRADE)
    assert list(json.loads(text)) != list(json.loads(TRADE))


def test_names_of_one_thing_of_several_can_be_new() -> None:
    found = json.loads(rewritten(TRADE, unknown_enums=True))
    assert (found["X"], found["st"], found["p"]) == (UNHEARD_OF, 9, "1.10")


def test_what_is_no_json_stays_as_it_is() -> None:
    assert rewritten("<html>", unknown_keys=True) == "<html>"
