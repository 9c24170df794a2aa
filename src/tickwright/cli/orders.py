"""``tickwright orders``: place, change, cancel, list and watch orders from the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from tickwright.app.config import NO_JOURNAL, Settings
from tickwright.app.connector import Connector
from tickwright.cli.accounts import (
    AccountEnvironment,
    JournalUrl,
    SandboxFile,
    Venues,
    Yes,
    account,
    account_settings,
    ask_first,
    places,
    product_of,
)
from tickwright.cli.console import (
    err,
    out,
    print_json,
    run_async,
    run_until_interrupted,
    say_error,
)
from tickwright.cli.options import Config, Endpoint, Json, Seconds
from tickwright.cli.order_cancel import Canceled, cancel_everything, cancel_named
from tickwright.cli.order_lists import Instrument, list_fills, list_orders
from tickwright.cli.order_names import found
from tickwright.cli.order_view import advice, order_row, show_orders
from tickwright.cli.order_watch import watch_orders
from tickwright.cli.order_wish import (
    By,
    Change,
    DisplayQuantity,
    Expire,
    InForce,
    InstrumentId,
    Kind,
    OwnId,
    PostOnly,
    Price,
    Quantity,
    QuoteQuantity,
    ReduceOnly,
    Round,
    SideWord,
    TrailBps,
    TriggerPrice,
    Wait,
    Wish,
)
from tickwright.errors import TickwrightError, UsageError
from tickwright.model.orders import Order, OrderState, TimeInForce


__all__ = ["orders"]

orders = typer.Typer(name="orders", help="Place, change, cancel, list and watch orders.")
orders.command("list")(list_orders)
orders.command("fills")(list_fills)

_FAILED = (OrderState.DENIED, OrderState.REJECTED, OrderState.UNKNOWN)


@orders.command()
def submit(
    instrument: InstrumentId,
    side: SideWord,
    quantity: Quantity = None,
    price: Price = None,
    quote_quantity: QuoteQuantity = None,
    time_in_force: InForce = TimeInForce.GTC,
    expire: Expire = None,
    post_only: PostOnly = False,
    reduce_only: ReduceOnly = False,
    trigger: TriggerPrice = None,
    trail_bps: TrailBps = None,
    trigger_kind: Kind = None,
    trigger_by: By = None,
    display_quantity: DisplayQuantity = None,
    client_order_id: OwnId = None,
    rounding: Round = None,
    wait: Wait = 10.0,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    journal: JournalUrl = None,
    endpoint: Endpoint = None,
    config: Config = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Place an order, and say what came of it.

    Exit code 1 if it was denied or rejected, or if nobody knows.
    """
    asked = Wish(
        instrument=instrument,
        side=side,
        quantity=quantity,
        price=price,
        quote_quantity=quote_quantity,
        time_in_force=time_in_force,
        expire=expire,
        post_only=post_only,
        reduce_only=reduce_only,
        trigger_price=trigger,
        trail_bps=trail_bps,
        trigger_kind=trigger_kind,
        trigger_by=trigger_by,
        display_quantity=display_quantity,
        client_order_id=client_order_id,
        rounding=rounding,
    )
    settings = account_settings(environment, sandbox, endpoint, config, journal)
    product = product_of(instrument, settings)
    # Before anything is opened or asked: a wrong call ends here.
    asked.check(product)

    async def work() -> Order:
        await ask_first(settings, f"{asked}, at {product.name}", is_agreed=yes)
        async with account([product], settings) as tw:
            with err.status(escape(f"{asked} …")):
                await _watch_book(tw, instrument, settings)
                return await asked.placed(tw, patience_s=wait)

    _tell([run_async(work)], json=json, is_one=True)


