"""The scanners of both kernels: generated JSON, every truncation, and each kind of bad input."""

from __future__ import annotations

import json
from array import array
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.kernels import DEPTH, DEPTH_FRAME, TRADE, TRADE_FRAME, TWIN, Kernel

from tickwright.errors import DecodeError, InvalidNumber, UsageError


both_kernels = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
NESTED = 900  # deeper than either kernel goes


def depth(kernel: Kernel, frame: Any, price_scale: int = 8, quantity_scale: int = 8) -> Any:
    return kernel.DepthScanner(**DEPTH).scan(frame, price_scale, quantity_scale)


def levels_of(kernel: Kernel, text: str, price_scale: int = 2, quantity_scale: int = 3) -> Any:
    """Scan ``text`` as the bids of a frame, far enough from its end and right at it."""
    scanner = kernel.DepthScanner(bids="b", asks="a")
    padded = f'{{"b":{text},"a":[],"padding":"{"x" * 100}"}}'.encode()
    (bids, _) = scanner.scan(padded, price_scale, quantity_scale)
    (_, at_the_end) = scanner.scan(f'{{"b":[],"a":{text}}}'.encode(), price_scale, quantity_scale)
    assert bids == at_the_end
    return bids


# --- whole frames ---------------------------------------------------------------------------------


def test_a_depth_frame_gives_ints_and_levels(kernel: Kernel) -> None:
    event, first, last, previous, bids, asks = depth(kernel, DEPTH_FRAME)
    assert (event, first, last, previous) == (1723161255208, 50093239189, 50093239202, None)
    assert list(bids) == [
        (Decimal("61737.63"), Decimal(0)),
        (Decimal("61730.17"), Decimal("0.25")),
        (Decimal("56854.58"), Decimal("12.0001")),
    ]
    assert asks.raw(0) == (6183764000000, 154698000)
    assert len(asks) == 2


def test_the_scale_is_the_callers(kernel: Kernel) -> None:
    *_, bids, _ = depth(kernel, DEPTH_FRAME, 2, 5)
    assert (bids.price_scale, bids.quantity_scale) == (2, 5)
    assert bids.raw(2) == (5685458, 1200010)


def test_a_trade_frame_gives_each_field_in_its_own_type(kernel: Kernel) -> None:
    values = kernel.FieldScanner(fields=TRADE).scan(TRADE_FRAME)
    assert values == (
        1723161255343, 3735683259, Decimal("61837.63000000"), Decimal("0.02000000"), True,
        "BTCUSDT", None,
    )  # fmt: skip
    assert str(values[2]) == "61837.63000000"
    assert values[4] is True


def test_a_depth_scanner_gives_texts_where_asked(kernel: Kernel) -> None:
    scanner = kernel.DepthScanner(ints=["u"], bids="b", asks="a", optional_ints=["x"], texts=["t"])
    frame = b'{"t":"snapshot","u":"7","x":null,"b":[],"a":[["1","2"]]}'
    u, x, text, bids, asks = scanner.scan(frame, 0, 0)
    assert (u, x, text, len(bids)) == (7, None, "snapshot", 0)
    assert list(asks) == [(1, 2)]


@pytest.mark.parametrize(
    "wrap", [bytes, bytearray, memoryview, lambda b: memoryview(array("B", b))]
)
def test_any_contiguous_bytes_are_a_frame(kernel: Kernel, wrap: Any) -> None:
    assert depth(kernel, wrap(DEPTH_FRAME)) == depth(kernel, DEPTH_FRAME)
    scanner = kernel.FieldScanner(fields=TRADE)
    assert scanner.scan(wrap(TRADE_FRAME)) == scanner.scan(TRADE_FRAME)


def test_a_text_is_no_frame(kernel: Kernel) -> None:
    with pytest.raises(TypeError):
        depth(kernel, DEPTH_FRAME.decode())


@pytest.mark.parametrize("end", range(len(DEPTH_FRAME)))
def test_a_depth_frame_cut_anywhere_is_an_error(kernel: Kernel, end: int) -> None:
    with pytest.raises(DecodeError):
        depth(kernel, DEPTH_FRAME[:end])
    with pytest.raises(DecodeError):  # in a buffer of exactly this size
        depth(kernel, memoryview(array("B", DEPTH_FRAME[:end])))


