"""Draws a world of orders from a seed: venues, clocks, limits, troubles, ends of the process. A frozen value, to be printed."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TypeVar

import msgspec
from tests.simulation.orders.troubles import KINDS, REFUSED_KEY, Trouble

from tickwright.app.config import OrderTransport
from tickwright.core.risklimits import RiskLimits


__all__ = ["Drawn", "Kill", "draw"]

T = TypeVar("T")

_SITES = {
    "binance.spot": ("binance:BTC/USDT", "binance:ETH/USDT"),
    "binance.usdm": ("binance:BTC/USDT:USDT", "binance:ETH/USDT:USDT"),
    "bybit.spot": ("bybit:BTC/USDT", "bybit:ETH/USDT"),
    "bybit.linear": ("bybit:BTC/USDT:USDT", "bybit:ETH/USDT:USDT"),
}
"""Product → what is traded there."""
_TROUBLE_S = (25.0, 70.0)


class Kill(msgspec.Struct, frozen=True, kw_only=True):
    """The process ends without a word, and another one begins over the same journal."""

    at_s: float
    is_mid_request: bool
    """Not at that moment, but ``delay_s`` after the next request has left."""
    delay_s: float
    down_s: float


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A world before anything has happened in it."""

    seed: int
    products: tuple[str, ...]
    instruments: tuple[str, ...]
    rate_per_s: float
    """Events of each market."""
    latency_s: float
    write_s: float
    """How long the journal takes for a batch."""
    clock_off_s: float
    """The user's clock, against the venues'."""
    clock_steps: tuple[tuple[float, float], ...]
    """When it steps, and by how much."""
    transport: OrderTransport
    """How commands travel."""
    limits: RiskLimits
    dead_man_s: float | None
    """The dead-man switch's window."""
    cancels_on_exit: bool
    """Open orders are taken back when the last process ends."""
    stranger_pause_s: float | None
    """Somebody else on the account does something every so often."""
    has_rare_orders: bool
    """Orders by quote, trailing ones and those with an end are placed as well."""
    ends_killed: bool
    """The user pulls the kill switch at last, and does not take it back."""
    pause_s: float
    """Between two commands, in the mean."""
    trouble_s: float
    """How long there is trouble, and commands are given."""
    troubles: tuple[Trouble, ...]
    kills: tuple[Kill, ...]

    @property
    def sites(self) -> tuple[str, ...]:
        """What serves the products: one site each, but one for those of Bybit."""
        return tuple(dict.fromkeys(map(site_of, self.products)))


def site_of(product: str) -> str:
    """Return which site serves a product."""
    return "bybit" if product.startswith("bybit") else product


def draw(seed: int) -> Drawn:
    """Return the world of a seed: always the same one.

    Example:
        >>> draw(7) == draw(7) != draw(8)
        True
    """
    rng = Random(seed)
    products = tuple(sorted(rng.sample(sorted(_SITES), rng.choice((1, 1, 2)))))
    instruments = tuple(name for one in products for name in _SITES[one][: rng.choice((1, 1, 2))])
    trouble_s = round(rng.uniform(*_TROUBLE_S), 1)
    # A chance of its own, so that older worlds stay as they were.
    more = Random(f"{seed}/more than that")
    has_rare_orders = more.random() < 0.3
    cancels_on_exit = more.random() < 0.25
    dead_man_s = more.choice((30.0, 60.0)) if more.random() < 0.25 else None
    stranger_pause_s = more.choice((1.0, 4.0)) if more.random() < 0.25 else None
    has_refused_key = more.random() < 0.15
    site = more.choice(sorted(map(site_of, products)))
    refused_key = [REFUSED_KEY.draw(more, site, trouble_s)] if has_refused_key else []
    return Drawn(
        seed=seed,
        products=products,
        instruments=instruments,
        rate_per_s=round(rng.uniform(0.5, 4.0), 2),
        latency_s=rng.choice((0.001, 0.005, 0.03, 0.15)),
        write_s=rng.choice((0.0, 0.0, 0.0005, 0.02)),
        clock_off_s=rng.choice((0.0, 0.0, 0.4, -0.4, 30.0, -30.0, 3600.0)),
        clock_steps=_clock_steps(rng, trouble_s),
        transport=rng.choice(("websocket", "websocket", "rest")),
        limits=_limits(rng, products, is_alone=stranger_pause_s is None),
        has_rare_orders=has_rare_orders,
        cancels_on_exit=cancels_on_exit,
        dead_man_s=dead_man_s,
        stranger_pause_s=stranger_pause_s,
        ends_killed=rng.random() < 0.2,
        pause_s=rng.choice((0.15, 0.5, 1.5)),
        trouble_s=trouble_s,
        troubles=(*_troubles(rng, products, trouble_s), *refused_key),
        kills=_kills(rng, trouble_s),
    )


def _clock_steps(rng: Random, trouble_s: float) -> tuple[tuple[float, float], ...]:
    count = rng.choice((0, 0, 0, 1, 2))
    steps = [
        (round(rng.uniform(1, trouble_s), 1), rng.choice((-30.0, -2.0, 2.0, 30.0)))
        for _ in range(count)
    ]
    return tuple(sorted(steps))


def _limits(rng: Random, products: tuple[str, ...], *, is_alone: bool) -> RiskLimits:
    """Return limits that are met now and then; positions are limited where there are any, and nobody else moves them."""

    def now_and_then(value: T) -> T | None:
        return value if rng.random() < 0.4 else None

    margined = all(product in ("binance.usdm", "bybit.linear") for product in products)
    limits = RiskLimits(
        max_order_quantity=now_and_then(Decimal("0.05")),
        max_order_notional=now_and_then(Decimal(2500)),
        max_open_orders=now_and_then(rng.choice((2, 4, 8))),
        max_position=now_and_then(Decimal("0.1")) if margined else None,
        max_orders_per_s=now_and_then(rng.choice((2, 5))),
        price_collar=now_and_then(Decimal("0.002")),
    )
    return limits if is_alone else msgspec.structs.replace(limits, max_position=None)


def _troubles(rng: Random, products: tuple[str, ...], trouble_s: float) -> tuple[Trouble, ...]:
    sites = sorted(set(map(site_of, products)))
    found = []
    for _ in range(rng.randint(0, 6)):
        site = rng.choice(sites)
        able = [kind for kind in KINDS if site.partition(".")[0] in kind.venues]
        kind = rng.choices(able, [each.weight for each in able])[0]
        found.append(kind.draw(rng, site, trouble_s))
    return tuple(sorted(found, key=lambda each: each.at_s))


def _kills(rng: Random, trouble_s: float) -> tuple[Kill, ...]:
    kills = [
        Kill(
            at_s=round(rng.uniform(1, trouble_s), 2),
            is_mid_request=rng.random() < 0.7,
            delay_s=round(rng.choice((0.0, 0.0005, 0.002, 0.01, 0.1, 0.3)) * rng.random(), 5),
            down_s=round(rng.choice((0.01, 0.5, 5.0, 20.0)) * rng.random(), 3),
        )
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3)))
    ]
    return tuple(sorted(kills, key=lambda each: each.at_s))