@orders.command()
def amend(
    client_order_id: Annotated[str, typer.Argument(help="The order's name.")],
    quantity: Annotated[str | None, typer.Option(help="Its new quantity.")] = None,
    price: Annotated[str | None, typer.Option(help="Its new price.")] = None,
    instrument: Instrument = None,
    rounding: Round = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    journal: JournalUrl = None,
    endpoint: Endpoint = None,
    config: Config = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Change an open order's quantity, its price, or both, where the venue can."""
    change = Change(quantity=quantity, price=price, rounding=rounding)
    change.check()
    settings = account_settings(environment, sandbox, endpoint, config, journal or NO_JOURNAL)
    chosen = places((), instrument, settings)

    async def work() -> Order:
        await ask_first(settings, f"amend {client_order_id} to {change}", is_agreed=yes)
        async with account(chosen, settings) as tw:
            order = await found(tw, client_order_id, instrument)
            before = order.now
            _require_change(before, before)
            await _watch_book(tw, order.instrument, settings)
            await tw.orders.amend(order, quantity=quantity, price=price, rounding=rounding)
            _require_change(before, order.now)
            return order.now

    _tell([run_async(work)], json=json, is_one=True)


@orders.command()
def cancel(
    client_order_ids: Annotated[
        list[str] | None, typer.Argument(help="The orders' names; or give --all.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Every open order, whoever placed it; or those of --instrument or --venue.",
        ),
    ] = False,
    instrument: Instrument = None,
    venue: Annotated[
        str | None, typer.Option(help="Only of this venue or product, for example binance.spot.")
    ] = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    journal: JournalUrl = None,
    endpoint: Endpoint = None,
    config: Config = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Cancel orders by their names, or all that are open. Works beside a program that holds the journal."""
    names = client_order_ids or []
    if bool(names) == everything:
        raise UsageError("name the orders to cancel, or say --all")
    settings = account_settings(environment, sandbox, endpoint, config, journal or NO_JOURNAL)
    chosen = places((venue,) if venue else (), instrument, settings)
    what = " ".join(names) or f"every open order of {instrument or venue or 'the account'}"

    async def work() -> Canceled:
        await ask_first(settings, f"cancel {what}", is_agreed=yes)
        async with account(chosen, settings) as tw:
            if everything:
                return await cancel_everything(tw, instrument, venue)
            return await cancel_named(tw, names, instrument)

    ended, errors = run_async(work)
    _tell(ended, json=json, errors=errors)


@orders.command()
def watch(
    venues: Venues = None,
    instrument: Instrument = None,
    seconds: Seconds = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print JSON: what is open, then an object an event, each a line."
        ),
    ] = False,
) -> None:
    """Print what becomes of the account's orders, whoever placed them, a line an event. Ctrl-C ends it, with exit code 0."""
    settings = account_settings(environment, sandbox, endpoint, config, NO_JOURNAL)
    chosen = places(venues or (), instrument, settings)

    async def work() -> None:
        async with account(chosen, settings) as tw:
            await watch_orders(tw, instrument, seconds=seconds, is_json=json)

    run_until_interrupted(work)


async def _watch_book(tw: Connector, instrument: str, settings: Settings) -> None:
    """Have the book at hand that the settings' limits are held against, if there are such."""
    if settings.risk.needs_book:
        await tw.book(instrument)


def _require_change(before: Order, now: Order) -> None:
    """Refuse to say that an order was changed which had ended before it could be; one that was filled for being changed was."""
    is_same = (before.quantity, before.price) == (now.quantity, now.price)
    if now.state.is_final and is_same:
        raise TickwrightError(
            f"order {now.client_order_id} has ended ({now.state.value}), unchanged; submit a new one"
        )


def _tell(
    orders: Sequence[Order],
    *,
    json: bool,
    is_one: bool = False,
    errors: Sequence[TickwrightError] = (),
) -> None:
    """Print what became of orders; end with exit code 1 if that is not what was asked for."""
    if json:
        rows = [order_row(order) for order in orders]
        print_json(rows[0] if is_one else rows)
    else:
        show_orders(orders, out)
    for order in orders:
        if order.state is OrderState.UNKNOWN:
            err.print(advice(order), style="bold magenta", soft_wrap=True, markup=False)
    for error in errors:
        say_error(error)
    if errors or any(order.state in _FAILED for order in orders):
        raise SystemExit(1)
