"""The life of a session, by hand: what happens goes in, what is to be done comes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from tickwright.core.heartbeat import Heartbeat, HeartbeatPolicy
from tickwright.core.pacing import SlidingWindow
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.core.session import (
    TABLE,
    Close,
    Confirmed,
    Connect,
    Down,
    Ping,
    Pong,
    Renew,
    Send,
    Session,
    SessionState,
    Silent,
    Up,
)
from tickwright.core.subscriptions import Ledger, Refused
from tickwright.errors import IllegalTransition


class Words:
    """A venue's words, readable in a test."""

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        return json.dumps(["+", request_id, *streams])

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        return json.dumps(["-", request_id, *streams])

    def ping(self) -> str | None:
        return None


class Driven:
    """A session with a clock of its own and a venue that says what the test says."""

    def __init__(self, *, frames_per_s: int = 4, attempts_max: int | None = None) -> None:
        self.now_s = 0.0
        self.last_frame_s = 0.0
        self.delivered_s: dict[str, float] = {}
        self.cadence_s: dict[str, float] = {}
        policy = RestartPolicy(jitter=0.0, attempts_max=attempts_max)
        self.session = Session(
            speech=Words(),
            ledger=Ledger(streams_per_request=10, streams_max=100),
            heartbeat=Heartbeat(HeartbeatPolicy()),
            window=SlidingWindow(frames_per_s, 1.0),
            delays=RestartDelays(policy, Random(1)),
            last_data_s=self.delivered_s.get,
            cadence_s=self.cadence_s.get,
        )

    def go_live(self, *streams: str) -> list[Any]:
        for stream in streams:
            self.session.ledger.want(stream)
        self.session.start(self.now_s)
        return self.session.connected(self.now_s)

    def confirm(self) -> None:
        for request_id in range(1, 10):
            self.session.acked(self.now_s, request_id)

    def wait(self, seconds: float, *, is_alive: bool = False) -> list[Any]:
        """Let time pass as the shell does: wake when asked to."""
        effects: list[Any] = []
        end_s = self.now_s + seconds
        while (wake_s := self.session.wake_s) is not None and wake_s <= end_s:
            self.now_s = max(wake_s, self.now_s)
            if is_alive:
                self.last_frame_s = self.now_s
            effects += self.session.tick(self.now_s, self.last_frame_s)
        self.now_s = end_s
        return effects


def kinds(effects: Sequence[Any]) -> list[type]:
    return [type(effect) for effect in effects]


def test_every_state_and_event_without_a_cell_is_refused() -> None:
    for state in SessionState:
        for event in TABLE.events:
            if (state, event) not in TABLE.cells:
                with pytest.raises(IllegalTransition):
                    TABLE.step(state, event)


def test_from_every_state_one_can_stop() -> None:
    for state in SessionState:
        stop = next(event for event in TABLE.events if event.name == "STOP")
        assert TABLE.step(state, stop)[0] is SessionState.CLOSED


def test_what_is_wanted_before_the_connection_is_asked_for_in_one_batch_on_it() -> None:
    effects = Driven().go_live("a", "b")
    assert effects == [Up(1), Send('["+", 1, "a", "b"]')]


def test_an_acknowledgement_confirms_the_streams_of_its_request() -> None:
    driven = Driven()
    driven.go_live("a", "b")
    assert driven.session.acked(0.1, 1) == [Confirmed(("a", "b"))]


def test_g22_a_refused_batch_is_split_until_the_bad_stream_alone_fails_with_the_venue_s_text() -> (
    None
):
    driven = Driven(frames_per_s=100)
    pending = [effect for effect in driven.go_live("a", "bad", "c") if isinstance(effect, Send)]
    refused: list[Refused] = []
    while pending:
        _, request_id, *streams = json.loads(pending.pop(0).text)
        if "bad" in streams:
            answer = driven.session.nacked(0.1, request_id, "no such stream", ())
        else:
            answer = driven.session.acked(0.1, request_id)
        refused += [effect for effect in answer if isinstance(effect, Refused)]
        pending += [effect for effect in answer if isinstance(effect, Send)]
    assert refused == [Refused("bad", "no such stream")]
    assert driven.session.ledger.counts()["confirmed"] == 2


def test_g11_outgoing_frames_wait_for_the_window_and_pongs_go_first() -> None:
    driven = Driven(frames_per_s=2)
    driven.go_live("a")
    driven.session.ledger.want("b")
    assert kinds(driven.session.changed(0.0)) == [Send]
    driven.session.ledger.want("c")
    assert driven.session.changed(0.1) == []
    assert driven.session.pinged(0.2, b"1") == []
    effects = driven.wait(1.5, is_alive=True)
    assert kinds(effects)[:2] == [Pong, Send]
    assert effects[0] == Pong(b"1")


