"""The promises that a world is held to: what must never be, whatever went wrong, and what must be once all is well.

Each says its name and what was seen instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from urllib.parse import unquote

from tests.simulation.orders.witness import Broken, Life, Side, Witness

from tickwright import Connector
from tickwright.core.ordertable import TABLE
from tickwright.errors import TickwrightError
from tickwright.io.store import MemoryStore
from tickwright.model.orders import (
    Order,
    OrderDenied,
    OrderFilled,
    OrderRejected,
    OrderSent,
    OrderState,
)
from tickwright.sandbox.account import ACCOUNT
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import Journal
from tickwright.venues.facts import AMOUNT_SCALE, unscaled
from tickwright.venues.reports import OrderStatus, OrderView


__all__ = ["check_safety", "differences"]

_PLACES = re.compile(
    r"/api/v3/(order|order/cancelReplace|orderList/oco)"
    r"|/fapi/v1/(order|algoOrder|batchOrders)|/v5/order/create(-batch)?"
)
_NAME = re.compile(
    r'(?:new|above|below)Client(?:Order|Algo)Id(?:=|":\s*")([^&\s"]+)|clientAlgoId(?:=|":\s*")([^&\s"]+)'
    r'|"orderLinkId":\s*"([^"]+)"'
)
_SAYS_PLACE = re.compile(
    r'"(?:method|op)":\s*"(?:order\.(?:place|create(?:-batch)?|cancelReplace)|orderList\.place\.oco|algoOrder\.place)"'
)
_LEGAL = {(before, after) for (before, _), (after, _) in TABLE.cells.items()}
_ENDS = {
    OrderStatus.FILLED: {OrderState.FILLED},
    OrderStatus.CANCELED: {OrderState.CANCELED},
    OrderStatus.OPEN: {OrderState.OPEN},
    OrderStatus.DORMANT: {OrderState.OPEN},
    OrderStatus.PARTIALLY_FILLED: {OrderState.PARTLY_FILLED},
    OrderStatus.EXPIRED: {OrderState.EXPIRED},
    OrderStatus.PREVENTED: {OrderState.EXPIRED},
    OrderStatus.REJECTED: {OrderState.REJECTED, OrderState.EXPIRED},
}
"""How an order may stand here, by how it stands at the venue."""

_BY_VENUE = {OrderState.EXPIRED, OrderState.CANCELED, OrderState.REJECTED}
"""With which word it ended an order for a reason of its own is the venue's affair."""
_BANS = {"binance": (429, 418), "bybit": (429, 403)}
"""What the venues answer to those who are to be silent; 403 is Binance's firewall, which names no time."""
_LAST_DIGIT = Decimal("1e-8")
"""Venues show balances with eight digits."""

Execution = tuple[Decimal, Decimal, Decimal | None, bool | None]
"""Price, quantity, fee, whether it was the maker."""


# ---------------------------------------------------------------------- safety


async def check_safety(witness: Witness) -> None:
    """Check what must hold of everything that happened, whatever went wrong.

    Raises:
        Broken: With the first promise that was not kept.
    """
    if witness.broken:
        raise Broken(witness.broken[0])
    boards = await _boards(witness)
    _check_placings(witness)
    _check_transitions(witness, boards)
    _check_executions(witness, boards)
    _check_refusals(witness)
    _check_books(witness)
    _check_bans(witness)
    _check_pace(witness)
    _check_secrets(witness)


def _check_placings(witness: Witness) -> None:
    """No order twice: neither sent nor at the venue; and none while the kill switch was on."""
    names = Counter(name for name, _ in _placings(witness))
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise Broken(f"no order is placed twice: {twice} left more than once")
    for side in witness.sides.values():
        counts = Counter(each.request.client_id for each in side.orders.values())
        twice = [name for name, count in counts.items() if count > 1]
        if twice:
            raise Broken(f"no order is placed twice: {side.site} has {twice} more than once")
    for name, at_s in _placings(witness):
        if any(begin < at_s < end for begin, end in witness.killed):
            raise Broken(f"the kill switch holds: {name} left at {at_s:.3f} s")


def _placings(witness: Witness) -> Iterator[tuple[str, float]]:
    for sent in witness.sent:
        is_placing = (
            _SAYS_PLACE.search(sent.text)
            if sent.method == "SOCKET"
            else sent.method == "POST" and _PLACES.fullmatch(sent.path)
        )
        if is_placing:
            names = ["".join(found) for found in _NAME.findall(unquote(sent.text))]
            assert names, sent
            for name in names:
                yield name, sent.at_s - 1000.0


