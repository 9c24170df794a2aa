"""Tables: legal steps, illegal ones, dead states, and the diagram drawn from them."""

from __future__ import annotations

from enum import Enum

import pytest

from tickwright.core.machine import Table, mermaid
from tickwright.errors import IllegalTransition


class Lamp(Enum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Hand(Enum):
    SWITCH = "switch"
    TOUCH = "touch"
    HIT = "hit"


class Does(Enum):
    SHINE = "shine"


CELLS: dict[tuple[Lamp, Hand], tuple[Lamp, Does | None]] = {
    (Lamp.OFF, Hand.SWITCH): (Lamp.ON, Does.SHINE),
    (Lamp.OFF, Hand.TOUCH): (Lamp.OFF, None),
    (Lamp.ON, Hand.SWITCH): (Lamp.OFF, None),
    (Lamp.ON, Hand.TOUCH): (Lamp.ON, Does.SHINE),
    (Lamp.ON, Hand.HIT): (Lamp.BROKEN, None),
    (Lamp.OFF, Hand.HIT): (Lamp.BROKEN, None),
}
LAMP: Table[Lamp, Hand, Does | None] = Table("lamp", Lamp.OFF, CELLS)


@pytest.mark.parametrize(("state", "event"), CELLS)
def test_a_cell_gives_its_next_state_and_its_action(state: Lamp, event: Hand) -> None:
    assert LAMP.step(state, event) == CELLS[state, event]


def test_states_and_events_come_in_the_order_of_the_table() -> None:
    assert LAMP.states == (Lamp.OFF, Lamp.ON, Lamp.BROKEN)
    assert LAMP.events == (Hand.SWITCH, Hand.TOUCH, Hand.HIT)


def test_the_cells_can_be_read_but_not_written() -> None:
    assert LAMP.cells == CELLS
    with pytest.raises(TypeError):
        LAMP.cells[Lamp.BROKEN, Hand.TOUCH] = (Lamp.ON, None)  # type: ignore[index]  # the point


def test_changing_the_mapping_afterwards_does_not_change_the_machine() -> None:
    cells = dict(CELLS)
    table = Table("lamp", Lamp.OFF, cells)
    cells.clear()
    assert table.step(Lamp.ON, Hand.SWITCH) == (Lamp.OFF, None)


def test_a_state_that_nothing_leads_to_is_refused_when_the_table_is_made() -> None:
    with pytest.raises(ValueError, match="no way from OFF to BROKEN"):
        Table("lamp", Lamp.OFF, {(Lamp.BROKEN, Hand.HIT): (Lamp.OFF, None)})


def test_a_pair_without_a_cell_names_machine_state_and_event() -> None:
    with pytest.raises(IllegalTransition, match="no transition from") as caught:
        LAMP.step(Lamp.BROKEN, Hand.HIT)
    error = caught.value
    assert (error.machine, error.state, error.event) == ("lamp", Lamp.BROKEN, Hand.HIT)


def test_the_diagram_joins_events_of_one_arrow_and_leaves_out_what_changes_nothing() -> None:
    assert mermaid(LAMP) == (
        "stateDiagram-v2\n"
        "    [*] --> OFF\n"
        "    OFF --> ON: SWITCH / SHINE\n"
        "    ON --> OFF: SWITCH\n"
        "    ON --> ON: TOUCH / SHINE\n"
        "    ON --> BROKEN: HIT\n"
        "    OFF --> BROKEN: HIT\n"
        "    BROKEN --> [*]\n"
    )


def test_the_diagram_lists_all_events_of_an_arrow_and_writes_plain_text_actions() -> None:
    cells = {
        (Lamp.OFF, Hand.TOUCH): (Lamp.ON, "glow"),
        (Lamp.OFF, Hand.SWITCH): (Lamp.ON, "glow"),
    }
    assert "    OFF --> ON: TOUCH, SWITCH / glow\n" in mermaid(Table("lamp", Lamp.OFF, cells))
