"""The page of field semantics names every field of everything that users are handed, and no other."""

from __future__ import annotations

import re

import pytest
from tests.docs.blocks import PROJECT

from tickwright.model import market, notices, orders
from tickwright.model.account import (
    AccountFill,
    Balance,
    BalanceChanged,
    Position,
    PositionChanged,
)
from tickwright.model.instrument import Instrument
from tickwright.model.market import MarketEvent
from tickwright.model.notices import Notice
from tickwright.model.orders import (
    Fill,
    Order,
    OrderEvent,
    OrderReport,
    OrderState,
    SubmitOrder,
    Trigger,
)


PAGE = (PROJECT / "docs" / "semantics.md").read_text(encoding="utf-8")
SHARED = {*MarketEvent.__struct_fields__, *Notice.__struct_fields__} - {"instrument"}
"""Fields that stand once, for all events."""


def _subclasses(module: object, base: type) -> list[type]:
    kinds = [getattr(module, name) for name in getattr(module, "__all__", ())]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, base)]


KINDS = [
    *(kind for kind in _subclasses(market, MarketEvent) if kind is not MarketEvent),
    *(kind for kind in _subclasses(notices, Notice) if kind is not Notice),
    Instrument,
    SubmitOrder,
    Trigger,
    Order,
    Fill,
    OrderReport,
    AccountFill,
    Balance,
    BalanceChanged,
    Position,
    PositionChanged,
]


def _fields_told(title: str) -> set[str]:
    """Return the names in the first column of the table below a heading."""
    match = re.search(rf"^##+ {title}\n(?P<body>.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match is not None, f"docs/semantics.md has no section {title}"
    rows = re.findall(r"^\| (`[^|]+) \|", match["body"], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_an_event_is_told_and_no_other(kind: type) -> None:
    fields = {*getattr(kind, "__struct_fields__", ())} - SHARED
    if issubclass(kind, MarketEvent):
        fields.discard("instrument")
    assert _fields_told(kind.__name__) == fields


def test_what_all_events_share_is_told_once() -> None:
    assert {*MarketEvent.__struct_fields__} <= _fields_told("For all events")


def test_every_state_of_an_order_is_told_and_no_other() -> None:
    assert _fields_told("States") == {state.name for state in OrderState}


def test_every_event_of_an_order_is_told_and_no_other() -> None:
    kinds = {kind.__name__ for kind in _subclasses(orders, OrderEvent)} - {"OrderEvent"}
    assert _fields_told("Events") == kinds