def _check_transitions(witness: Witness, boards: Sequence[OrderBoard]) -> None:
    """Every step from one told state to the next stands in the table; a new process goes on from the journal."""
    for life in witness.lives:
        last: dict[str, OrderState] = {
            order.client_order_id: order.state for order in boards[life.number].orders()
        }
        for _, event in life.told:
            name, state = event.order.client_order_id, event.order.state
            before = last.get(name, OrderState.NEW)
            if before is not state and (before, state) not in _LEGAL:
                raise Broken(f"only legal transitions are told: {name} {before} → {state}")
            last[name] = state


async def _boards(witness: Witness) -> list[OrderBoard]:
    """Return what the journal held when each process began."""
    found, begun = [], 0
    for life in witness.lives:
        board = OrderBoard()
        async for entry in Journal(MemoryStore(witness.rows[:begun])).entries():
            board.apply(entry)
        found.append(board)
        begun = life.rows
    return found


def _check_executions(witness: Witness, boards: Sequence[OrderBoard]) -> None:
    """Every execution was told once, as it was; what a killed process could not tell any more was in its journal."""
    told: dict[tuple[str, str], OrderFilled] = {}
    for life in witness.lives:
        for _, event in life.told:
            if isinstance(event, OrderFilled):
                key = (event.order.client_order_id, event.fill.trade_id)
                if key in told:
                    raise Broken(f"each execution is told once: {key} came again")
                told[key] = event
    untold = {
        (order.client_order_id, fill.trade_id)
        for board in boards[1:]
        for order in board.orders()
        for fill in order.fills
    } - set(told)
    true = Counter(name for name, _ in _executed(witness))
    counts = Counter(name for name, _ in (*told, *untold))
    if true != counts:
        raise Broken(f"no execution is lost or made up: {_apart(counts, true)}")
    venue = Counter(_executed(witness))
    for (name, trade_id), event in told.items():
        fill = event.fill
        made: Execution = (fill.price, fill.quantity, fill.fee, fill.is_maker)
        if not venue[name, made]:
            raise Broken(f"executions are told as they were: {name} {trade_id}: {made}")
        venue[name, made] -= 1


def _executed(witness: Witness) -> Iterator[tuple[str, Execution]]:
    for side in witness.sides.values():
        for fill in side.fills[: witness.lives[-1].fills[side.site]]:
            listing = witness.instrument(side, fill.symbol).listing
            yield (
                witness.name(side, side.orders[fill.order_id]),
                (
                    listing.price(fill.price),
                    listing.quantity(fill.quantity),
                    unscaled(fill.fee, AMOUNT_SCALE),
                    fill.is_maker,
                ),
            )


def _check_refusals(witness: Witness) -> None:
    """Who was told that an order never was, or was refused, was told the truth."""
    lived = {
        witness.name(side, side.orders[number])
        for side in witness.sides.values()
        for number in side.lived
        # A post-only order that is amended through the market is rejected after all.
        if side.orders[number].filled or not side.has_ended(side.orders[number])
    }
    for life in witness.lives:
        for at_s, event in life.told:
            name = event.order.client_order_id
            if isinstance(event, OrderDenied | OrderRejected) and name in lived:
                why = f"{event.order.code} {event.order.text}"
                raise Broken(f"no outcome is guessed: {name} lived, and at {at_s:.3f} s: {why}")


def _check_books(witness: Witness) -> None:
    """Whatever could be read of a book was the venue's, and never an older one than before."""
    for life in witness.lives:
        for name, readings in life.readings.items():
            states = witness.instruments[name].books
            place = 0
            for tops in readings:
                while place < len(states) and states[place] != tops:
                    place += 1
                if place == len(states):
                    known = "an older one" if tops in states else "never the venue's"
                    raise Broken(f"no bad book is read as live: {name} was {known}: {tops}")


def _check_bans(witness: Witness) -> None:
    """Nothing leaves for a host until the time that it named."""
    for ban in witness.sent:
        if (
            ban.status in _BANS[ban.host.partition(".")[0]]
            and ban.retry_after
            and ban.heard_s is not None
        ):
            until_s = ban.heard_s + float(ban.retry_after)
            for sent in witness.sent:
                is_early = ban.heard_s < sent.at_s < until_s - 0.001
                if (
                    is_early
                    and sent.method != "SOCKET"
                    and (sent.host, sent.life) == (ban.host, ban.life)
                ):
                    raise Broken(
                        f"a ban means silence: {sent.path} left for {sent.host} at {sent.at_s - 1000:.3f} s,"
                        f" {until_s - sent.at_s:.3f} s too early"
                    )


