from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.rig import Command
from tests.io.postgres_rig import Cluster, fresh_name

from tickwright.cli.console import out
from tickwright.io.store import open_store
from tickwright.model.market import Side
from tickwright.model.orders import Fill, OrderReport, ReportedState, SubmitOrder
from tickwright.trading.journal import Denied, Entry, Journal, Lost, Reported, Sent, Submitted


D = Decimal
BTC, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
NOW_NS = 1_795_225_006_848_000_000


def submitted(name: str, instrument: str, price: str | None = "60000") -> Submitted:
    command = SubmitOrder(
        client_order_id=name,
        instrument=instrument,
        side=Side.BUY,
        quantity=D("0.05"),
        price=None if price is None else D(price),
    )
    return Submitted(at_ns=NOW_NS, product="binance.spot", command=command)


def filled(name: str, quantity: str) -> Reported:
    report = OrderReport(
        client_order_id=name,
        instrument=BTC,
        state=ReportedState.OPEN,
        received_ts_ns=NOW_NS,
        fills=(Fill(trade_id="1", price=D(60000), quantity=D(quantity)),),
    )
    return Reported(at_ns=NOW_NS + 1_000_000_000, product="binance.spot", report=report)


ENTRIES: list[Entry] = [
    submitted("tw-3f9k2m7q0x-1", BTC),
    Sent(at_ns=NOW_NS, client_order_id="tw-3f9k2m7q0x-1"),
    filled("tw-3f9k2m7q0x-1", "0.01"),
    submitted("tw-3f9k2m7q0x-2", PERP, None),
    Denied(at_ns=NOW_NS, client_order_id="tw-3f9k2m7q0x-2", code="NOPE", text="no"),
    submitted("tw-3f9k2m7q0x-3", PERP),
    Lost(at_ns=NOW_NS, client_order_id="tw-3f9k2m7q0x-3", text="no answer"),
]


