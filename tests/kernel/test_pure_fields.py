"""Paths into a JSON document, in plain Python; what scanners make of them is tested with both kernels."""

from __future__ import annotations

import pytest

from tickwright.errors import DecodeError, UsageError
from tickwright.kernel.pure_fields import (
    ABSENT,
    Field,
    check_fields,
    fields_of,
    read_object,
    value_at,
)
from tickwright.kernel.pure_values import ROW_KINDS, Bare


DOCUMENT = read_object(b'{"a":{"b":1,"c":"1"},"x":1,"x":2,"t":"\xc3\xa9"}')


def test_a_value_is_found_at_its_path_or_absent() -> None:
    assert value_at(DOCUMENT, ("a", "b")) == "1"
    for keys in (("z",), ("a", "z"), ("a", "b", "z"), ("t", "z")):
        assert value_at(DOCUMENT, keys) is ABSENT


def test_a_key_that_occurs_twice_is_refused_only_where_it_is_asked_for() -> None:
    with pytest.raises(DecodeError, match="'x' occurs more than once"):
        value_at(DOCUMENT, ("x",))
    assert value_at(DOCUMENT, ("t",)) == "é"


def test_a_bare_number_is_told_from_a_text() -> None:
    assert isinstance(value_at(DOCUMENT, ("a", "b")), Bare)
    assert type(value_at(DOCUMENT, ("a", "c"))) is str
    assert Field("a.b", "int").of(DOCUMENT) == Field("a.c", "int").of(DOCUMENT) == 1
    with pytest.raises(DecodeError, match=r"a\.b: a text expected"):
        Field("a.b", "text").of(DOCUMENT)


def test_a_level_is_two_fields_of_one_path() -> None:
    price, quantity, number = fields_of([("b", "level?"), ("u", "int")])
    assert (price.path, quantity.path, number.path) == ("b", "b", "u")
    assert (price.of({}), quantity.of({"b": None})) == (None, None)


def test_kinds_of_rows_are_not_those_of_a_frame() -> None:
    check_fields([("a", "ms"), ("b", "positive?"), ("c", {"Buy": 1})], ROW_KINDS)
    with pytest.raises(UsageError, match=r"kind 'ms' is none of bool, decimal, int, level, text$"):
        check_fields([("a", "ms")])
    with pytest.raises(UsageError, match=r"none of bool, .*, id, ms, positive$"):
        check_fields([("a", "bids")], ROW_KINDS)
