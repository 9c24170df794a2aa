"""The twin's fast path: whatever it reads, a scanner that has learned nothing reads in the same way."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.fuzz import mutated
from tests.kernel.kernels import BEST, BEST_FRAME, DEPTH, DEPTH_FRAME, TRADE, TRADE_FRAME, TWIN

from tickwright.errors import DecodeError
from tickwright.kernel.pure import Levels
from tickwright.kernel.pure_fast import SHAPES_MAX, read_levels
from tickwright.kernel.pure_scan import DepthScanner, FieldScanner


BOOK_FRAME = DEPTH_FRAME.replace(b'"a":[', b'"pu":-7,"x":1.5,"y":null,"z":{"m":false},"a":[')


class Practised:
    """A scanner that has learned the shape of ``frame``."""

    def __init__(self, frame: bytes, fields: Any = None) -> None:
        self._is_depth = fields is None
        self._fields = fields
        self.scanner = self._new()
        self.scan(self.scanner, frame)
        assert self.knows(frame)

    def _new(self) -> Any:
        return (
            TWIN.DepthScanner(**DEPTH) if self._is_depth else TWIN.FieldScanner(fields=self._fields)
        )

    def scan(self, scanner: Any, frame: bytes, scales: tuple[int, int] = (8, 8)) -> Any:
        return scanner.scan(frame, *scales) if self._is_depth else scanner.scan(frame)

    def knows(self, frame: bytes) -> bool:
        return self.scanner._shapes.read(frame) is not None

    def check(self, frame: bytes, scales: tuple[int, int] = (8, 8)) -> None:
        """Check that this scanner and a new one, which knows no shape, say the same of ``frame``."""
        outcomes = []
        for scanner in (self.scanner, self._new()):
            try:
                values = self.scan(scanner, frame, scales)
                outcomes.append([(type(value), repr(value), value) for value in values])
            except DecodeError as error:
                outcomes.append([(DecodeError, str(error), error.offset)])
        assert outcomes[0] == outcomes[1]


TRADES, QUOTES = Practised(TRADE_FRAME, TRADE), Practised(BEST_FRAME, BEST)
DELTAS, BOOKS = Practised(DEPTH_FRAME), Practised(BOOK_FRAME)
ALL = [(TRADES, TRADE_FRAME), (QUOTES, BEST_FRAME), (DELTAS, DEPTH_FRAME), (BOOKS, BOOK_FRAME)]


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("61837.63000000", "61838"), ("61837.63000000", "0.1"), ("61837.63000000", "-1.50"),
        ('"m":true', '"m":false'), ("3735683259", "0"), ("3735683259", "-7"),
        ('"s":"BTCUSDT"', '"s":"币安人生USDT"'), ('"s":"BTCUSDT"', '"s":""'), ("@trade", "@aggTrade"),
        ("1723161255342", "1.5"),
    ],
)  # fmt: skip
def test_a_frame_of_the_same_shape_is_read_with_its_own_values(old: str, new: str) -> None:
    frame = TRADE_FRAME.decode().replace(old, new).encode()
    assert frame != TRADE_FRAME
    assert TRADES.knows(frame)
    TRADES.check(frame)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"t":', '"t":1,"t":'), ('"M":', '"t":1,"M":'), ('"M":true', '"M":true,"M":true'),
        ('"M":true', '"M":null'), ('"M":true', '"M":[]'), ('"M":true', '"M":"true"'), ('"s":', '"\\u0073":'),
        ("BTCUSDT", "BTC\\u0055SDT"), ("BTCUSDT", "BTC\tUSDT"), ("BTCUSDT", "BTC\x00"), ('"s":"BTCUSDT"', '"s":7'),
        ('"61837.63000000"', "61837.63000000"), ("61837.63000000", "061837"), ("61837.63000000", "61837."),
        ("61837.63000000", ".5"), ("61837.63000000", "6e4"), ("61837.63000000", "٦"), ("61837.63000000", "NaN"),
        ("61837.63000000", "1" * 65), ("61837.63000000", "1." + "0" * 40), ("3735683259", "03735683259"),
        ("3735683259", "9223372036854775807"), ("3735683259", "9223372036854775808"), ("3735683259", "3.0"),
        ("3735683259", '"3735683259"'), ("1723161255342", "1e999"), ("1723161255342", "01"), ("true,", "tru,"),
        ('"T":1723161255342,', ""), (',"M":true', ""), (',"M":true', ',"M":true,'), ('"m":true', '"m":null'),
        (":", " : "), ("}}", "}} "), ("}}", "}}}"), ("}}", "}"), ("}}", "}}\n"), ("{", "\ufeff{"),
        ("BTCUSDT", "BTC\udcffUSDT"), ("BTCUSDT", 'BTC"USDT'),
    ],
)  # fmt: skip
def test_a_frame_of_another_shape_is_left_to_the_exact_scanner(old: str, new: str) -> None:
    frame = TRADE_FRAME.decode().replace(old, new).encode(errors="surrogateescape")
    assert frame != TRADE_FRAME
    trades = Practised(TRADE_FRAME, TRADE)
    assert not trades.knows(frame)
    trades.check(frame)


@given(
    seed=st.integers(0, 2**32),
    practised=st.sampled_from(ALL),
    scales=st.sampled_from([(8, 8), (2, 5), (9, 0), (18, 18)]),
)
def test_no_change_of_a_known_frame_is_read_differently(
    seed: int, practised: tuple[Practised, bytes], scales: tuple[int, int]
) -> None:
    scanner, frame = practised
    scanner.check(mutated(frame, DEPTH_FRAME, Random(seed)), scales)


def test_a_side_with_a_level_and_one_without_are_two_shapes() -> None:
    empty = BEST_FRAME.replace(b'[["90000.00","1.500"]]', b"[]")
    quotes = Practised(BEST_FRAME, BEST)
    assert not quotes.knows(empty)
    quotes.check(empty)
    assert quotes.knows(empty)
    assert quotes.knows(BEST_FRAME)


@pytest.mark.parametrize(
    "side", [b"[[90000.00,1.500]]", b'[["90000.00","1.500","3"]]', b'[["90000.00", "1.500"]]']
)
def test_a_level_that_is_spelled_otherwise_is_read_and_not_learned(side: bytes) -> None:
    frame = BEST_FRAME.replace(b'[["90000.00","1.500"]]', side)
    quotes = Practised(BEST_FRAME, BEST)
    for _ in range(2):
        quotes.check(frame)
        assert not quotes.knows(frame)


def test_an_absent_value_and_one_that_is_null_are_none_in_a_shape() -> None:
    fields = [("a", "int?"), ("b", "text?"), ("c.d", "bool?"), ("e", "decimal")]
    scanner = FieldScanner(fields=fields)
    for value in ("1", "2.50"):
        assert str(scanner.scan(b'{"b":null,"c":5,"e":%b}' % value.encode())[3]) == value
        assert scanner.scan(b'{"b":null,"c":5,"e":%b}' % value.encode())[:3] == (None,) * 3
    assert scanner._shapes.read(b'{"b":null,"c":5,"e":9}') is not None


def test_a_scanner_of_one_field_reads_it_whole() -> None:
    scanner = FieldScanner(fields=[("a", "text")])
    assert [scanner.scan(frame) for frame in (b'{"a":"xy"}', b'{"a":"zu"}')] == [("xy",), ("zu",)]
    assert scanner._shapes.read(b'{"a":"vw"}') == ["vw"]


def test_a_frame_in_any_buffer_has_a_shape() -> None:
    assert TRADES.knows(memoryview(TRADE_FRAME))  # type: ignore[arg-type]  # any buffer is a frame
    assert TRADES.knows(bytearray(TRADE_FRAME))  # type: ignore[arg-type]  # any buffer is a frame


@pytest.mark.parametrize(
    "frame",
    [
        b'{"a":1,"x":[]}', b'{"a":1,"x":[1]}', b'{"a": 1}', b'{"a":1,"x":"\\n"}', b'{"a":1,"\\"":2}',
        b'{"a":1,"\\\\":2}', b'{"a":1,"x":1,"x":1}', b'{"a":1,"x":1e5}', b'{"\\u0061":1}',
        b'{"a":1%b}' % b"".join(b',"x%d":1' % n for n in range(1000)),
        b'{"a":1,"x":%b1%b}' % (b'{"x":' * 800, b"}" * 800),
    ],
)  # fmt: skip
def test_an_unusual_frame_is_read_and_not_learned(frame: bytes) -> None:
    scanner = FieldScanner(fields=[("a", "int")])
    for _ in range(2):
        assert scanner.scan(frame) == (1,)
        assert scanner._shapes.read(frame) is None


def test_a_key_with_a_meaning_in_expressions_is_only_a_key() -> None:
    scanner = FieldScanner(fields=[("a", "int")])
    assert scanner.scan(b'{"a":1,".*(":2}') == (1,)
    assert scanner._shapes.read(b'{"a":3,".*(":4}') == [3]
    assert scanner._shapes.read(b'{"a":3,"xyz(":4}') is None


def test_a_scanner_learns_so_many_shapes_and_no_more() -> None:
    scanner = FieldScanner(fields=[("a", "int")])
    frames = [b'{"a":%d,"x%d":0}' % (n, n) for n in range(SHAPES_MAX + 2)]
    assert [scanner.scan(frame) for frame in frames] == [(n,) for n in range(len(frames))]
    is_known = [scanner._shapes.read(frame) is not None for frame in frames]
    assert is_known == [True] * SHAPES_MAX + [False] * 2
    assert [scanner.scan(frame) for frame in frames] == [(n,) for n in range(len(frames))]


def test_levels_that_are_spelled_unevenly_do_not_use_up_the_shapes() -> None:
    deltas = Practised(DEPTH_FRAME)
    for _ in range(SHAPES_MAX):
        deltas.check(DEPTH_FRAME.replace(b"61730.17000000", b"61730.17"))
    assert len(deltas.scanner._shapes._learned) == 1


# --- levels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scales", "raws"),
    [
        ('["1.50","2.0"],["0.25","0.0"]', (2, 1), ([150, 25], [20, 0])),
        ('["1.50","2.0"],["0.25","0.7"]', (4, 3), ([15000, 2500], [2000, 700])),
        ('["1.500","2.00"],["0.200","0.70"]', (1, 1), ([15, 2], [20, 7])),
        ('["1.00","2.0"],["0.00","0.0"]', (0, 0), ([1, 0], [2, 0])),
        ('["5","0"],["10","3"]', (0, 2), ([5, 10], [0, 300])),
        ('["0.07","0.01"]', (2, 2), ([7], [1])),
        ('["0.5","0.000000000000000001"]', (18, 18), ([5 * 10**17], [1])),
        ('["9999999999999999.99","1"]', (2, 17), ([10**18 - 1], [10**17])),
    ],
)  # fmt: skip
def test_even_levels_are_read(
    text: str, scales: tuple[int, int], raws: tuple[list[int], list[int]]
) -> None:
    levels, none = Levels._of(*raws, scales), Levels._of([], [], scales)
    assert read_levels(text, "", *scales) == (levels, none)
    assert read_levels("", text, *scales) == (none, levels)
    assert read_levels(text, text, *scales) == (levels, levels)


@pytest.mark.parametrize("scales", [(-1, 2), (2, -1), (19, 2), (2, 19)])
def test_scales_that_are_none_are_left_to_the_exact_scanner(scales: tuple[int, int]) -> None:
    assert read_levels('["1.50","2.0"]', "", *scales) is None


def test_two_empty_sides_are_left_to_the_exact_scanner() -> None:
    assert read_levels("", "", 2, 3) is None


def test_what_was_read_before_does_not_matter() -> None:
    for _ in range(2):
        for text in ('["1.5","2.0"]', '["1.50","2.0"]', '["1","2.00"]', '["1.234","2.0"]'):
            found = read_levels(text, "", 2, 2)
            if "1.234" in text:
                assert found is None
            else:
                assert found is not None
                assert found[0].raw(0) == (100 if '"1"' in text else 150, 200)


@pytest.mark.parametrize(
    "text",
    [
        '["1.50","2.0"],["1.5","2.0"]', '["1.50","2.0"],["1.25","2"]', '["1.50","2.0"],["2","1.50"]',
        '["01.5","2"]', '["00.5","2"]', '[".5","2"]', '["1.","2"]', '["1.5.5","2"]', '["-1","2"]',
        '["1",2]', '[1,"2"]', '["1","2","3"]', '["1"]', '["1","2"],', ',["1","2"]', '["1","2"]["1","2"]',
        '["1","2"],["1","2","1","2"]', '["1,5","2"]', '["","2"]', '["1",""]', "[]", '[["1","2"]]', "1", '"', "]",
        '["1.234","2"]', '["1.5","2.0001"]', '["1.5","0.0005"]', '["12345678901234567","2"]',
        f'["1.{"0" * 19}","2"]', f'["1","2.{"0" * 19}"]',
    ],
)  # fmt: skip
def test_other_levels_are_left_to_the_exact_scanner(text: str) -> None:
    assert read_levels(text, "", 2, 3) is None
    assert read_levels("", text, 2, 3) is None
    assert read_levels('["1.50","2.0"],' * 50 + text, "", 2, 3) is None
    assert read_levels('["1.50","2.0"]', text, 2, 3) is None


@given(
    levels=st.lists(
        st.tuples(*[st.integers(0, 10**19) | st.integers(0, 2000)] * 2), min_size=1, max_size=5
    ),
    digits=st.tuples(*[st.integers(0, 18)] * 2),
    scales=st.tuples(*[st.integers(0, 18)] * 2),
)
def test_levels_are_read_as_the_exact_scanner_does_or_not_at_all(
    levels: list[tuple[int, int]], digits: tuple[int, int], scales: tuple[int, int]
) -> None:
    def spelled(raw: int, n: int) -> str:
        whole, fraction = divmod(raw, 10**n)
        return f"{whole}.{fraction:0{n}}" if n else str(whole)

    pairs = [(spelled(price, digits[0]), spelled(size, digits[1])) for price, size in levels]
    text = ",".join([f'["{price}","{size}"]' for price, size in pairs])
    found = read_levels(text, text, *scales)
    try:
        frame = b'{"b":[%b],"a":[]}' % text.encode()
        bids, _ = DepthScanner(bids="b", asks="a").scan(frame, *scales)
    except DecodeError:
        assert found is None
        return
    raws = [bids.raw(n) for n in range(len(bids))]
    is_large = any(raw >= 10**18 for pair in raws for raw in pair)
    assert is_large or found is not None
    if found is not None:
        assert [side.raw(n) for side in found for n in range(len(side))] == raws * 2


def test_no_pattern_of_a_shape_takes_what_json_refuses() -> None:
    match = TRADES.scanner._shapes._learned[0].match
    assert match(TRADE_FRAME.decode())
    for place in re.finditer(r"[{}:,\"]", TRADE_FRAME.decode()):
        at = place.start()
        assert not match(TRADE_FRAME.decode()[:at] + TRADE_FRAME.decode()[at + 1 :])
