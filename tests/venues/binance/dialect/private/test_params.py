"""Parameters, one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused


def code_of(refused: pytest.ExceptionInfo[Refused]) -> int:
    return refused.value.code


def test_query_wins_over_the_body_and_encodings_are_undone() -> None:
    params = Params.sent("a=1&name=%5B%22x%22%5D", "a=2&b=x+y")
    assert (params.text("a"), params.text("b"), params.text("name")) == ("1", "x y", '["x"]')


def test_a_name_twice_in_one_part_is_refused() -> None:
    with pytest.raises(Refused, match="Duplicate") as caught:
        Params.sent("a=1&a=1", "")
    assert code_of(caught) == -1101


def test_what_came_as_json_reads_as_if_it_had_come_as_text() -> None:
    params = Params.of({"flag": True, "count": 5, "none": None, "rows": [1, "a"], "text": "x"})
    assert params.flag("flag")
    assert params.whole("count") == 5
    assert "none" not in params
    assert params.rows("rows") == [1, "a"]
    assert params.text("text") == "x"


def test_empty_counts_as_not_sent() -> None:
    params = Params({"a": ""})
    assert "a" not in params
    assert params.text("a", "default") == "default"
    with pytest.raises(Refused, match="Mandatory parameter 'a'"):
        params.required("a")


def test_numbers_are_exact_and_have_neither_sign_nor_exponent() -> None:
    assert Params({"n": "65000.10"}).number("n") == Decimal("65000.10")
    assert Params({}).number("n") is None
    for text in ("1e3", "+1", "-1", ".5", "1.", "NaN", "1,0", " 1"):
        with pytest.raises(Refused, match="Illegal characters") as caught:
            Params({"n": text}).number("n")
        assert code_of(caught) == -1100
    assert Params({"n": "12"}).whole("n") == 12
    assert Params({}).whole("n", 3) == 3
    with pytest.raises(Refused, match="Illegal"):
        Params({"n": "1.0"}).whole("n")


def test_a_choice_is_one_of_the_known_words() -> None:
    invalid = Refused(-1117, "Invalid side.")
    assert Params({"side": "BUY"}).choice("side", ("BUY",), invalid) == "BUY"
    assert Params({}).choice("side", ("BUY",), invalid, "BUY") == "BUY"
    with pytest.raises(Refused, match="Invalid side"):
        Params({"side": "buy"}).choice("side", ("BUY",), invalid)
    with pytest.raises(Refused, match="Mandatory"):
        Params({}).choice("side", ("BUY",), invalid)


def test_flags_are_words_in_any_case() -> None:
    assert Params({"f": "TRUE"}).flag("f")
    assert not Params({"f": "false"}).flag("f")
    assert Params({}).flag("f", default=True)
    with pytest.raises(Refused, match="'f' is not valid"):
        Params({"f": "1"}).flag("f")


def test_limits_are_cut_or_refused() -> None:
    assert Params({}).limit(500, 1000) == 500
    assert Params({"limit": "5000"}).limit(500, 1000) == 1000
    with pytest.raises(Refused, match="limit"):
        Params({"limit": "0"}).limit(500, 1000)
    with pytest.raises(Refused, match="limit"):
        Params({"limit": "1001"}).limit(500, 1000, is_clamped=False)


def test_rows_are_a_json_array() -> None:
    assert Params({"rows": "[1]"}).rows("rows") == [1]
    for text in ("{}", "[", "1"):
        with pytest.raises(Refused) as caught:
            Params({"rows": text}).rows("rows")
        assert code_of(caught) == -1130


def test_a_leg_takes_the_parameters_of_its_prefix() -> None:
    params = Params({"aboveType": "LIMIT_MAKER", "abovePrice": "1", "above": "x", "quantity": "2"})
    leg = params.part("above", ("quantity", "side"))
    assert (leg.text("type"), leg.text("price"), leg.text("quantity")) == ("LIMIT_MAKER", "1", "2")
    assert "side" not in leg


def test_what_nobody_read_is_complained_about() -> None:
    params = Params({"a": "1", "b": "2", "timestamp": "3", "signature": "x"})
    params.text("a")
    with pytest.raises(Refused, match="read '1' parameter\\(s\\) but was sent '2'") as caught:
        params.check_read()
    assert code_of(caught) == -1104
    params.ignore("b")
    params.check_read()
