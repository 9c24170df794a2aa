from __future__ import annotations

from tickwright.io.entropy import Entropy, system_random


def test_system_chance_differs_each_time() -> None:
    assert system_random().getrandbits(64) != system_random().getrandbits(64)


def test_a_seed_repeats_every_stream_and_every_id() -> None:
    first, second = Entropy(7), Entropy(7)
    assert first.stream("restart").random() == second.stream("restart").random()
    assert [first.new_id() for _ in range(3)] == [second.new_id() for _ in range(3)]


def test_streams_do_not_disturb_each_other() -> None:
    quiet, busy = Entropy(7), Entropy(7)
    for _ in range(100):
        busy.stream("faults").random()
        busy.new_id()
    assert quiet.stream("restart").random() == busy.stream("restart").random()
    assert quiet.stream("a").random() != quiet.stream("b").random()


def test_without_a_seed_one_is_drawn_and_can_be_read_to_repeat_the_run() -> None:
    drawn = Entropy()
    assert Entropy(drawn.seed).new_id() == drawn.new_id()
    assert drawn.seed != Entropy().seed
    assert repr(drawn) == f"Entropy(seed={drawn.seed})"


def test_ids_are_unique_letters_and_digits_of_the_length_asked_for() -> None:
    entropy = Entropy(1)
    ids = {entropy.new_id("tw-", 12) for _ in range(1000)}
    assert len(ids) == 1000
    assert all(one.startswith("tw-") and len(one) == 15 and one[3:].isalnum() for one in ids)
