"""Frames of many rows, in both kernels: something is made of each, or there is nothing worse than an error."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.kernels import COMPILED, TRADES, TRADES_FRAME, TWIN, Kernel, as_tuple

from tickwright.errors import DecodeError, UsageError


FIELDS = (("T", "int"), ("p", "decimal"), ("i", "text"), ("x", "bool?"))
ROWS: list[dict[str, Any]] = [
    {"T": 1795000000454, "p": "90000.10", "i": "20f43950", "BT": False, "more": {"deep": [1, {}]}},
    {"i": "b", "x": True, "T": "7", "p": 0.5},
]
FRAME = json.dumps({"topic": "t", "data": ROWS, "ts": 1, "z": {"data": [{}]}}).encode()
both_kernels = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def scan(kernel: Kernel, frame: Any) -> Any:
    return kernel.RowScanner(rows="data", make=as_tuple, fields=FIELDS).scan(frame)


def outcome(kernel: Kernel, frame: bytes) -> Any:
    """Return what a kernel makes of a frame: rows, or that it refuses it."""
    try:
        return scan(kernel, frame)
    except DecodeError:
        return DecodeError


def test_each_row_gives_its_values_in_the_order_of_the_fields(kernel: Kernel) -> None:
    assert scan(kernel, FRAME) == [
        (1795000000454, Decimal("90000.10"), "20f43950", None),
        (7, Decimal("0.5"), "b", True),
    ]


def test_a_row_is_read_as_a_frame_of_its_own_would_be(kernel: Kernel) -> None:
    alone = kernel.FieldScanner(fields=FIELDS)
    assert scan(kernel, FRAME) == [alone.scan(json.dumps(row).encode()) for row in ROWS]


def test_what_the_caller_gives_takes_the_open_places_of_each_row(kernel: Kernel) -> None:
    fields = [None, ("n", "int"), ("l", "level"), None, ("x", "int?"), None]
    scanner = kernel.RowScanner(rows="d", make=as_tuple, fields=fields)
    frame = b'{"d":[{"n":1,"l":[["5","6"]]},{"x":3,"l":[],"n":2}]}'
    assert scanner.scan(frame, "a", [], None) == [
        ("a", 1, 5, 6, [], None, None),
        ("a", 2, None, None, [], 3, None),
    ]


@pytest.mark.parametrize("given", [(), (1,), (1, 2, 3)])
def test_as_many_values_are_given_as_places_are_open(kernel: Kernel, given: Any) -> None:
    scanner = kernel.RowScanner(rows="d", make=as_tuple, fields=[None, ("n", "int"), None])
    with pytest.raises(TypeError, match=f"{len(given)} values given for 2 fields"):
        scanner.scan(b'{"d":[]}', *given)


def test_what_is_made_of_a_row_is_the_caller_s_affair(kernel: Kernel) -> None:
    made = kernel.RowScanner(rows="d", make=max, fields=[None, ("n", "int")])
    assert made.scan(b'{"d":[{"n":1},{"n":9}]}', 5) == [5, 9]


def test_an_error_in_what_makes_comes_through(kernel: Kernel) -> None:
    broken = kernel.RowScanner(rows="d", make=divmod, fields=[None, ("n", "int")])
    assert broken.scan(b'{"d":[{"n":2}]}', 5) == [(2, 1)]
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            broken.scan(b'{"d":[{"n":2},{"n":0}]}', 5)


def test_a_trade_s_row_is_all_that_a_trade_needs(kernel: Kernel) -> None:
    scanner = kernel.RowScanner(rows="data", make=as_tuple, fields=TRADES)
    assert scanner.scan(TRADES_FRAME, "BTC") == [
        (
            "BTC", 1_795_000_000_454_000_000, 1, Decimal("0.001"), Decimal("90000.10"), "+",
            "20f43950-d8dd-5b31-9112-a178eb6023af", False, 7961638744,
        )
    ]  # fmt: skip


def test_no_rows_are_none(kernel: Kernel) -> None:
    assert scan(kernel, b'{"data": [ ] }') == []


def test_any_buffer_will_do(kernel: Kernel) -> None:
    assert scan(kernel, bytearray(FRAME)) == scan(kernel, memoryview(FRAME)) == scan(kernel, FRAME)


def test_an_escaped_name_is_the_same_name(kernel: Kernel) -> None:
    assert scan(kernel, rb'{"d\u0061ta":[]}') == []


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{}",
        b"[]",
        b'{"data":{}}',
        b'{"data":7}',
        b'{"data":null}',
        b'{"data":[1]}',
        b'{"data":[[]]}',
        b'{"data":[null]}',
        b'{"data":[{}]}',
        b'{"data":[{"T":1,"p":"1","i":"a"},]}',
        b'{"data":[{"T":1,"p":"1","i":"a"}',
        b'{"data":[{"T":1,"p":"1","i":"a"}]',
        b'{"data":[{"T":1,"p":"1","i":"a"}]},',
        b'{"data":[{"T":1,"p":"1","i":"a"}],}',
        b'{"data":[{"T":1,"p":"1","i":"a"}]}x',
        b'{"data":[{"T":1,"p":"1"}]}',
        b'{"data":[{"T":1,"T":2,"p":"1","i":"a"}]}',
        b'{"data":[{"T":"x","p":"1","i":"a"}]}',
        b'{"data":[{"T":1,"p":"1","i":7}]}',
        b'{"data":[],"data":[]}',
        b'{"data":[] "a":1}',
        b"{data:[]}",
        b'{"data" []}',
    ],
)
def test_what_is_no_frame_of_rows_is_refused(kernel: Kernel, frame: bytes) -> None:
    with pytest.raises(DecodeError):
        scan(kernel, frame)


def test_every_truncation_is_refused(kernel: Kernel) -> None:
    for end in range(len(FRAME)):
        with pytest.raises(DecodeError):
            scan(kernel, FRAME[:end])


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ("", FIELDS),
        ("data", (("a", "float"),)),
        ("data", (("a", "bids"),)),
        ("data", (("a", "int"), None, ("a", "int"))),
    ],
)
def test_what_cannot_be_watched_is_a_usage_error(kernel: Kernel, rows: str, fields: Any) -> None:
    with pytest.raises(UsageError):
        kernel.RowScanner(rows=rows, make=as_tuple, fields=fields)


@both_kernels
@given(st.data())
def test_mutated_frames_end_alike_in_both_kernels(data: st.DataObject) -> None:
    if COMPILED is None:
        pytest.skip("the kernel is not compiled here")
    frame = bytearray(FRAME)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame) - 1))
        match data.draw(st.sampled_from(["set", "cut", "copy"])):
            case "set":
                frame[at] = data.draw(st.sampled_from(b'{}[]",:0 19.-etx\\'))
            case "cut":
                del frame[at : at + data.draw(st.integers(1, 20))]
            case _:
                frame[at:at] = frame[at : at + data.draw(st.integers(1, 20))]
        if not frame:
            break
    assert outcome(COMPILED, bytes(frame)) == outcome(TWIN, bytes(frame))