@pytest.mark.parametrize("end", range(len(TRADE_FRAME)))
def test_a_trade_frame_cut_anywhere_is_an_error(kernel: Kernel, end: int) -> None:
    with pytest.raises(DecodeError):
        kernel.FieldScanner(fields=TRADE).scan(TRADE_FRAME[:end])


@pytest.mark.parametrize("more", [b"}", b"{}", b",", b"x", b"\0", b" 1", b'"', b"\xff"])
def test_data_after_the_end_is_an_error(kernel: Kernel, more: bytes) -> None:
    with pytest.raises(DecodeError):
        depth(kernel, DEPTH_FRAME + more)


def test_white_space_around_anything_is_fine(kernel: Kernel) -> None:
    spaced = json.dumps(json.loads(DEPTH_FRAME), indent=3).replace("\n", " \r\n\t").encode()
    assert depth(kernel, b" \n" + spaced + b"\t\r\n ") == depth(kernel, DEPTH_FRAME)


# --- generated JSON -------------------------------------------------------------------------------

UNKNOWN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)  # fmt: skip
INTEGER = st.integers(-(2**63) + 1, 2**63 - 1)
SCALES = st.integers(0, 18)


@st.composite
def number_texts(draw: Any, *, scale: int, is_signed: bool) -> tuple[str, int]:
    """Draw a spelling of a number that is exact at ``scale``, and its raw value."""
    digits = draw(st.integers(1, 18))
    raw = draw(st.integers(0, 10**digits))
    sign = "-" if is_signed and raw and draw(st.booleans()) else ""
    whole, point = divmod(raw, 10**scale)
    fraction = f"{point:0{scale}}" if scale else ""
    shown = draw(st.sampled_from([fraction, fraction.rstrip("0"), fraction + "000"]))
    text = sign + str(whole) + ("." + shown if shown else "")
    if draw(st.integers(0, 4)) == 0:
        text = f"{sign}{raw}{draw(st.sampled_from('eE'))}-{scale}"
    return text, -raw if sign else raw


@st.composite
def depth_documents(draw: Any) -> tuple[bytes, int, int, tuple[Any, ...]]:
    """Draw a frame with everything that may vary, its scales, and what it says."""
    scales = draw(SCALES), draw(SCALES)
    ints = draw(st.tuples(INTEGER, INTEGER, INTEGER))
    previous = draw(st.none() | INTEGER)
    sides = []
    for _ in "ba":
        runs = draw(
            st.lists(
                st.tuples(
                    number_texts(scale=scales[0], is_signed=True),
                    number_texts(scale=scales[1], is_signed=False),
                ),
                max_size=6,
            )
        )
        sides.append(runs)
    quote = draw(st.sampled_from(['"', ""]))
    extra = draw(st.sampled_from(["", ',"0"', ',{"x":[]},null']))

    def run(side: Any) -> str:
        spelled = (f"[{quote}{p}{quote},{quote}{q}{quote}{extra}]" for (p, _), (q, _) in side)
        return f"[{','.join(spelled)}]"

    pairs = [
        ('"E"', str(ints[0])),
        ('"U"', f'"{ints[1]}"'),
        ('"\\u0075"', str(ints[2])),  # an escaped "u" is the same key
        ('"b"', run(sides[0])),
        ('"a"', run(sides[1])),
    ]
    if previous is not None or draw(st.booleans()):
        pairs.append(('"pu"', json.dumps(previous)))
    names = {"E", "U", "u", "b", "a", "pu"}
    inner = _mixed(draw, pairs, names)
    frame = _mixed(draw, [('"data"', inner)], {"data"})
    return frame.encode(), *scales, (*ints, previous, *sides)


def _mixed(draw: Any, pairs: list[tuple[str, str]], names: set[str]) -> str:
    unknown = draw(st.dictionaries(st.text(max_size=4), UNKNOWN, max_size=4))
    is_ascii = draw(st.booleans())
    pairs = pairs + [
        (json.dumps(key, ensure_ascii=is_ascii), json.dumps(value, ensure_ascii=is_ascii))
        for key, value in unknown.items()
        if key not in names
    ]
    space = draw(st.sampled_from(["", " ", "\n\t"]))
    shuffled = draw(st.permutations(pairs))
    return (
        "{" + space
        + f"{space},{space}".join(f"{key}{space}:{space}{value}" for key, value in shuffled)
        + space + "}"
    )  # fmt: skip


