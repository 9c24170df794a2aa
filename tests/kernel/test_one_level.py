"""The one price level of an array, read as two numbers by both kernels."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.kernels import BEST, BEST_FRAME, TWIN, Kernel

from tickwright.errors import DecodeError


both_kernels = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

NUMBERS = st.sampled_from(["0", "-1", "1.50", "90000.10", "1e5", "01", "1.", "", "x", " 1"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("a"), inner),
    max_leaves=5,
)


def scan(kernel: Kernel, levels: str, kind: str = "level") -> Any:
    scanner = kernel.FieldScanner(fields=[("u", "int"), ("b", kind), ("t", "text?")])
    frame = f'{{"b":{levels},"u":7,"x":1}}'.encode()
    first = scanner.scan(frame)
    assert repr(scanner.scan(frame)) == repr(first), "the second look, which may be a quicker one"
    return first


def test_a_quote_frame_gives_price_and_quantity_of_both_sides(kernel: Kernel) -> None:
    values = kernel.FieldScanner(fields=BEST).scan(BEST_FRAME)
    assert [str(value) for value in values] == [
        "1795000000095", "7961638724", "90000.00", "1.500", "90000.10", "0.300",
    ]  # fmt: skip


def test_an_empty_array_has_neither_price_nor_quantity(kernel: Kernel) -> None:
    assert scan(kernel, "[]") == scan(kernel, " [ ] ") == (7, None, None, None)


def test_a_side_that_empties_and_fills_again_is_read_each_time(kernel: Kernel) -> None:
    scanner = kernel.FieldScanner(fields=[("b", "level"), ("a", "level")])
    full, empty = '[["1.50","2"]]', "[]"
    for bids, asks in ((full, full), (empty, full), (full, empty), (empty, empty)) * 2:
        bid, bid_quantity, ask, ask_quantity = scanner.scan(f'{{"b":{bids},"a":{asks}}}'.encode())
        assert (bid, bid_quantity) == ((Decimal("1.5"), 2) if bids == full else (None, None))
        assert (ask, ask_quantity) == ((Decimal("1.5"), 2) if asks == full else (None, None))


@pytest.mark.parametrize(
    "levels", ['[["1.50","2"]]', "[[1.50,2]]", '[["1.50",2]]', ' [ [ "1.50" , "2" ] ] ', '[["1.50","2",0,{"a":[]}]]']
)  # fmt: skip
def test_numbers_are_quoted_or_bare_and_what_follows_them_is_ignored(
    kernel: Kernel, levels: str
) -> None:
    _, price, quantity, _ = scan(kernel, levels)
    assert (str(price), quantity) == ("1.50", 2)


@pytest.mark.parametrize(
    "levels",
    [
        '[["1","2"],["3","4"]]', '[["1","2"],]', '[["1","2"]', '[["1","2"}]', '[["1"]]', "[[]]", '["1","2"]', "[1]",
        '[{"a":1}]', "{}", '"1"', "7", "true", "null", '[["x","2"]]', '[["1","x"]]', '[["1",null]]', '[["1","2",]]',
        '[["1","2" "3"]]', '[["1" "2"]]', '[["1","2",01]]', "[null]", '[["1","2"]]]', '[["NaN","1"]]',
    ],
)  # fmt: skip
def test_anything_but_one_level_or_none_is_refused(kernel: Kernel, levels: str) -> None:
    with pytest.raises(DecodeError):
        scan(kernel, levels)


def test_more_than_one_level_is_told(kernel: Kernel) -> None:
    with pytest.raises(DecodeError, match="one level expected"):
        scan(kernel, '[["1","2"],["3","4"]]')


def test_the_compiled_scanner_names_the_byte_of_a_further_level(compiled: Kernel) -> None:
    with pytest.raises(DecodeError) as caught:
        scan(compiled, '[["1","2"],["3","4"]]')
    assert caught.value.offset == len('{"b":[["1","2"]')


def test_an_optional_level_may_be_absent_or_null(kernel: Kernel) -> None:
    scanner = kernel.FieldScanner(fields=[("b", "level?"), ("u", "int")])
    for frame in (b'{"u":7}', b'{"b":null,"u":7}', b'{"b":[],"u":7}'):
        assert scanner.scan(frame) == (None, None, 7)
    with pytest.raises(DecodeError, match="b is missing"):
        kernel.FieldScanner(fields=[("b", "level")]).scan(b'{"u":7}')


def test_a_level_that_is_named_twice_is_refused(kernel: Kernel) -> None:
    with pytest.raises(DecodeError, match="more than once"):
        kernel.FieldScanner(fields=[("b", "level")]).scan(b'{"b":[],"b":[]}')


def test_levels_stand_in_rows_too(kernel: Kernel) -> None:
    scanner = kernel.RowScanner(rows="d", fields=[("b", "level"), ("n", "int")])
    rows = scanner.scan(b'{"d":[{"n":1,"b":[["1","2"]]},{"n":2,"b":[]}]}')
    assert rows == [(1, 2, 1), (None, None, 2)]


def outcome(kernel: Kernel, levels: str) -> str:
    try:
        return repr(scan(kernel, levels))
    except DecodeError:
        return "refused"


@both_kernels
@given(
    levels=JSON | st.lists(st.lists(NUMBERS, max_size=3), max_size=2),
    space=st.sampled_from(["", " ", "\n\t"]),
)
def test_whatever_stands_there_is_read_alike(compiled: Kernel, levels: Any, space: str) -> None:
    text = json.dumps(levels, separators=(f"{space},", f":{space}"))
    assert outcome(compiled, text) == outcome(TWIN, text)
