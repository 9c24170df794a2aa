"""Kinds of value beyond numbers and texts, in both kernels: the one price level of an array, times, words, what is above zero.

The plain ones are tested with the scanners, in `tests.kernel.test_pure_scan`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.kernels import BEST, BEST_FRAME, TWIN, Kernel, as_tuple

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


# --- one level ------------------------------------------------------------------------------------


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
    scanner = kernel.RowScanner(rows="d", make=as_tuple, fields=[("b", "level"), ("n", "int")])
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


# --- kinds of a row -------------------------------------------------------------------------------


def in_row(kernel: Kernel, kind: Any, value: str) -> Any:
    scanner = kernel.RowScanner(rows="d", make=as_tuple, fields=[("x", kind)])
    [(found,)] = scanner.scan(f'{{"d":[{{"x":{value}}}]}}'.encode())
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1795000000454", 1_795_000_000_454_000_000),
        ('"1795000000454"', 1_795_000_000_454_000_000),
        ("0", 0),
        ("-1", -1_000_000),
        ("9223372036854", 9_223_372_036_854_000_000),
        ("-9223372036854", -9_223_372_036_854_000_000),
    ],
)
def test_a_time_in_ms_is_given_in_ns(kernel: Kernel, value: str, expected: int) -> None:
    assert in_row(kernel, "ms", value) == expected


@pytest.mark.parametrize(
    "value", ["9223372036855", "-9223372036855", "99999999999999999999", "1.5", '"x"', "null", "[]"]
)
def test_a_time_beyond_64_bits_or_none_is_refused(kernel: Kernel, value: str) -> None:
    with pytest.raises(DecodeError):
        in_row(kernel, "ms", value)


@pytest.mark.parametrize(
    "value", ["1", '"0.001"', '"0.00000001"', "1e-999", "10", "1e0", '"90000.10"', "0.1E5"]
)
def test_a_number_above_zero_is_positive(kernel: Kernel, value: str) -> None:
    found = in_row(kernel, "positive", value)
    assert str(found) == str(Decimal(value.strip('"')))


@pytest.mark.parametrize("value", ["0", '"0.000"', "-1", '"-0.5"', "-0", "0e5", "0E-1", "0.0e15"])
def test_zero_and_what_is_below_are_not_positive(kernel: Kernel, value: str) -> None:
    with pytest.raises(DecodeError, match="positive"):
        in_row(kernel, "positive", value)


@pytest.mark.parametrize("value", ['"NaN"', "Infinity", '""', "null", "true", '"x"', "01"])
def test_what_is_no_number_is_not_positive_either(kernel: Kernel, value: str) -> None:
    with pytest.raises(DecodeError):
        in_row(kernel, "positive", value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2290000000019296063", 2290000000019296063),
        ("0", 0),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("99999999999999999999", "99999999999999999999"),
        ("007", "007"),
        ("-7", "-7"),
        ("7.0", "7.0"),
        ("", ""),
        ("٣", "٣"),
        ("20f43950-d8dd-5b31-9112-a178eb6023af", "20f43950-d8dd-5b31-9112-a178eb6023af"),
        ("\\u0037", 7),
    ],
)
def test_an_id_is_a_number_where_it_is_one(kernel: Kernel, text: str, expected: object) -> None:
    found = in_row(kernel, "id", f'"{text}"')
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize("value", ["7", "null", "[]"])
def test_an_id_is_a_text_as_sent(kernel: Kernel, value: str) -> None:
    with pytest.raises(DecodeError):
        in_row(kernel, "id", value)


WORDS = {"Buy": 1, "Sell": -1, "é": "accent"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [('"Buy"', 1), ('"Sell"', -1), ('"B\\u0075y"', 1), ('"é"', "accent"), ('"\\u00e9"', "accent")],
)
def test_a_word_is_what_it_stands_for(kernel: Kernel, value: str, expected: object) -> None:
    assert in_row(kernel, WORDS, value) == expected


@pytest.mark.parametrize("value", ['"buy"', '"Bu"', '"Buyy"', '""', '"\\ud800"'])
def test_another_word_is_an_error_unless_there_is_a_meaning_for_it(
    kernel: Kernel, value: str
) -> None:
    with pytest.raises(DecodeError, match="word"):
        in_row(kernel, WORDS, value)
    assert in_row(kernel, {**WORDS, "": "other"}, value) == "other"


@pytest.mark.parametrize("value", ["1", "null", "true", "[]", '"Buy', '"\\x"'])
def test_what_is_no_text_is_no_word(kernel: Kernel, value: str) -> None:
    with pytest.raises(DecodeError):
        in_row(kernel, {**WORDS, "": "other"}, value)


def test_a_change_of_the_words_afterwards_changes_nothing(kernel: Kernel) -> None:
    words = {"a": 1}
    scanner = kernel.RowScanner(rows="d", make=as_tuple, fields=[("x", words)])
    words.clear()
    assert scanner.scan(b'{"d":[{"x":"a"}]}') == [(1,)]


@both_kernels
@given(
    kind=st.sampled_from(["id", "ms", "positive", "int", "decimal"]),
    number=st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
    is_quoted=st.booleans(),
)
def test_numbers_of_a_row_are_read_alike(
    compiled: Kernel, kind: str, number: str, is_quoted: bool
) -> None:
    text = f'"{number}"' if is_quoted else number
    outcomes = []
    for kernel in (compiled, TWIN):
        try:
            outcomes.append(repr(in_row(kernel, kind, text)))
        except DecodeError:
            outcomes.append("refused")
    assert outcomes[0] == outcomes[1]