@both_kernels
@given(document=depth_documents())
def test_any_order_spelling_and_company_of_keys_gives_the_same_values(
    kernel: Kernel, document: Any
) -> None:
    frame, price_scale, quantity_scale, (*ints, bids, asks) = document
    *found, found_bids, found_asks = depth(kernel, frame, price_scale, quantity_scale)
    assert found == ints
    for run, levels in ((bids, found_bids), (asks, found_asks)):
        assert [levels.raw(n) for n in range(len(levels))] == [
            (price, quantity) for (_, price), (_, quantity) in run
        ]


@both_kernels
@given(
    frame=st.binary(max_size=60)
    | st.text('{}[]",:.0123456789eE+-tfn\\u bda', max_size=60).map(str.encode)
)
def test_on_any_bytes_both_kernels_agree(compiled: Kernel, frame: bytes) -> None:
    outcomes = []
    for kernel in (compiled, TWIN):
        scanner = kernel.FieldScanner(fields=[("a", "int?"), ("b.d", "decimal?"), ("d", "text?")])
        try:
            outcomes.append(scanner.scan(frame))
        except DecodeError:
            outcomes.append(None)
    assert outcomes[0] == outcomes[1]


# --- levels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ('["1.5","2"]', (150, 2000)),
        ("[1.5,2]", (150, 2000)),
        ('[1.5,"2.000"]', (150, 2000)),
        ('["1.5","2","0",1,{"x":[]}]', (150, 2000)),
        (' [ "1.5" , "2" ] ', (150, 2000)),
        ('["-1.5","0"]', (-150, 0)),
        ('["0","0.000"]', (0, 0)),
        ('["-0.00","-0"]', (0, 0)),
        ('["12345678.12","12345678.123"]', (1234567812, 12345678123)),
        ('["123456789.12","1234567890.123"]', (12345678912, 1234567890123)),
        ('["1.1200000000000","0.12300000000000"]', (112, 123)),
        ('["150e-2","2E+0"]', (150, 2000)),
        ('["0.015e2","2e0"]', (150, 2000)),
        ('["92233720368547758.07","9223372036854775.807"]', (2**63 - 1, 2**63 - 1)),
        ('["-92233720368547758.07","1"]', (-(2**63) + 1, 1000)),
        ('["1000000000000000000000e-19","1"]', (10000, 1000)),
        (f'["1.5{"0" * 60}","2"]', (150, 2000)),
    ],
)
def test_every_spelling_of_an_exact_number_is_read(
    kernel: Kernel, text: str, raw: tuple[int, int]
) -> None:
    levels = levels_of(kernel, f"[{text}]")
    assert levels.raw(0) == raw
    many = levels_of(kernel, f'[["1.25","7"],{text},["1.25","7"]]')
    assert [many.raw(n) for n in range(3)] == [(125, 7000), raw, (125, 7000)]


@pytest.mark.parametrize(
    "text",
    [
        '["1.234","1"]', '["1","1.2345"]', '["1.0000000000001","1"]', '["1e-3","1"]',
        '["0.001","1"]', '["12.3456789","1"]', '["1","0.00049"]',
    ],
)  # fmt: skip
def test_g24_a_digit_that_the_scale_cannot_hold_is_an_error(kernel: Kernel, text: str) -> None:
    with pytest.raises(DecodeError):
        levels_of(kernel, f"[{text}]")


