"""The watchdog: pings, a dead link, the ladder of a silent stream, and whole days of quiet ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from math import inf
from random import Random

import pytest

from tickwright.core.heartbeat import (
    TABLE,
    Action,
    ConnectionStale,
    Heartbeat,
    HeartbeatPolicy,
    PingNow,
    Rung,
    RungEvent,
    TopicSilent,
)
from tickwright.errors import IllegalTransition


GRID = """
          DELIVERED  OVERDUE              OVERDUE_HELD    RECONNECTED
FRESH     FRESH      RENEWED/RESUBSCRIBE  -               FRESH
RENEWED   FRESH      REPLACED/RECONNECT   RENEWED/WATCH   REPLACED
REPLACED  FRESH      RENEWED/RESUBSCRIBE  REPLACED/WATCH  REPLACED
"""


def cells() -> dict[tuple[str, str], str]:
    header, *rows = (line.split() for line in GRID.strip().splitlines())
    return {
        (row[0], event): cell for row in rows for event, cell in zip(header, row[1:], strict=True)
    }


@pytest.mark.parametrize(("rung", "event"), list(product(Rung, RungEvent)))
def test_each_cell_of_the_table_is_as_written(rung: Rung, event: RungEvent) -> None:
    expected = cells()[rung.name, event.name]
    if expected == "-":
        with pytest.raises(IllegalTransition):
            TABLE.step(rung, event)
        return
    following, do = TABLE.step(rung, event)
    assert following.name + (f"/{do.name}" if do else "") == expected


class Link:
    """A connection that lives and acknowledges within a second, and streams that may be mute."""

    def __init__(self, *streams: str, cadence_s: float | None = None, step_s: float = 1.0) -> None:
        self.watchdog = Heartbeat()
        self.now_s = 0.0
        self.step_s = step_s
        self.cadence_s = cadence_s
        self.streams = list(streams)
        self.data_s: dict[str, float] = {}
        self.acks: dict[str, float] = dict.fromkeys(streams, 0.0)
        self.said: list[tuple[float, str, str]] = []
        self.speak: Callable[[str, float, float], float | None] = lambda *_: None
        """(stream, now, connected at) → time of its last data up to now, if there was any."""
        self.connected_s = 0.0
        self.watchdog.connected(0.0)

    @property
    def reconnects(self) -> int:
        return sum(remedy == "reconnect" for _at_s, _stream, remedy in self.said)

    def times(self, remedy: str) -> list[float]:
        return [at_s for at_s, _stream, said in self.said if said == remedy]

    def last_data_s(self, stream: str) -> float | None:
        data_s = self.speak(stream, self.now_s, self.connected_s)
        return data_s if data_s is not None and data_s >= self.connected_s else None

    def run(self, until_s: float) -> Link:
        while self.now_s < until_s:
            for stream in [stream for stream, at_s in self.acks.items() if at_s <= self.now_s]:
                self.watchdog.watch(stream, self.cadence_s, self.now_s)
                del self.acks[stream]
            # The link itself is alive: something or other came just now.
            for action in self.watchdog.check(self.now_s, self.now_s, self.last_data_s):
                self.act(action)
            self.now_s += self.step_s
        return self

    def act(self, action: Action) -> None:
        if not isinstance(action, TopicSilent):
            return
        self.said.append((self.now_s, action.stream, action.remedy))
        if action.remedy == "resubscribe":
            self.acks[action.stream] = self.now_s + 1
        elif action.remedy == "reconnect":
            self.connected_s = self.now_s + 1
            self.watchdog.connected(self.connected_s)
            self.acks = dict.fromkeys(self.streams, self.connected_s)


def nothing(_stream: str) -> None:
    return None


def test_a_link_without_any_frame_is_pinged_once_after_20_s_and_stale_after_30() -> None:
    watchdog = Heartbeat()
    watchdog.connected(0.0)
    said = {now_s: watchdog.check(float(now_s), 0.0, nothing) for now_s in range(40)}
    assert {now_s: actions for now_s, actions in said.items() if actions} == {
        20: (PingNow(),),
        30: (ConnectionStale(30.0),),
    }


def test_g04_a_quiet_but_living_link_is_proven_by_its_pongs() -> None:
    watchdog = Heartbeat()
    watchdog.connected(0.0)
    last_frame_s = 0.0
    pings = 0
    for now_s in range(3600):
        actions = watchdog.check(float(now_s), last_frame_s, nothing)
        assert not any(isinstance(action, ConnectionStale) for action in actions)
        if PingNow() in actions:
            pings += 1
            last_frame_s = now_s + 0.1
    assert pings == pytest.approx(3600 / 21, abs=3)


def test_where_the_venue_wants_pings_they_leave_on_time_whatever_else_flows() -> None:
    watchdog = Heartbeat(ping_interval_s=20.0)
    watchdog.connected(0.0)
    pings = [now_s for now_s in range(100) if watchdog.check(float(now_s), float(now_s), nothing)]
    assert pings == [20, 40, 60, 80]


def test_after_a_reconnect_the_clocks_of_the_link_start_anew() -> None:
    watchdog = Heartbeat(ping_interval_s=20.0)
    watchdog.connected(0.0)
    assert watchdog.check(31.0, 0.0, nothing) == (ConnectionStale(31.0),)
    watchdog.connected(35.0)
    assert watchdog.check(54.0, 36.0, nothing) == ()
    assert watchdog.check(55.0, 50.0, nothing) == (PingNow(),)


def test_g04_a_stream_with_a_cadence_is_asked_for_again_and_then_the_socket_is_replaced() -> None:
    link = Link("depth", cadence_s=0.1).run(30)
    assert link.said == [(10, "depth", "resubscribe"), (21, "depth", "reconnect")]


def test_a_slow_cadence_is_given_five_of_its_periods() -> None:
    link = Link("kline", cadence_s=60.0).run(650)
    assert link.said == [(300, "kline", "resubscribe"), (601, "kline", "reconnect")]


def test_a_stream_that_keeps_its_cadence_is_left_alone_all_day() -> None:
    link = Link("depth", cadence_s=1.0, step_s=5.0)
    link.speak = lambda _stream, now_s, _connected_s: now_s - now_s % 3
    assert link.run(86_400).said == []


def test_g04_a_dead_stream_is_healed_by_the_replacement_and_no_further_one_follows() -> None:
    link = Link("depth", "trade", cadence_s=0.1)

    def dies_at_1000(stream: str, now_s: float, connected_s: float) -> float:
        is_dead = stream == "depth" and connected_s < 1000 <= now_s
        return 999.0 if is_dead else now_s

    link.speak = dies_at_1000
    link.run(5000)
    assert [remedy for _at_s, _stream, remedy in link.said] == ["resubscribe", "reconnect"]
    assert link.times("reconnect") == [pytest.approx(1021, abs=2)]


def test_g04_a_stream_that_stays_dead_gets_replacements_at_doubling_intervals_up_to_an_hour() -> (
    None
):
    link = Link("depth", cadence_s=0.1).run(6 * 3600)
    times = link.times("reconnect")
    pauses = [late - early for early, late in pairwise(times)]
    assert 5 <= len(times) <= 12
    assert all(late >= early for early, late in pairwise(pauses))
    assert max(pauses) <= 2 * 3600 + 10


def test_a_stream_that_speaks_once_on_each_socket_gains_nothing_by_it() -> None:
    link = Link("depth", cadence_s=0.1)
    link.speak = lambda _stream, now_s, connected_s: (
        connected_s + 2 if now_s > connected_s + 2 else None
    )
    assert link.run(3600).reconnects <= 8


def test_g04_a_wrong_route_is_met_within_two_minutes_by_one_replacement() -> None:
    link = Link(*(f"s{n}" for n in range(50))).run(150)
    assert len(link.times("resubscribe")) == 50
    assert link.times("reconnect") == [121]


def test_g04_what_stays_silent_after_a_replacement_is_only_watched_ever_more_rarely() -> None:
    link = Link("quiet").run(24 * 3600)
    assert link.reconnects == 1
    times = link.times("watch")
    pauses = [late - early for early, late in pairwise(times)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 3600
    assert len(times) < 35


def test_a_new_socket_for_another_reason_counts_as_the_replacement() -> None:
    link = Link("quiet").run(90)
    assert link.said == [(60, "quiet", "resubscribe")]
    link.connected_s = link.now_s
    link.watchdog.connected(link.now_s)
    link.acks["quiet"] = link.now_s
    assert link.run(3600).reconnects == 0


def test_g04_a_stream_that_taught_us_its_rhythm_is_missed_soon_though_no_cadence_is_documented() -> (
    None
):
    link = Link("trade")
    link.speak = lambda _stream, now_s, connected_s: (
        now_s - now_s % 3 if now_s < 5000 or connected_s > 5000 else 4998.0
    )
    link.run(10_000)
    assert [remedy for _at_s, _stream, remedy in link.said] == ["resubscribe", "reconnect"]
    assert [at_s for at_s, _stream, _remedy in link.said] == pytest.approx([5058, 5119], abs=2)


def test_patience_grows_with_the_gaps_seen_and_fades_again() -> None:
    link = Link("trade")
    link.speak = lambda _stream, now_s, _connected_s: 100.0 if 100 <= now_s < 150 else now_s
    link.run(200)
    assert link.watchdog.patience_s("trade") == pytest.approx(250, abs=15)
    link.run(4000)
    assert link.watchdog.patience_s("trade") == 60
    assert link.said == []


def test_an_unwatched_stream_may_be_silent() -> None:
    link = Link("depth", cadence_s=0.1)
    link.run(5)
    link.watchdog.unwatch("depth")
    link.watchdog.unwatch("never watched")
    assert link.run(1000).said == []
    assert link.watchdog.patience_s("depth") is None


def test_a_stream_not_yet_acknowledged_on_the_new_socket_is_not_expected_to_speak() -> None:
    link = Link("depth", cadence_s=0.1).run(5)
    link.watchdog.connected(5.0)
    assert link.run(500).said == []


def arrivals(rng: Random, mean_s: float, burst: int) -> Iterator[float]:
    """Times of trades: bursts of up to ``burst`` within seconds, at random."""
    at_s = 0.0
    while True:
        at_s += rng.expovariate(1 / mean_s)
        for _ in range(rng.randint(1, burst)):
            yield at_s
            at_s += rng.expovariate(1.0)


class Market:
    """Instruments that trade at random, from every few minutes to never."""

    def __init__(self, streams: list[str], seed: int, burst: int) -> None:
        rng = Random(seed)
        self.sources = {
            stream: arrivals(Random(rng.random()), 120 * 2000 ** rng.random(), burst)
            for stream in streams
        }
        self.next_s = {stream: next(source) for stream, source in self.sources.items()}
        self.last_s = dict.fromkeys(streams, -inf)

    def last(self, stream: str, now_s: float, _connected_s: float) -> float:
        while self.next_s[stream] <= now_s:
            self.last_s[stream] = self.next_s[stream]
            self.next_s[stream] = next(self.sources[stream])
        return self.last_s[stream]


@pytest.mark.parametrize(("seed", "burst", "most"), [(1, 1, 5), (2, 20, 5), (3, 300, 10)])
def test_g04_500_quiet_instruments_cost_a_handful_of_replacements_a_day(
    seed: int, burst: int, most: int
) -> None:
    streams = [f"s{n}" for n in range(500)]
    link = Link(*streams, step_s=20.0)
    link.speak = Market(streams, seed, burst).last
    assert 1 <= link.run(24 * 3600).reconnects <= most


def test_g04_among_quiet_instruments_a_dead_stream_is_still_healed_within_minutes() -> None:
    streams = [f"s{n}" for n in range(100)]
    link = Link(*streams, "busy", step_s=5.0)
    market = Market(streams, 3, 1)
    dies_s = 20_000.0

    def speak(stream: str, now_s: float, connected_s: float) -> float:
        if stream != "busy":
            return market.last(stream, now_s, connected_s)
        return dies_s if connected_s < dies_s <= now_s else now_s

    link.speak = speak
    link.run(dies_s + 3600)
    after = [said for said in link.said if said[0] > dies_s and said[1] == "busy"]
    assert [remedy for _at_s, _stream, remedy in after] == ["resubscribe", "reconnect"]
    assert after[-1][0] < dies_s + 180


def test_a_check_of_1024_busy_streams_says_nothing_and_keeps_no_more_than_it_must() -> None:
    watchdog = Heartbeat(HeartbeatPolicy())
    watchdog.connected(0.0)
    streams = [f"s{n}" for n in range(1024)]
    for stream in streams:
        watchdog.watch(stream, None, 0.0)
    for now_s in range(1, 30):
        data_s = dict.fromkeys(streams, now_s - 0.1)
        assert watchdog.check(float(now_s), float(now_s), data_s.get) == ()
    for stream in streams:
        watchdog.unwatch(stream)
    assert watchdog.patience_s("s0") is None
