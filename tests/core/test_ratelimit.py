"""The rate limiter: who goes first, what a ban means, and what the venue's counts change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.core.ratelimit import RateLimiter, Ticket
from tickwright.errors import UsageError


SECOND = 1_000_000_000
WEIGHT = RateLimit("weight", 100, 60.0, "x-mbx-used-weight-1m")
ORDERS = RateLimit("orders", 10, 10.0, "x-mbx-order-count-10s")
CALLS = RateLimit("calls", 4, 1.0, is_sliding=True)
CANCEL, ORDER, QUERY, SNAPSHOT, BACKFILL = Priority


class Host:
    """A limiter with a clock whose wall reads a full minute at 0 s."""

    def __init__(self, *buckets: RateLimit, waiting_max: int = 2048) -> None:
        self.limiter = RateLimiter(RestLimits(buckets or (WEIGHT, ORDERS)), waiting_max)
        self.now_s = 0.0

    @property
    def wall_ns(self) -> int:
        return 1_763_640_000 * SECOND + round(self.now_s * SECOND)

    def ask(self, priority: Priority = QUERY, **costs: int) -> Ticket:
        return self.limiter.request(costs, priority)

    def poll(self, now_s: float | None = None) -> tuple[list[Ticket], float | None]:
        self.now_s = self.now_s if now_s is None else now_s
        return self.limiter.poll(self.now_s, self.wall_ns)

    def granted(self, now_s: float | None = None) -> list[Ticket]:
        return self.poll(now_s)[0]

    def refused(self, status: int, retry_after_s: float | None = None) -> int | None:
        return self.limiter.refused(status, retry_after_s, self.now_s, self.wall_ns)

    def observed(self, **headers: str) -> None:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self.limiter.observed(named, self.now_s, self.now_s, self.wall_ns)

    def used(self) -> dict[str, int]:
        usage = self.limiter.usage(self.now_s, self.wall_ns)
        return {bucket.name: bucket.used for bucket in usage.buckets}


def test_a_call_that_fits_is_granted_at_once() -> None:
    host = Host()
    ticket = host.ask(weight=5)
    assert host.poll() == ([ticket], None)
    assert ticket.is_granted
    assert host.used() == {"weight": 5, "orders": 0}


def test_a_call_that_does_not_fit_waits_for_the_next_minute_and_no_longer() -> None:
    host = Host()
    host.ask(weight=100)
    late = host.ask(weight=1)
    granted, wake_s = host.poll(50.0)
    assert late not in granted
    assert wake_s == 10.25
    assert host.poll(60.25) == ([late], None)


def test_a_call_needs_room_in_all_its_buckets() -> None:
    host = Host()
    host.ask(ORDER, orders=10)
    late = host.ask(ORDER, weight=1, orders=1)
    assert late not in host.granted()
    assert host.used()["weight"] == 0
    assert host.granted(10.25) == [late]


def test_calls_of_one_priority_go_in_the_order_they_came() -> None:
    host = Host(CALLS)
    tickets = [host.ask(calls=1) for _ in range(6)]
    assert host.granted() == tickets[:4]
    assert host.granted(1.05) == tickets[4:]


def test_an_expensive_call_is_not_starved_by_cheap_ones_behind_it() -> None:
    host = Host()
    host.ask(weight=60)
    expensive, cheap = host.ask(weight=50), host.ask(weight=1)
    assert expensive not in host.granted(1.0)
    assert not cheap.is_granted
    assert host.granted(60.25) == [expensive, cheap]


def test_g13_a_waiting_cancel_is_never_overtaken() -> None:
    host = Host()
    host.ask(weight=97)
    host.granted()
    backfill, snapshot = host.ask(BACKFILL, weight=1), host.ask(SNAPSHOT, weight=2)
    order, cancel = host.ask(ORDER, weight=2), host.ask(CANCEL, weight=4)
    assert host.granted(1.0) == []
    assert host.granted(60.25) == [cancel, order, snapshot, backfill]


def test_a_call_that_costs_other_buckets_delays_nobody_and_may_pass() -> None:
    host = Host(WEIGHT, RateLimit("funding", 5, 300.0))
    host.ask(weight=100)
    host.granted()
    cancel, funding = host.ask(CANCEL, weight=1), host.ask(BACKFILL, funding=1)
    assert host.granted(1.0) == [funding]
    assert not cancel.is_granted


def test_a_call_without_cost_goes_at_once_even_when_everything_is_full() -> None:
    host = Host()
    host.ask(weight=100)
    host.granted()
    host.ask(weight=1)
    free = host.ask(CANCEL, weight=0)
    assert host.granted() == [free]


def test_g13_three_hundred_resyncs_keep_to_their_share_and_orders_and_cancels_pass() -> None:
    host = Host(RateLimit("weight", 6000, 60.0), RateLimit("orders", 100, 10.0))
    snapshots = [host.ask(SNAPSHOT, weight=50) for _ in range(300)]
    assert len(host.granted(1.0)) == 60
    order, cancel = host.ask(ORDER, weight=1, orders=1), host.ask(CANCEL, weight=1)
    assert host.granted(2.0) == [cancel, order]
    minutes = 1
    while not all(ticket.is_granted for ticket in snapshots):
        _granted, wake_s = host.poll()
        assert wake_s is not None
        assert len(host.granted(host.now_s + wake_s)) == 60
        minutes += 1
    assert minutes == 5


@pytest.mark.parametrize(
    ("status", "retry_after_s", "silent_s"),
    [
        (429, 7.0, 8.0),
        (418, 300.0, 301.0),
        (429, None, 60.0),
        (418, None, 120.0),
        (429, float("nan"), 60.0),
        (418, -5.0, 120.0),
        (429, 0.0, 1.0),
    ],
)
def test_g12_after_a_refusal_nothing_leaves_until_the_time_named_and_then_work_goes_on(
    status: int, retry_after_s: float | None, silent_s: float
) -> None:
    host = Host()
    host.now_s = 10.0
    retry_at_ns = host.refused(status, retry_after_s)
    assert retry_at_ns == host.wall_ns + silent_s * SECOND
    waiting = [host.ask(priority, weight=1) for priority in Priority]
    waiting.append(host.ask(CANCEL))
    assert host.poll(10.0) == ([], silent_s)
    assert host.granted(10.0 + silent_s - 0.001) == []
    assert set(host.granted(10.0 + silent_s)) == set(waiting)


def test_g12_a_ban_is_never_shortened_by_a_later_answer() -> None:
    host = Host()
    host.refused(418, 300.0)
    host.now_s = 1.0
    assert host.refused(429, 1.0) == host.wall_ns + 300 * SECOND
    assert host.limiter.banned_s(1.0) == 300.0
    assert host.limiter.banned_s(400.0) == 0


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_g12_a_step_of_the_wall_clock_neither_lifts_nor_lengthens_a_ban(step_s: int) -> None:
    host = Host()
    host.refused(429, 9.0)
    host.ask(weight=1)
    stepped_ns = host.wall_ns + step_s * SECOND
    assert host.limiter.poll(9.9, stepped_ns)[0] == []
    assert len(host.limiter.poll(10.0, stepped_ns)[0]) == 1


def test_g12_a_limit_that_a_code_names_holds_back_what_counts_on_it_and_nothing_else() -> None:
    named = RateLimit("named", 4, 1.0, is_sliding=True, code=10006)
    host = Host(CALLS, named, WEIGHT)

    def used_up(code: int | None, **costs: int) -> bool:
        return host.limiter.used_up(costs, code, host.now_s, host.wall_ns)

    assert not used_up(10006, calls=1)  # it was another limit, and nobody knows which
    assert not used_up(10403, calls=1, named=1)
    assert not used_up(None, calls=1)
    assert used_up(10006, calls=1, named=1)
    waits, passes = host.ask(CANCEL, calls=1, named=1), host.ask(CANCEL, weight=1)
    assert host.granted() == [passes]
    assert host.used() == {"calls": 0, "named": 4, "weight": 1}
    assert host.granted(1.05) == [waits]


def test_g12_the_venue_declares_which_statuses_are_refusals() -> None:
    limits = RestLimits((CALLS,), limited_statuses=(), banned_statuses=(403,), banned_default_s=600)
    limiter = RateLimiter(limits)
    assert limiter.refused(429, None, 0.0, 0) is None
    assert limiter.refused(200, None, 0.0, 0) is None
    assert limiter.refused(403, None, 0.0, 0) == 600 * SECOND


def test_the_venues_count_makes_us_wait_for_what_others_used() -> None:
    host = Host()
    host.ask(weight=1)
    host.granted()
    host.observed(x_mbx_used_weight_1m="99")
    late = host.ask(weight=2)
    assert host.granted(1.0) == []
    assert host.granted(60.25) == [late]


@pytest.mark.parametrize("text", ["", "many", "-5", "1.5", "٣"])
def test_a_header_that_is_no_count_is_ignored(text: str) -> None:
    host = Host()
    host.observed(x_mbx_used_weight_1m=text)
    assert host.used()["weight"] == 0


def test_a_cancelled_call_leaves_the_queue_and_lets_the_next_one_through() -> None:
    host = Host()
    host.ask(weight=60)
    host.granted()
    expensive, cheap = host.ask(weight=50), host.ask(weight=10)
    assert host.granted() == []
    assert host.limiter.cancel(expensive)
    assert host.granted() == [cheap]
    assert not host.limiter.cancel(cheap)
    assert not host.limiter.cancel(expensive)


@pytest.mark.parametrize(
    ("priority", "costs", "text"),
    [
        (QUERY, {"weight": 101}, "101 units of 'weight' can never be had: calls may take 100"),
        (SNAPSHOT, {"weight": 51}, "background calls may take 50"),
        (QUERY, {"wieght": 1}, "no limit named 'wieght'; this host has weight, orders"),
    ],
)
def test_what_can_never_be_granted_is_refused_at_once(
    priority: Priority, costs: dict[str, int], text: str
) -> None:
    with pytest.raises(UsageError, match=text):
        Host().ask(priority, **costs)


def test_the_queue_of_each_priority_is_bounded_so_snapshots_cannot_keep_a_cancel_out() -> None:
    host = Host(waiting_max=3)
    for _ in range(3):
        host.ask(SNAPSHOT, weight=1)
    with pytest.raises(UsageError, match="3 snapshot calls wait for this host already"):
        host.ask(SNAPSHOT, weight=1)
    assert host.ask(CANCEL, weight=1) in host.granted()


def test_usage_shows_buckets_queues_and_the_ban() -> None:
    host = Host()
    host.ask(weight=3)
    host.granted()
    host.refused(429, 9.0)
    host.ask(SNAPSHOT, weight=1)
    usage = host.limiter.usage(host.now_s, host.wall_ns)
    assert usage.waiting == {"cancel": 0, "order": 0, "query": 0, "snapshot": 1, "backfill": 0}
    assert usage.banned_s == 10.0
    assert [bucket.used for bucket in usage.buckets] == [3, 0]
    assert repr(host.ask(weight=2)) == "Ticket(QUERY, {'weight': 2}, waiting)"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Priority), st.integers(0, 50), st.integers(0, 3), st.floats(0, 30)
        ),
        max_size=60,
    )
)
def test_everything_possible_is_granted_in_the_end_and_no_cancel_is_passed(
    story: list[tuple[Priority, int, int, float]],
) -> None:
    host = Host()
    waiting: set[Ticket] = set()
    for priority, weight, orders, pause_s in story:
        waiting.add(host.ask(priority, weight=weight, orders=orders))
        granted = host.granted(host.now_s + pause_s)
        waiting.difference_update(granted)
        cancels = [ticket for ticket in waiting if ticket.priority is CANCEL]
        for passed in cancels:
            later = [ticket for ticket in granted if ticket.is_background]
            assert all(passed.costs.keys().isdisjoint(ticket.costs) for ticket in later)
    for _ in range(500):
        granted, wake_s = host.poll()
        waiting.difference_update(granted)
        if wake_s is None:
            break
        host.now_s += wake_s
    assert not waiting


def test_a_call_that_fits_is_taken_on_the_spot_and_counted() -> None:
    host = Host()
    assert host.limiter.take({"weight": 5, "orders": 0}, ORDER, 0.0, host.wall_ns)
    assert host.used() == {"weight": 5, "orders": 0}


def test_nothing_is_taken_of_a_call_that_must_wait() -> None:
    host = Host()
    host.ask(weight=5)
    assert not host.limiter.take({"weight": 1}, CANCEL, 0.0, host.wall_ns)  # somebody waits
    host.poll()
    assert not host.limiter.take({"weight": 1, "orders": 11}, ORDER, 0.0, host.wall_ns)
    assert not host.limiter.take({"no such": 1}, ORDER, 0.0, host.wall_ns)
    host.refused(429, 10.0)
    assert not host.limiter.take({"weight": 1}, CANCEL, 0.0, host.wall_ns)
    assert host.used() == {"weight": 5, "orders": 0}


def test_background_calls_take_on_the_spot_of_their_own_part_only() -> None:
    host = Host()
    share = int(WEIGHT.limit * RestLimits((WEIGHT,)).background_share)
    assert host.limiter.take({"weight": share}, SNAPSHOT, 0.0, host.wall_ns)
    assert not host.limiter.take({"weight": 1}, SNAPSHOT, 0.0, host.wall_ns)
    assert host.limiter.take({"weight": 1}, QUERY, 0.0, host.wall_ns)