@pytest.mark.parametrize(
    "text",
    [
        '["92233720368547758.08","1"]', '["1","9223372036854775.808"]', '["1e17","1"]',
        '["99999999999999999999","1"]', '["1e999","1"]', f'["1{"0" * 62}","1"]',
    ],
)  # fmt: skip
def test_a_number_beyond_64_bits_is_an_error(kernel: Kernel, text: str) -> None:
    with pytest.raises(DecodeError):
        levels_of(kernel, f"[{text}]")


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "null", "true", '""', "{}", "[5]", "[null]", '["1","2"]', "[[]]", '[["1"]]',
        '[{"0":"1","1":"2"}]', '[["1",null]]', '[[true,"1"]]', '[["1",[]]]', '[["1","2",]]',
        '[["1","2"],]', '[,["1","2"]]', '[["1" "2"]]', '[["1","2"] ["1","2"]]', '[["1","2"]',
        '[["","2"]]', '[["1","-2"]]', '[["1","-0.001"]]', '[["NaN","2"]]', "[[NaN,2]]",
        '[["Infinity","2"]]', "[[-Infinity,2]]", '[["+1","2"]]', "[[+1,2]]", '[["01","2"]]',
        "[[01,2]]", '[[".5","2"]]', '[["1.","2"]]', '[["1.5.5","2"]]', '[["1 ","2"]]',
        '[[" 1","2"]]', '[["1_0","2"]]', '[["١","2"]]', '[["0x1","2"]]', '[["1e","2"]]',
        '[["1e+","2"]]', '[["1e5.5","2"]]', '[["1,5","2"]]', '[["1.50,1.50","2"]]', '[["--1","2"]]',
        '[["-","2"]]', '[["1-","2"]]', '[["1e0000","2"]]', "[['1','2']]", f'[["1.{"0" * 63}","2"]]',
        '[["1.50","2"],["1,2.50","2"]]', '[["12345678x","2"]]', '[["1.12345678x","2"]]',
        '[["1.12","2"x]]', '[["1.12"x,"2"]]',
    ],
)  # fmt: skip
def test_what_is_no_run_of_levels_is_an_error(kernel: Kernel, text: str) -> None:
    with pytest.raises(DecodeError):
        levels_of(kernel, text)
    if text.startswith("[["):  # behind a good one, on the fast path
        with pytest.raises(DecodeError):
            levels_of(kernel, f'[["1.25","7"],{text[1:]}')


@pytest.mark.parametrize("scale", range(19))
def test_each_scale_reads_its_own_last_digit_and_refuses_the_next(
    kernel: Kernel, scale: int
) -> None:
    exact = f"0.{'0' * (scale - 1)}1" if scale else "1"
    levels = levels_of(kernel, f'[["{exact}","{exact}"]]', scale, scale)
    assert levels.raw(0) == (1, 1)
    finer = f"0.{'0' * scale}1"
    with pytest.raises(DecodeError):
        levels_of(kernel, f'[["{finer}","1"]]', scale, 0)


@pytest.mark.parametrize("text", ["1.", "1.0.0", "01", "-", "1.x", ".0"])
@pytest.mark.parametrize("scale", [0, 1, 8, 18])
def test_bad_numbers_are_errors_at_every_scale(kernel: Kernel, text: str, scale: int) -> None:
    for run in (f'[["{text}","1"]]', f'[["1","{text}"]]', f'[["1","1"],["1","{text}"]]'):
        with pytest.raises(DecodeError):
            levels_of(kernel, run, scale, scale)


def test_five_thousand_levels_are_read(kernel: Kernel) -> None:
    text = ",".join(f'["{n}.25","0.5"]' for n in range(5000))
    levels = levels_of(kernel, f"[{text}]")
    assert len(levels) == 5000
    assert levels.raw(4999) == (499925, 500)


def test_scales_out_of_range_are_refused(kernel: Kernel) -> None:
    for scales in ((-1, 0), (19, 0), (0, -1), (0, 19)):
        with pytest.raises(InvalidNumber, match="scale"):
            depth(kernel, DEPTH_FRAME, *scales)


# --- single fields --------------------------------------------------------------------------------


