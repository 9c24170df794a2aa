"""The ledger: batches, refusals, silence, reconnects, and a simulated venue that does its worst."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tickwright.core.streamstate import StreamState
from tickwright.core.subscriptions import Batch, Expired, Ledger, Refused
from tickwright.errors import UsageError


S = StreamState


def ledger(*streams: str, per_request: int = 100, streams_max: int | None = None) -> Ledger:
    made = Ledger(streams_per_request=per_request, streams_max=streams_max)
    for stream in streams:
        made.want(stream)
    return made


def send(of: Ledger, now_s: float = 0.0) -> Batch:
    batch = of.next_batch(now_s)
    assert batch is not None
    return batch


def confirmed(*streams: str, per_request: int = 100) -> Ledger:
    made = ledger(*streams, per_request=per_request)
    while (batch := made.next_batch(0.0)) is not None:
        made.acked(batch.request_id)
    return made


def test_batches_are_as_large_as_allowed_and_in_the_order_of_wishes() -> None:
    book = ledger(*"abcde", per_request=2)
    sent = [send(book).streams for _ in range(3)]
    assert sent == [("a", "b"), ("c", "d"), ("e",)]
    assert not book.has_work
    assert book.next_batch(0.0) is None


def test_an_acknowledgement_confirms_the_streams_of_its_request_only() -> None:
    book = ledger("a", "b", per_request=1)
    first, second = send(book), send(book)
    assert book.acked(second.request_id) == ("b",)
    assert book.states() == {"a": S.PENDING, "b": S.CONFIRMED}
    assert book.acked(first.request_id) == ("a",)


def test_g22_each_stream_of_a_request_may_be_answered_alone() -> None:
    book = ledger("a", "b", "c")
    batch = send(book)
    assert book.acked(batch.request_id, ("b",)) == ("b",)
    assert book.acked(None, ("a", "x")) == ("a",)
    assert book.nacked(None, "no such thing", ("c",), is_alone=True) == (
        Refused("c", "no such thing"),
    )
    assert book.states() == {"a": S.CONFIRMED, "b": S.CONFIRMED, "c": S.FAILED}
    assert book.deadline_s is None


def test_g22_a_stream_refused_alone_leaves_the_others_under_way() -> None:
    book = ledger("a", "b")
    batch = send(book)
    assert book.nacked(batch.request_id, "no", ("b",), is_alone=True) == (Refused("b", "no"),)
    assert book.states() == {"a": S.PENDING, "b": S.FAILED}
    assert book.acked(batch.request_id, ("a",)) == ("a",)


def test_an_answer_about_streams_of_no_request_changes_nothing() -> None:
    book = ledger("a")
    send(book)
    assert book.acked(None, ("x",)) == ()
    assert book.acked(7, ("a",)) == ()
    assert book.states() == {"a": S.PENDING}


def test_what_was_not_answered_of_a_request_is_asked_for_again() -> None:
    book = ledger("a", "b")
    batch = send(book)
    book.acked(batch.request_id, ("a",))
    assert book.expired(100.0).streams == ("b",)
    assert send(book, 100.0).streams == ("b",)


def test_a_list_of_all_that_is_sent_answers_every_request() -> None:
    book = confirmed("old", "kept")
    book.want("a")
    book.want("b")
    book.unwant("old")
    leaving, asking = send(book), send(book)
    assert (leaving.is_subscribe, asking.is_subscribe) == (False, True)
    assert book.listed(("old", "kept", "a")) == ("a",)
    assert book.states() == {
        "old": S.LEAVING,
        "kept": S.CONFIRMED,
        "a": S.CONFIRMED,
        "b": S.PENDING,
    }
    assert book.listed(("kept", "a", "b")) == ("b",)
    assert book.states() == dict.fromkeys(("kept", "a", "b"), S.CONFIRMED)


def test_streams_of_one_request_agree_in_what_the_venue_wants_them_to() -> None:
    book = Ledger(streams_per_request=2, batch_of=lambda stream: stream[0])
    for stream in ("a1", "b1", "a2", "b2", "a3"):
        book.want(stream)
    sent = [send(book).streams for _ in range(3)]
    assert sent == [("a1", "a2"), ("b1", "b2"), ("a3",)]


def test_g22_a_stream_that_is_sent_already_is_confirmed_and_those_beside_it_are_asked_for_again() -> (
    None
):
    book = ledger("a", "b", "c")
    batch = send(book)
    assert book.already(batch.request_id, ("b", "x")) == ("b",)
    assert book.states() == {"a": S.WANTED, "b": S.CONFIRMED, "c": S.WANTED}
    assert send(book).streams == ("a", "c")
    assert book.already(batch.request_id, ("a",)) == ()


def test_a_refusal_without_number_is_of_the_request_that_holds_the_stream() -> None:
    book = ledger("a", "b", per_request=1)
    send(book), send(book)
    assert book.already(None, ("b",)) == ("b",)
    assert book.states() == {"a": S.PENDING, "b": S.CONFIRMED}


def test_wanting_twice_asks_once() -> None:
    book = ledger("a", "a")
    assert send(book).streams == ("a",)
    book.want("a")
    assert book.next_batch(0.0) is None


def test_a_wish_given_up_before_it_left_is_never_sent() -> None:
    book = ledger("a")
    book.unwant("a")
    assert book.next_batch(0.0) is None
    assert book.states() == {}


def test_giving_up_what_was_never_wanted_is_no_error() -> None:
    book = ledger()
    book.unwant("a")
    book.renew("a")
    assert book.states() == {}


def test_a_stream_given_up_while_pending_is_unsubscribed_after_its_acknowledgement() -> None:
    book = ledger("a")
    request = send(book)
    book.unwant("a")
    assert book.acked(request.request_id) == ()
    leaving = send(book)
    assert (leaving.streams, leaving.is_subscribe) == (("a",), False)
    assert book.acked(leaving.request_id) == ()
    assert book.states() == {}


def test_a_stream_wanted_again_while_its_unsubscription_is_under_way_is_asked_for_after_it() -> (
    None
):
    book = confirmed("a")
    book.unwant("a")
    leaving = send(book)
    book.want("a")
    assert book.next_batch(0.0) is None
    book.acked(leaving.request_id)
    again = send(book)
    assert (again.streams, again.is_subscribe) == (("a",), True)
    assert book.acked(again.request_id) == ("a",)


def test_a_stream_wanted_again_before_its_unsubscription_left_simply_stays() -> None:
    book = confirmed("a")
    book.unwant("a")
    book.want("a")
    assert book.next_batch(0.0) is None
    assert book.state("a") is S.CONFIRMED


def test_renewing_gives_the_stream_up_and_asks_for_it_again() -> None:
    book = confirmed("a", "b")
    book.renew("a")
    leaving = send(book)
    assert (leaving.streams, leaving.is_subscribe) == (("a",), False)
    book.acked(leaving.request_id)
    again = send(book)
    assert (again.streams, again.is_subscribe) == (("a",), True)
    assert book.acked(again.request_id) == ("a",)


def test_streams_are_given_up_before_others_are_asked_for() -> None:
    book = confirmed("a")
    book.want("b")
    book.unwant("a")
    assert not send(book).is_subscribe
    assert send(book).is_subscribe


def test_g22_a_named_culprit_fails_with_the_venues_text_and_the_rest_is_asked_for_again() -> None:
    book = ledger("good", "bad", "fine")
    request = send(book)
    refused = book.nacked(request.request_id, "handler not found,topic:bad", ("bad",))
    assert refused == (Refused("bad", "handler not found,topic:bad"),)
    again = send(book)
    assert again.streams == ("good", "fine")
    assert book.acked(again.request_id) == ("good", "fine")
    assert book.state("bad") is S.FAILED


@pytest.mark.parametrize("bad", range(11))
def test_g22_without_a_name_the_bad_stream_is_found_by_halving(bad: int) -> None:
    streams = [f"s{n}" for n in range(11)]
    book = ledger(*streams)
    refused: list[Refused] = []
    requests = 0
    while (batch := book.next_batch(0.0)) is not None:
        requests += 1
        if streams[bad] in batch.streams:
            refused += book.nacked(batch.request_id, "Invalid request: invalid stream")
        else:
            book.acked(batch.request_id)
    assert refused == [Refused(streams[bad], "Invalid request: invalid stream")]
    assert book.counts() == {"wanted": 0, "pending": 0, "confirmed": 10, "failed": 1, "leaving": 0}
    assert requests <= 9


def test_g22_groups_under_suspicion_are_not_mixed_with_new_wishes() -> None:
    book = ledger("a", "b")
    book.nacked(send(book).request_id, "no")
    book.want("c")
    assert [send(book).streams for _ in range(3)] == [("a",), ("b",), ("c",)]


def test_suspicion_outlives_a_reconnect_because_some_venues_close_on_a_bad_stream() -> None:
    book = ledger("a", "b", "c", "d")
    book.nacked(send(book).request_id, "no")
    send(book)
    book.reconnected()
    assert [send(book).streams for _ in range(2)] == [("a", "b"), ("c", "d")]


def test_a_refusal_without_a_request_id_goes_to_the_request_that_holds_the_named_stream() -> None:
    book = ledger("a", "b", per_request=1)
    first, _second = send(book), send(book)
    assert book.nacked(None, "no", ("b",)) == (Refused("b", "no"),)
    assert book.acked(first.request_id) == ("a",)


def test_a_refusal_without_id_and_name_goes_to_the_oldest_request() -> None:
    book = ledger("a", "b", per_request=1)
    _first, second = send(book), send(book)
    assert book.nacked(None, "no") == (Refused("a", "no"),)
    assert book.acked(second.request_id) == ("b",)


def test_a_refusal_that_names_something_else_is_treated_as_one_without_a_name() -> None:
    book = ledger("a", "b")
    assert book.nacked(send(book).request_id, "no", ("x",)) == ()
    assert [send(book).streams for _ in range(2)] == [("a",), ("b",)]


def test_g22_a_confirmed_stream_that_the_venue_takes_away_fails_loudly() -> None:
    book = confirmed("a", "b")
    assert book.nacked(None, "channel closed", ("a",)) == (Refused("a", "channel closed"),)
    assert book.states() == {"a": S.FAILED, "b": S.CONFIRMED}


def test_refusing_a_stream_that_nobody_wants_any_more_fails_nothing() -> None:
    book = ledger("a")
    request = send(book)
    book.unwant("a")
    assert book.nacked(request.request_id, "no") == ()
    assert book.states() == {}


def test_a_refused_unsubscription_ends_the_matter() -> None:
    book = confirmed("a")
    book.unwant("a")
    assert book.nacked(send(book).request_id, "unknown topic") == ()
    assert book.states() == {}


@pytest.mark.parametrize("request_id", [0, 99, None])
def test_answers_to_unknown_requests_are_ignored(request_id: int | None) -> None:
    book = confirmed("a")
    if request_id is not None:
        assert book.acked(request_id) == ()
    assert book.nacked(request_id, "no") == ()
    assert book.states() == {"a": S.CONFIRMED}


def test_a_late_acknowledgement_after_a_reconnect_confirms_nothing() -> None:
    book = ledger("a")
    before = send(book)
    book.reconnected()
    after = send(book)
    assert after.request_id != before.request_id
    assert book.acked(before.request_id) == ()
    assert book.state("a") is S.PENDING
    assert book.acked(after.request_id) == ("a",)


def test_after_a_reconnect_everything_wanted_is_asked_for_again_and_nothing_else() -> None:
    book = confirmed("a", "b", "c")
    book.want("bad")
    book.nacked(send(book).request_id, "no")
    book.want("pending")
    send(book)
    book.unwant("b")
    book.reconnected()
    batch = send(book)
    assert set(batch.streams) == {"a", "c", "pending"}
    assert book.next_batch(0.0) is None
    assert book.state("bad") is S.FAILED


def test_a_failed_stream_that_is_wanted_again_is_tried_again() -> None:
    book = ledger("a")
    book.nacked(send(book).request_id, "no")
    book.want("a")
    assert book.acked(send(book).request_id) == ("a",)


def test_an_unanswered_request_is_repeated_in_halves_after_ten_seconds() -> None:
    book = ledger("a", "b")
    send(book, now_s=5.0)
    assert book.expired(14.9) == Expired()
    assert book.expired(15.0) == Expired(("a", "b"))
    assert [send(book).streams for _ in range(2)] == [("a",), ("b",)]


def test_the_deadline_is_that_of_the_oldest_request_under_way() -> None:
    book = ledger("a", "b", per_request=1)
    deadlines = [book.deadline_s]
    first, second = send(book, now_s=5.0), send(book, now_s=6.0)
    deadlines.append(book.deadline_s)
    for request in (first, second):
        book.acked(request.request_id)
        deadlines.append(book.deadline_s)
    assert deadlines == [None, 15.0, 16.0, None]


def test_an_acknowledgement_that_comes_after_its_request_was_repeated_is_ignored() -> None:
    book = ledger("a")
    late = send(book)
    book.expired(10.0)
    again = send(book, 10.0)
    assert book.acked(late.request_id) == ()
    assert book.acked(again.request_id) == ("a",)


def test_a_wish_given_up_while_unanswered_is_unsubscribed_in_case_it_took() -> None:
    book = ledger("a")
    send(book)
    book.expired(10.0)
    book.unwant("a")
    leaving = send(book, 10.0)
    assert (leaving.streams, leaving.is_subscribe) == (("a",), False)


def connection_that_ignores(stream: str, of: Ledger) -> Expired:
    """Answer everything for half a minute, except requests that name ``stream``."""
    outcome = Expired()
    for now_s in (0.0, 10.0, 20.0):
        while (batch := of.next_batch(now_s)) is not None:
            if stream not in batch.streams:
                of.acked(batch.request_id)
        outcome = of.expired(now_s + 10.0)
    return outcome


def silent_connection(of: Ledger) -> None:
    """Answer nothing for half a minute."""
    for now_s in (0.0, 10.0, 20.0):
        while of.next_batch(now_s) is not None:
            pass
        of.expired(now_s + 10.0)


def test_g22_three_requests_without_an_answer_condemn_the_connection() -> None:
    book = ledger("a")
    assert connection_that_ignores("a", book).must_replace


def test_an_answer_in_between_starts_the_count_anew() -> None:
    book = confirmed("a")
    for _ in range(5):
        book.renew("a")
        send(book)
        assert not book.expired(10.0).must_replace
        book.acked(send(book).request_id)
        book.acked(send(book).request_id)
    assert book.state("a") is S.CONFIRMED


def test_g22_a_stream_that_two_answering_connections_ignore_fails_loudly() -> None:
    book = ledger("good", "mute")
    assert connection_that_ignores("mute", book) == Expired(("mute",), (), must_replace=True)
    book.reconnected()
    outcome = connection_that_ignores("mute", book)
    assert [refused.stream for refused in outcome.refused] == ["mute"]
    assert "no acknowledgement within 10 s" in outcome.refused[0].text
    assert not outcome.must_replace
    assert book.states() == {"good": S.CONFIRMED, "mute": S.FAILED}


def test_g03_a_connection_that_only_begins_to_answer_fails_no_stream_for_its_silence() -> None:
    book = ledger("a", "b", "c", "d")
    silent_connection(book)
    book.reconnected()
    for now_s in (0.0, 10.0):
        while book.next_batch(now_s) is not None:
            pass
        book.expired(now_s + 10.0)
    while (batch := book.next_batch(20.0)) is not None:
        if "d" in batch.streams:  # the hole ends as the last of them leaves
            book.acked(batch.request_id)
    outcome = book.expired(30.0)
    assert outcome.must_replace
    assert outcome.refused == ()
    book.reconnected()
    assert set(book.acked(send(book).request_id)) == {"a", "b", "c", "d"}


def test_g22_one_ignored_stream_among_many_fails_alone() -> None:
    names = [f"s{number}" for number in range(64)]
    book = ledger(*names)
    failed: list[str] = []
    now_s = 0.0
    for _ in range(40):
        while (batch := book.next_batch(now_s)) is not None:
            if "s17" not in batch.streams:
                book.acked(batch.request_id)
        now_s += 10.0
        outcome = book.expired(now_s)
        failed += [refused.stream for refused in outcome.refused]
        if outcome.must_replace:
            book.reconnected()
    assert failed == ["s17"]
    assert sum(state is S.CONFIRMED for state in book.states().values()) == 63


def test_where_a_connection_answers_nothing_no_stream_is_failed_for_it() -> None:
    book = ledger("a")
    for _ in range(6):
        outcome = connection_that_ignores("a", book)
        assert outcome.must_replace
        assert outcome.refused == ()
        book.reconnected()


def test_after_a_silent_connection_the_batches_are_large_again() -> None:
    book = ledger("a", "b")
    send(book)
    book.expired(10.0)
    book.reconnected()
    assert send(book).streams == ("a", "b")


def test_a_full_connection_says_so_and_failed_streams_take_no_place() -> None:
    book = ledger("a", "b", streams_max=2)
    assert book.free == 0
    with pytest.raises(UsageError, match="no room for 'c'"):
        book.want("c")
    book.want("a")
    book.nacked(send(book).request_id, "no", ("a",))
    assert book.free == 1
    book.want("c")
    with pytest.raises(UsageError):
        book.want("a")


def test_a_stream_that_is_leaving_keeps_its_place_until_it_has_left() -> None:
    book = ledger("a", streams_max=1)
    book.acked(send(book).request_id)
    book.unwant("a")
    assert book.free == 0
    book.acked(send(book).request_id)
    assert book.free == 1


@pytest.mark.parametrize(
    "limits",
    [{"streams_per_request": 0}, {"tries_max": 0}, {"connections_max": 0}, {"ack_timeout_s": 0}],
)
def test_limits_that_make_no_sense_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Ledger(**{"streams_per_request": 1, **limits})


class World(RuleBasedStateMachine):
    """A ledger and an all-or-nothing venue that answers late, forgets to, or loses requests."""

    BAD = frozenset({"bad1", "bad2"})
    STREAMS = st.sampled_from(["a", "b", "c", "bad1", "bad2"])

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(streams_per_request=3, streams_max=5)
        self.now_s = 0.0
        self.wanted: set[str] = set()
        self.refused: dict[str, str] = {}
        self.venue: set[str] = set()
        self.wire: deque[Batch] = deque()
        self.is_orderly = True
        """False once an answer was lost, for then "the oldest request" is no name for one."""

    @rule(stream=STREAMS)
    def want(self, stream: str) -> None:
        self.ledger.want(stream)
        self.wanted.add(stream)
        self.refused.pop(stream, None)

    @rule(stream=STREAMS)
    def unwant(self, stream: str) -> None:
        self.ledger.unwant(stream)
        self.wanted.discard(stream)
        self.refused.pop(stream, None)

    @rule(stream=STREAMS)
    def renew(self, stream: str) -> None:
        self.ledger.renew(stream)

    @rule()
    def send(self) -> None:
        batch = self.ledger.next_batch(self.now_s)
        if batch is not None:
            self.wire.append(batch)

    @rule(
        fate=st.sampled_from(["answer", "lose answer", "lose"]),
        names=st.booleans(),
        id=st.booleans(),
    )
    def serve(self, fate: str, names: bool, id: bool) -> None:  # noqa: A002  # Hypothesis names arguments
        if not self.wire:
            return
        batch = self.wire.popleft()
        if fate == "lose":
            self.is_orderly = False
            return
        bad = self.BAD.intersection(batch.streams) if batch.is_subscribe else frozenset()
        if not bad:
            change = self.venue.update if batch.is_subscribe else self.venue.difference_update
            change(batch.streams)
        if fate == "lose answer":
            self.is_orderly = False
        elif not bad:
            self.ledger.acked(batch.request_id)
        else:
            request_id = batch.request_id if id or not self.is_orderly else None
            self.note(
                self.ledger.nacked(request_id, "no such topic", min(bad).split() if names else ())
            )

    @rule(seconds=st.integers(1, 12))
    def wait(self, seconds: int) -> None:
        self.now_s += seconds
        expired = self.ledger.expired(self.now_s)
        self.note(expired.refused)
        if expired.streams:
            self.is_orderly = False
        if expired.must_replace:
            self.reconnect()

    @rule()
    def reconnect(self) -> None:
        self.ledger.reconnected()
        self.venue.clear()
        self.wire.clear()
        self.is_orderly = True

    @invariant()
    def what_is_confirmed_is_sent_by_the_venue(self) -> None:
        states = self.ledger.states()
        assert {stream for stream, state in states.items() if state is S.CONFIRMED} <= self.venue
        assert len(states) - self.ledger.counts()["failed"] <= 5

    def note(self, refused: tuple[Refused, ...]) -> None:
        for refusal in refused:
            assert refusal.stream in self.wanted
            assert refusal.stream in self.BAD or "no acknowledgement" in refusal.text
            self.refused[refusal.stream] = refusal.text

    def teardown(self) -> None:
        """The faults end: everything wanted and not refused must come to be confirmed."""
        for _ in range(100):
            self.send()
            self.serve("answer", names=False, id=True)
            if not self.ledger.has_work and not self.wire:
                self.wait(10)
        states = self.ledger.states()
        settled = {stream for stream, state in states.items() if state is S.CONFIRMED}
        assert settled == self.wanted - set(self.refused) == self.venue
        assert set(states) == self.wanted
        assert not self.BAD & settled


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
