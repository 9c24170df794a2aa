"""Levels of both kernels: exact, immutable, and visible to NumPy."""

from __future__ import annotations

import gc
import io
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kernel.kernels import Kernel

from tickwright.errors import InvalidNumber
from tickwright.kernel.fixed import RAW_MAX
from tickwright.model.market import LevelRun


RAW = st.integers(-RAW_MAX, RAW_MAX)
RAW_QUANTITY = st.integers(0, RAW_MAX)
both_kernels = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@both_kernels
@given(raws=st.lists(st.tuples(RAW, RAW_QUANTITY), max_size=20), scale=st.integers(0, 18))
def test_what_goes_in_comes_out_in_order(
    kernel: Kernel, raws: list[tuple[int, int]], scale: int
) -> None:
    pairs = [(Decimal(price).scaleb(-scale), Decimal(f"{quantity}E-8")) for price, quantity in raws]
    levels = kernel.Levels.from_pairs(pairs, scale, 8)
    assert len(levels) == len(pairs)
    assert list(levels) == pairs
    assert [levels[n] for n in range(len(pairs))] == pairs
    assert [levels.raw(n) for n in range(len(raws))] == raws
    assert levels.as_array().tolist() == [list(raw) for raw in raws]
    assert levels.nbytes == 16 * len(raws)
    assert (levels.price_scale, levels.quantity_scale) == (scale, 8)


def test_decimals_show_as_many_digits_as_the_scale(kernel: Kernel) -> None:
    levels = kernel.levels([("-0.05", "7"), ("61000", "0")], 2, 0)
    assert [(str(price), str(quantity)) for price, quantity in levels] == [
        ("-0.05", "7"),
        ("61000.00", "0"),
    ]


def test_an_index_counts_from_either_end_and_never_beyond(kernel: Kernel) -> None:
    levels = kernel.levels([("1", "2"), ("3", "4")])
    assert levels[-1] == levels[1]
    assert levels.raw(-2) == (100, 2000)
    for index in (2, -3, sys.maxsize, -sys.maxsize):
        with pytest.raises(IndexError):
            levels[index]
        with pytest.raises(IndexError):
            levels.raw(index)


def test_equal_runs_are_equal_and_hash_alike(kernel: Kernel) -> None:
    pairs = [("1.5", "2"), ("1.4", "0")]
    levels = kernel.levels(pairs)
    assert levels == kernel.levels(pairs)
    assert hash(levels) == hash(kernel.levels(pairs))
    assert levels != kernel.levels(reversed(pairs))
    assert levels != kernel.levels(pairs[:1])
    assert levels != kernel.levels(pairs, 3, 3)
    assert levels != pairs
    assert kernel.levels([]) == kernel.levels([])
    assert hash(kernel.levels([])) == hash(kernel.levels([]))


def test_the_repr_shows_the_first_levels(kernel: Kernel) -> None:
    pairs = [("1", "2"), ("3", "4"), ("5", "6"), ("7", "8")]
    assert repr(kernel.levels(pairs, 0, 0)) == "Levels(4: 1 x 2, 3 x 4, 5 x 6, …)"
    assert repr(kernel.levels([], 0, 0)) == "Levels(0: )"
    gone = kernel.levels([("0.00000012", "0")], 8, 8)
    assert repr(gone) == "Levels(1: 0.00000012 x 0.00000000)"


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ((1.5, "1"), "price: 1.5 is a float"),
        (("1.234", "1"), "price: '1.234' has more than 2 digits"),
        (("1", "NaN"), "quantity: 'NaN' is not finite"),
        (("1", "-1"), "is negative"),
        (("1e17", "1"), "64 bits"),
    ],
)
def test_g24_inexact_and_impossible_numbers_are_refused(
    kernel: Kernel, pair: Any, words: str
) -> None:
    with pytest.raises(InvalidNumber, match=words):
        kernel.levels([("1", "1"), pair])


def test_scales_out_of_range_are_refused(kernel: Kernel) -> None:
    for scales in ((19, 0), (-1, 0), (0, 19), (0, -1)):
        with pytest.raises(InvalidNumber, match="scale"):
            kernel.levels([], *scales)


def test_levels_cannot_be_made_empty_handed_or_changed(kernel: Kernel) -> None:
    with pytest.raises(TypeError):
        kernel.Levels()
    levels = kernel.levels([("1", "2")])
    with pytest.raises(AttributeError):
        levels.price_scale = 5
    with pytest.raises(TypeError):
        levels[0] = ("1", "1")
    view = levels.as_array()
    assert view.readonly
    with pytest.raises(TypeError):
        view[0, 0] = 1


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_array_has_a_row_a_level(kernel: Kernel, count: int) -> None:
    view = kernel.levels([(n, n) for n in range(count)], 0, 0).as_array()
    assert (view.format, view.shape, view.itemsize) == ("q", (count, 2), 8)
    assert view.tolist() == [[n, n] for n in range(count)]


def test_the_array_outlives_the_levels(kernel: Kernel) -> None:
    view = kernel.levels([(n, n) for n in range(100)], 0, 0).as_array()
    gc.collect()
    kernel.levels([(7, 7)] * 100, 0, 0)
    assert view[99, 1] == 99


def test_numpy_sees_the_compiled_levels_without_a_copy(compiled: Kernel) -> None:
    numpy = pytest.importorskip("numpy")
    levels = compiled.levels([("1.5", "2"), ("1.4", "3")], 1, 0)
    seen = numpy.asarray(levels)
    assert seen.tolist() == [[15, 2], [14, 3]]
    assert seen.dtype == numpy.int64
    assert not seen.flags.owndata
    assert not seen.flags.writeable
    assert bytes(levels) == seen.tobytes()
    with pytest.raises(TypeError, match="read-write"):
        io.BytesIO(b"overwrite").readinto(levels)


def test_levels_are_what_the_model_calls_a_level_run(kernel: Kernel) -> None:
    run: LevelRun = kernel.levels([("1.5", "2")])
    assert run.price_scale == 2
    assert next(iter(run)) == (Decimal("1.5"), Decimal(2))