def on_journal(url: str, work: Callable[[Journal], Awaitable[None]]) -> None:
    """Open a journal to write, do something with it, and leave it."""

    async def main() -> None:
        journal = Journal(await open_store(url))
        try:
            await work(journal)
        finally:
            await journal.close()

    asyncio.run(main())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a journal with three orders."""
    place = tmp_path / "orders.db"
    on_journal(f"sqlite:{place}", lambda journal: journal.append(ENTRIES))
    return place


def test_orders_are_listed_as_they_stand(path: Path, tickwright: Command) -> None:
    result = tickwright("journal", "list", path)
    assert (result.code, result.err) == (0, "")
    head, *rows, last = [line.split() for line in result.out.splitlines()]
    assert head == ["order", "instrument", "side", "filled", "price", "state", "last", "news"]
    assert rows == [
        ["tw-3f9k2m7q0x-1", BTC, "buy", "0.01/0.05", "60000", "partly", "filled", "2026-11-21", "01:36:47"],
        ["tw-3f9k2m7q0x-2", PERP, "buy", "0/0.05", "market", "denied", "2026-11-21", "01:36:46"],
        ["tw-3f9k2m7q0x-3", PERP, "buy", "0/0.05", "60000", "unknown", "2026-11-21", "01:36:46"],
    ]  # fmt: skip
    assert " ".join(last) == "3 orders, 1 open"


def test_eighty_columns_are_enough(
    path: Path, tickwright: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "_width", 80)
    result = tickwright("journal", "list", path)
    assert "…" not in result.out
    assert "tw-3f9k2m7q0x-3 binance:BTC/USDT:USDT" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], ["1", "2", "3"]),
        (["--unfinished"], ["1", "3"]),
        (["--instrument", PERP], ["2", "3"]),
        (["--instrument", PERP, "--unfinished"], ["3"]),
        (["--instrument", "binance:ETH/USDT"], []),
    ],
)
def test_json_has_all_that_is_known_of_those_that_were_asked_for(
    path: Path, tickwright: Command, options: list[str], names: list[str]
) -> None:
    rows = tickwright("journal", "list", path, "--json", *options).json
    assert [row["client_order_id"][-1] for row in rows] == names
    assert all(row["last_news_ns"] >= NOW_NS for row in rows)


def test_export_has_a_line_for_each_entry(path: Path, tickwright: Command) -> None:
    result = tickwright("journal", "export", path, "--after", "1")
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert [row["number"] for row in rows] == [2, 3, 4, 5, 6, 7]
    assert rows[0] == {
        "number": 2, "kind": "sent", "at_ns": NOW_NS, "client_order_id": "tw-3f9k2m7q0x-1",
    }  # fmt: skip
    assert rows[1]["report"]["fills"][0]["quantity"] == "0.01"


def test_what_holds_together_is_verified_and_the_unfinished_are_named(
    path: Path, tickwright: Command
) -> None:
    result = tickwright("journal", "verify", path)
    assert result.code == 0
    assert result.out.splitlines() == [
        "7 entries of 3 orders: all can be read, and follow each other",
        "2 not finished: tw-3f9k2m7q0x-1, tw-3f9k2m7q0x-3",
    ]
    assert tickwright("journal", "verify", path, "--json").json == {
        "entries": 7, "orders": 3, "unfinished": ["tw-3f9k2m7q0x-1", "tw-3f9k2m7q0x-3"],
    }  # fmt: skip


def test_of_many_unfinished_orders_some_are_named(tmp_path: Path, tickwright: Command) -> None:
    place = tmp_path / "orders.db"
    entries = [submitted(f"tw-{number}", BTC) for number in range(8)]
    on_journal(f"sqlite:{place}", lambda journal: journal.append(entries))
    assert (
        "8 not finished: tw-0, tw-1, tw-2, tw-3, tw-4 and 3 more"
        in tickwright("journal", "verify", place).out
    )


def test_a_name_that_cannot_be_seen_is_in_quotes(tmp_path: Path, tickwright: Command) -> None:
    place = tmp_path / "orders.db"
    on_journal(f"sqlite:{place}", lambda journal: journal.append([submitted("", BTC)]))
    assert tickwright("journal", "verify", place).out.splitlines() == [
        "1 entry of 1 order: all can be read, and follow each other",
        "1 not finished: ''",
    ]
    assert "'' " in tickwright("journal", "list", place).out


def test_what_is_no_instrument_is_asked_for_again(path: Path, tickwright: Command) -> None:
    result = tickwright("journal", "list", path, "--instrument", "nonsense")
    assert result.code == 2
    assert "'nonsense' is not an instrument id" in result.reason


@pytest.mark.parametrize("action", ["list", "export", "verify"])
@pytest.mark.parametrize("length", [50, 300, 5000])
def test_a_file_that_breaks_off_is_one_line(
    path: Path, tickwright: Command, action: str, length: int
) -> None:
    path.write_bytes(path.read_bytes()[:length])
    result = tickwright("journal", action, path)
    assert (result.code, result.out) == (1, "")
    assert "restore a copy of it" in result.reason


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("DELETE FROM log WHERE number = 2", "entry 2 of the journal is missing"),
        ("DELETE FROM log WHERE number = 1", "entry 1 of the journal is missing"),
        ("UPDATE log SET body = x'7b' WHERE number = 3", "entry 3 of the journal cannot be read"),
        ("UPDATE log SET body = 5 WHERE number = 3", "entry 3 of the journal holds something else"),
        (
            "UPDATE log SET body = (SELECT body FROM log WHERE number = 2) WHERE number = 3",
            "entry 3 of the journal cannot be: order: no transition from",
        ),
    ],
)
def test_what_does_not_hold_together_is_one_line_and_exit_code_1(
    path: Path, tickwright: Command, damage: str, reason: str
) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(damage)
    connection.close()
    result = tickwright("journal", "verify", path)
    assert (result.code, result.out) == (1, "")
    assert reason in result.reason


def test_the_journal_of_the_settings_is_meant_unless_another_is_named(
    path: Path, tickwright: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = tickwright("journal", "verify")
    assert result.code == 2
    assert "there is no journal at tickwright-orders.db" in result.reason
    monkeypatch.setenv("TICKWRIGHT_JOURNAL", f"sqlite:{path}")
    assert tickwright("journal", "verify", "--json").json["entries"] == 7


def test_a_journal_is_read_beside_its_writer(path: Path, tickwright: Command) -> None:
    writer = asyncio.run(open_store(f"sqlite:{path}"))
    assert tickwright("journal", "verify", f"sqlite:{path}").code == 0
    asyncio.run(writer.close())


def test_a_journal_in_postgresql_is_read_as_well(postgres: Cluster, tickwright: Command) -> None:
    url = postgres.url(fresh_name())
    assert tickwright("journal", "verify", url).code == 2
    on_journal(url, lambda journal: journal.append(ENTRIES))
    assert len(tickwright("journal", "list", url, "--json").json) == 3


@pytest.mark.parametrize("action", ["list", "export", "verify"])
@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("nowhere.db", "there is no journal at nowhere.db"),
        ("mongodb://bot:hunter2@host/db", "mongodb is no kind of journal: give memory:, sqlite:"),
        ("postgresql://bot:hunter/2@host/db", "percent-encoded"),
    ],
)
def test_a_place_without_a_journal_is_one_line_and_exit_code_2(
    tickwright: Command, action: str, place: str, reason: str
) -> None:
    result = tickwright("journal", action, place)
    assert (result.code, result.out) == (2, "")
    assert reason in result.reason
    assert "hunter" not in result.reason


# ---------------------------------------------------------------------- carrying over


def verified(tickwright: Command, place: str | Path) -> tuple[int, int, list[str]]:
    found = tickwright("journal", "verify", place, "--json").json
    return found["entries"], found["orders"], [name[-1] for name in found["unfinished"]]


@pytest.mark.parametrize(
    ("days", "carried"), [("0", (6, 2, ["1", "3"])), ("36500", (7, 3, ["1", "3"]))]
)
def test_what_is_still_needed_begins_a_new_journal_and_the_old_one_stays(
    path: Path, tickwright: Command, days: str, carried: tuple[int, int, list[str]]
) -> None:
    new = path.with_name("new.db")
    result = tickwright("journal", "carry", path, new, "--days", days)
    _, orders, unfinished = carried
    entries = 5 if days == "0" else 7  # beside the one that says what was left behind
    assert result.out == (
        f"{orders} of 3 orders carried over, {len(unfinished)} of them not finished: {entries} of 7 entries\n"
    )
    assert verified(tickwright, new) == carried
    assert verified(tickwright, path) == (7, 3, ["1", "3"])


def test_a_journal_moves_to_postgresql(path: Path, postgres: Cluster, tickwright: Command) -> None:
    url = postgres.url(fresh_name())
    done = tickwright("journal", "carry", path, url, "--days", "36500", "--json").json
    assert done == {
        "entries": 7, "entries_before": 7, "orders": 3, "orders_before": 3, "unfinished": 2,
    }  # fmt: skip
    assert verified(tickwright, url) == (7, 3, ["1", "3"])
    again = tickwright("journal", "carry", path, url)
    assert (again.code, again.out) == (1, "")
    assert "the new journal holds entries already; name one that is not there yet" in again.err


def test_what_is_not_there_is_not_carried_over(tmp_path: Path, tickwright: Command) -> None:
    result = tickwright("journal", "carry", tmp_path / "none.db", tmp_path / "new.db")
    assert result.code == 2
    assert "there is no journal at" in result.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("places", [("orders.db", "memory:"), ("memory:", "new.db")])
def test_nothing_is_carried_over_to_where_nothing_is_kept(
    path: Path, tickwright: Command, monkeypatch: pytest.MonkeyPatch, places: tuple[str, str]
) -> None:
    monkeypatch.chdir(path.parent)
    result = tickwright("journal", "carry", *places)
    assert (result.code, result.out) == (2, "")
    assert "memory: keeps nothing" in result.err
    assert not path.with_name("new.db").exists()


def test_a_journal_is_not_carried_over_under_its_writer(path: Path, tickwright: Command) -> None:
    writer = asyncio.run(open_store(f"sqlite:{path}"))
    result = tickwright("journal", "carry", path, path.with_name("new.db"))
    assert result.code == 1
    assert "one journal has one writer" in result.err
    assert not path.with_name("new.db").exists()
    asyncio.run(writer.close())