def _check_pace(witness: Witness) -> None:
    """No more orders are sent in a second than the user allows; the journal may hold one up, and the next one not."""
    limit = witness.drawn.limits.max_orders_per_s
    if limit is None:
        return
    shortest_s = 1.0 - 3 * witness.drawn.write_s - 1e-6
    for life in witness.lives:
        by_venue: dict[str, list[float]] = {}
        for at_s, event in life.told:
            if isinstance(event, OrderSent):
                venue = event.order.command.instrument.partition(":")[0]
                by_venue.setdefault(venue, []).append(at_s)
        for sent in by_venue.values():
            for first_s, last_s in zip(sent, sent[limit:], strict=False):
                if last_s - first_s < shortest_s:
                    raise Broken(
                        f"limits are kept: {limit + 1} orders were sent in {last_s - first_s:.3f} s"
                    )


def _check_secrets(witness: Witness) -> None:
    for life in witness.lives:
        for _, each in (*life.told, *life.notices):
            if witness.secret in repr(each):
                raise Broken(f"secrets never leak: {type(each).__name__}")


# ---------------------------------------------------------------------- liveness


async def differences(tw: Connector, witness: Witness, life: Life) -> list[str]:
    """Return what is not yet as the venues say."""
    status = tw.status()
    if not status.is_healthy:
        return [f"not healthy: {status}"]
    try:
        await tw.orders.ready()
    except TickwrightError as error:
        return [f"not READY: {error}"]
    known = {each.client_order_id: each for each in await tw.orders.all()}
    found = [
        *_unknown(witness, known),
        *(text for side in witness.sides.values() for text in _unlike(witness, side, known)),
        *await _accounts(tw, witness),
    ]
    if witness.drawn.ends_killed:
        found += [f"{name} is open, and all was killed" for name in witness.left_open()]
    for name in witness.drawn.instruments:
        readings = life.readings.get(name, [])
        if not readings or readings[-1] != witness.instruments[name].tops():
            found.append(f"the book of {name} is another")
    return found


def _unknown(witness: Witness, known: dict[str, Order]) -> Iterator[str]:
    true = {
        witness.name(side, each) for side in witness.sides.values() for each in side.orders.values()
    }
    for name, order in known.items():
        if name not in true and order.state not in (OrderState.DENIED, OrderState.REJECTED):
            yield f"{name} is {order.state.value}, and no venue has it"


def _unlike(witness: Witness, side: Side, known: dict[str, Order]) -> Iterator[str]:
    for view in side.orders.values():
        name = witness.name(side, view)
        order = known.get(name)
        if order is None:
            yield f"{name} is {view.status.value} and not known"
            continue
        listing = witness.instrument(side, view.symbol).listing
        if order.state not in _ENDS[view.status] | (_BY_VENUE if side.has_ended(view) else set()):
            yield f"{name} is {view.status.value}, not {order.state.value}"
        if order.filled_quantity != listing.quantity(view.filled) or order.missing_quantity:
            yield f"{name} was filled {listing.quantity(view.filled)}, not {order.filled_quantity}"
        if order.state.is_open and not _is_same(view, order, listing.quantity(view.quantity)):
            yield f"{name} has another price or quantity: {view} {order}"


def _is_same(view: OrderView, order: Order, quantity: Decimal) -> bool:
    return order.quantity == quantity


async def _accounts(tw: Connector, witness: Witness) -> list[str]:
    found = []
    for side in witness.sides.values():
        products = [each for each in witness.drawn.products if each.startswith(side.site)]
        told = {each.asset: each.total for each in await tw.orders.balances(products[0])}
        for balance in side.engine.balances(ACCOUNT):
            true = unscaled(balance.free + balance.locked, AMOUNT_SCALE)
            shown = told.get(balance.asset, Decimal(0))
            if abs(shown - true) > _LAST_DIGIT:
                found.append(f"{side.site} has {true} {balance.asset}, not {shown}")
        for position in side.engine.positions(ACCOUNT):
            one = witness.instrument(side, position.symbol)
            true = one.listing.quantity(position.quantity)
            held = (await tw.orders.position(one.id)).quantity
            if held != true:
                found.append(f"the position in {one.id} is {true}, not {held}")
    return found


def _apart(told: Counter[str], true: Counter[str]) -> str:
    more, less = told - true, true - told
    return f"told too often: {dict(more)}, too seldom: {dict(less)}"