def field(kernel: Kernel, kind: str, value: str) -> Any:
    scanner = kernel.FieldScanner(fields=[("x", kind)])
    return scanner.scan(f'{{"x":{value},"y":0}}'.encode())[0]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int", "5", 5),
        ("int", '"5"', 5),
        ("int", "-0", 0),
        ("int", "9223372036854775807", 2**63 - 1),
        ("int", '"-9223372036854775807"', -(2**63) + 1),
        ("int?", "null", None),
        ("decimal", '"61000.50"', Decimal("61000.50")),
        ("decimal", "61000.50", Decimal("61000.50")),
        ("decimal", "-5", Decimal(-5)),
        ("decimal", '"2e-8"', Decimal("2E-8")),
        ("decimal", '"0.00010000"', Decimal("0.00010000")),
        ("decimal", f'"{"1" * 64}"', Decimal("1" * 64)),
        ("decimal?", "null", None),
        ("bool", "true", True),
        ("bool", "false", False),
        ("bool?", "null", None),
        ("text", '"BTC"', "BTC"),
        ("text", '""', ""),
        ("text", '"héé €"', "héé €"),
        ("text", '"a\\n\\u00e9\\ud83d\\ude00\\/\\""', 'a\né😀/"'),
        ("text?", "null", None),
    ],
)
def test_a_field_of_each_kind_is_read(kernel: Kernel, kind: str, value: str, expected: Any) -> None:
    found = field(kernel, kind, value)
    assert found == expected
    assert type(found) is type(expected)
    assert str(found) == str(expected)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("int", "null true 1.0 1e3 1.5 01 -01 +1 - 9223372036854775808 -9223372036854775808"
                ' "" "x" "1 " "0x1" "1.0" [] {} 99999999999999999999 nul tru ٣ "٣"'),
        ("decimal", 'null true "" "NaN" NaN Infinity "-Infinity" "1_0" "1 " 1. .5 "0x1" [] {} 1e'
                    ' "1e9999" "+1" 00 "1..5" ' + f'"{"1" * 65}"'),
        ("bool", 'null 0 1 "true" "" tru fals truee [] {} nul'),
        ("text", "null 5 true [] {} \"\\x\" \"\\u12g4\" \"a"),
        ("int?", "true nul nulll [] {}"),
        ("text?", "5 true [] {}"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_an_error(kernel: Kernel, kind: str, values: str) -> None:
    for value in values.split(" "):
        with pytest.raises(DecodeError):
            field(kernel, kind, value)


def test_decimals_that_repeat_are_right_each_time(kernel: Kernel) -> None:
    scanner = kernel.FieldScanner(fields=[("a", "decimal"), ("b", "decimal")])
    for _ in range(3):
        for n in range(5000):  # more than any cache holds
            frame = f'{{"a":"{n}.50","b":{n}.5000}}'.encode()
            assert [str(value) for value in scanner.scan(frame)] == [f"{n}.50", f"{n}.5000"]


def test_a_missing_field_is_named(kernel: Kernel) -> None:
    scanner = kernel.FieldScanner(fields=[("data.p", "decimal"), ("data.x", "int?")])
    for frame in (b"{}", b'{"data":{}}', b'{"data":5}', b'{"data":[{"p":1}]}', b'{"p":1}'):
        with pytest.raises(DecodeError, match=r"data\.p is missing"):
            scanner.scan(frame)


@pytest.mark.parametrize(
    "frame",
    [
        b'{"d":{"x":1,"x":2}}',
        b'{"d":{"x":1,"\\u0078":2}}',
        b'{"d":{"x":1},"d":{}}',
        b'{"d":{},"d":{"x":1}}',
        b'{"d":7,"d":{"x":1}}',
    ],
)
def test_a_wanted_key_that_occurs_twice_is_an_error(kernel: Kernel, frame: bytes) -> None:
    with pytest.raises(DecodeError, match="more than once"):
        kernel.FieldScanner(fields=[("d.x", "int")]).scan(frame)


def test_an_unknown_key_may_occur_twice(kernel: Kernel) -> None:
    frame = b'{"y":1,"y":2,"d":{"y":{"x":5,"x":6},"y":2,"x":1}}'
    assert kernel.FieldScanner(fields=[("d.x", "int")]).scan(frame) == (1,)


@pytest.mark.parametrize(
    "value",
    [
        "01", "1.", ".5", "1e", "+1", "-", "tru", "nulll", "NaN", "Infinity", "'x'", "{]", "[}", "[1,]",
        '{"a":1,}', '{"a"}', '{"a":}', "{a:1}", "{,}", "[,]", "[1 2]", '{"a":1 "b":2}', '"\\x"',
        '"\\u00g0"', '"\t"', '"\n"', '"\0"', "\0", "#", "undefined", "",
    ],
)  # fmt: skip
def test_what_is_skipped_must_still_be_json(kernel: Kernel, value: str) -> None:
    with pytest.raises(DecodeError):
        kernel.FieldScanner(fields=[("x", "int")]).scan(f'{{"x":1,"skip":{value}}}'.encode())


@pytest.mark.parametrize(
    "raw",
    [b"\xff", b"\x80", b"\xc3", b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf5\x80\x80\x80",
     b"\xf4\x90\x80\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf0\x9f\x98"],
)  # fmt: skip
def test_text_that_is_not_utf8_is_an_error(kernel: Kernel, raw: bytes) -> None:
    scanner = kernel.FieldScanner(fields=[("x", "int")])
    for frame in (b'{"x":1,"skip":"%s"}', b'{"x":1,"%s":0}', b'{"x":1,"skip":"%s'):
        with pytest.raises(DecodeError):
            scanner.scan(frame.replace(b"%s", raw))


@both_kernels
@given(text=st.text())
def test_every_text_is_skipped_and_read_alike(compiled: Kernel, text: str) -> None:
    scanner = compiled.FieldScanner(fields=[("x", "text")])
    for is_ascii in (True, False):
        frame = json.dumps({"skip": text, text + "!": [text], "x": text}, ensure_ascii=is_ascii)
        try:
            encoded = frame.encode()
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8
            continue
        assert scanner.scan(encoded) == (text,)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("count", [NESTED, 100_000])
def test_nesting_without_end_is_an_error_and_no_crash(
    kernel: Kernel, opening: str, count: int
) -> None:
    frame = '{"x":1,"skip":' + opening * count
    scanner = kernel.FieldScanner(fields=[("x", "int")])
    for text in (frame, frame + "0" + ("]" if opening == "[" else "}") * count + "}"):
        if count == NESTED and text != frame and kernel.name == "twin":
            continue  # the twin may go as deep as its interpreter does
        with pytest.raises(DecodeError):
            scanner.scan(text.encode())


@pytest.mark.parametrize(
    "frame", [b"", b" ", b"[]", b"5", b'"x"', b"null", b"\xef\xbb\xbf{}", b"<html>"]
)
def test_what_is_no_object_is_an_error(kernel: Kernel, frame: bytes) -> None:
    with pytest.raises(DecodeError):
        kernel.FieldScanner(fields=[("x", "int?")]).scan(frame)


def test_the_compiled_scanner_names_the_offending_byte(compiled: Kernel) -> None:
    scanner = compiled.FieldScanner(fields=[("x", "int")])
    for frame, offset in ((b'{"x":1,"y":?}', 11), (b'{"x":true}', 5), (b'{"x":1', 6), (b"{}x", 2)):
        with pytest.raises(DecodeError) as caught:
            scanner.scan(frame)
        assert caught.value.offset == offset
        assert str(caught.value).endswith(f"at byte {offset}")


# --- scanners that cannot be ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([("x", "float")], "kind 'float' is none of bool, decimal, int, level, text"),
        ([("x", "bids")], "kind 'bids' is none of"),
        ([("", "int")], "'' is no path"),
        ([("a..b", "int")], "is no path"),
        ([("a", "int"), ("a", "text")], "named twice"),
        ([("a", "int"), ("a.b", "int")], "leads to another"),
        ([(f"a{n}", "int") for n in range(61)], "61 keys to watch; a scanner takes 60"),
    ],
)
def test_fields_that_cannot_be_watched_are_refused(kernel: Kernel, fields: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        kernel.FieldScanner(fields=fields)


def test_sixty_fields_are_watched(kernel: Kernel) -> None:
    fields = [(f"k{n}", "int") for n in range(60)]
    frame = json.dumps({f"k{n}": n for n in range(60)}).encode()
    assert kernel.FieldScanner(fields=fields).scan(frame) == tuple(range(60))


def test_a_depth_scanner_refuses_paths_that_clash(kernel: Kernel) -> None:
    with pytest.raises(UsageError, match="named twice"):
        kernel.DepthScanner(ints=["u"], bids="b", asks="b")
    with pytest.raises(UsageError, match="named twice"):
        kernel.DepthScanner(ints=["u"], optional_ints=["u"], bids="b", asks="a")