def test_a_close_without_a_word_is_given_one() -> None:
    driven = Driven()
    driven.go_live("a")
    (down,) = driven.session.lost(1.0, 1001, "")
    assert isinstance(down, Down)
    assert down.reason == "closed by the venue (1001)"


def test_a_lost_connection_is_retried_after_growing_delays() -> None:
    driven = Driven()
    driven.go_live("a")
    (down,) = driven.session.lost(1.0, 1006, "cut")
    assert down == Down(1006, "cut", 1.0, False)
    driven.now_s = 1.0
    assert kinds(driven.wait(1.0)) == [Connect]
    (down,) = driven.session.failed(driven.now_s, "refused")
    assert down.retry_in_s == 2.0
    assert kinds(driven.wait(2.0)) == [Connect]
    effects = driven.session.connected(driven.now_s)
    assert effects[0] == Up(2)


def test_after_a_reconnect_everything_wanted_is_asked_for_again() -> None:
    driven = Driven()
    driven.go_live("a", "b")
    driven.confirm()
    driven.session.lost(1.0, 1006, "cut")
    driven.now_s = 1.0
    driven.wait(1.0)
    effects = driven.session.connected(driven.now_s)
    assert json.loads(effects[1].text)[2:] == ["a", "b"]


def test_attempts_may_be_limited_and_then_the_session_ends_for_good() -> None:
    driven = Driven(attempts_max=1)
    driven.session.start(0.0)
    driven.session.failed(0.0, "refused")
    driven.wait(1.0)
    (down,) = driven.session.failed(1.0, "refused again")
    assert down.is_final
    assert driven.session.state is SessionState.CLOSED
    assert driven.session.wake_s is None


def test_g04_a_link_without_any_frame_is_probed_and_then_replaced() -> None:
    driven = Driven()
    driven.go_live("a")
    driven.confirm()
    effects = driven.wait(31.5)
    assert Ping() in effects
    downs = [effect for effect in effects if isinstance(effect, Down)]
    assert len(downs) == 1
    assert "no frame" in downs[0].reason
    assert kinds(effects)[-2:] == [Close, Down] or kinds(effects)[-1] is Connect


def test_g04_a_stream_that_stays_silent_while_others_flow_is_renewed_and_then_the_socket_replaced() -> (
    None
):
    driven = Driven()
    driven.cadence_s["a"] = 1.0
    driven.go_live("a")
    driven.confirm()
    effects = driven.wait(11.5, is_alive=True)
    assert [effect.remedy for effect in effects if isinstance(effect, Silent)] == ["resubscribe"]
    for request_id in range(2, 6):
        driven.session.acked(driven.now_s, request_id)
    effects = driven.wait(2.0, is_alive=True)
    for request_id in range(2, 6):
        driven.session.acked(driven.now_s, request_id)
    effects += driven.wait(40.0, is_alive=True)
    assert "reconnect" in [effect.remedy for effect in effects if isinstance(effect, Silent)]
    assert Close in kinds(effects)


def test_g04_while_other_streams_flow_the_socket_is_renewed_instead_of_broken() -> None:
    driven = Driven()
    driven.cadence_s["a"] = 1.0
    driven.go_live("a", "b")
    driven.confirm()
    effects: list[Any] = []
    for _ in range(60):
        driven.delivered_s["b"] = driven.now_s
        effects += driven.wait(1.0, is_alive=True)
        for request_id in range(2, 9):
            driven.session.acked(driven.now_s, request_id)
    assert [type(effect) for effect in effects if isinstance(effect, (Renew, Close))][:1] == [Renew]
    assert Close not in kinds(effects)


def test_a_subscription_that_is_never_acknowledged_ends_the_connection() -> None:
    driven = Driven()
    driven.go_live("a")
    effects = driven.wait(60.0, is_alive=True)
    downs = [effect for effect in effects if isinstance(effect, Down)]
    assert "not acknowledged" in downs[0].reason


def test_an_end_that_is_reported_after_we_gave_the_connection_up_changes_nothing() -> None:
    driven = Driven()
    driven.go_live("a")
    driven.session.replace(1.0, "no good")
    assert driven.session.lost(1.1, 1001, "late") == []
    assert driven.session.replace(1.2, "again") == []


def test_stopping_closes_a_live_connection_and_says_so_once() -> None:
    driven = Driven()
    driven.go_live("a")
    effects = driven.session.stop(5.0)
    assert kinds(effects) == [Close, Down]
    assert driven.session.stop(6.0) == []
    assert driven.session.tick(7.0, 7.0) == []


def test_stopping_before_the_first_connection_says_nothing() -> None:
    driven = Driven()
    driven.session.start(0.0)
    assert driven.session.stop(1.0) == []
