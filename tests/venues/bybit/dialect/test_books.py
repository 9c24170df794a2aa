from __future__ import annotations

from tests.venues.bybit.dialect.samples import NOW_MS, FixedInstrument, read

from tickwright.venues.bybit.dialect.books import BookWindow, sequence_of
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.topics import Topic, parse_topic


def _topic(text: str, category: Category = LINEAR) -> Topic:
    found = parse_topic(category, text)
    assert found is not None
    return found


def test_a_snapshot_says_what_the_documentation_shows_in_its_order() -> None:
    instrument = FixedInstrument(LINEAR)
    text = BookWindow(_topic("orderbook.50.BTCUSDT"), instrument).snapshot(NOW_MS)
    assert text == (
        f'{{"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":{NOW_MS},"data":{{"s":"BTCUSDT",'
        '"b":[["65000.00","0.120"],["64999.00","0.005"]],"a":[["65001.00","0.080"],["65002.00","0.001"]],'
        f'"u":100,"seq":107}},"cts":{NOW_MS - 5}}}'
    )


def test_spot_and_depth_one_name_the_time_before_the_type() -> None:
    for category, depth in ((SPOT, "50"), (LINEAR, "1")):
        instrument = FixedInstrument(category)
        topic = _topic(f"orderbook.{depth}.BTCUSDT", category)
        text = BookWindow(topic, instrument).snapshot(NOW_MS)
        assert list(read(text)) == ["topic", "ts", "type", "data", "cts"]


def test_a_delta_holds_what_changed_with_zeros_for_what_left_the_window() -> None:
    instrument = FixedInstrument(LINEAR)
    window = BookWindow(_topic("orderbook.50.BTCUSDT"), instrument)
    assert window.flush(NOW_MS) is None
    instrument.move(65_000, 0, is_bid=True)
    instrument.move(64_998, 3, is_bid=True)
    delta = read(window.flush(NOW_MS))
    assert delta["type"] == "delta"
    assert delta["data"]["b"] == [["65000.00", "0"], ["64998.00", "0.003"]]
    assert delta["data"]["a"] == []
    assert delta["data"]["u"] == 101


def test_each_depth_has_its_own_line_and_no_more_than_its_levels() -> None:
    instrument = FixedInstrument(LINEAR)
    best = BookWindow(_topic("orderbook.1.BTCUSDT"), instrument)
    deep = BookWindow(_topic("orderbook.50.BTCUSDT"), instrument)
    instrument.move(64_999, 6, is_bid=True)
    assert best.flush(NOW_MS) is None
    assert read(deep.flush(NOW_MS))["data"]["u"] == 101
    instrument.move(65_000, 0, is_bid=True)
    whole = read(best.flush(NOW_MS))
    assert whole["type"] == "snapshot"
    assert whole["data"]["b"] == [["64999.00", "0.006"]]
    assert whole["data"]["u"] == 101


def test_a_line_begun_anew_never_falls_behind() -> None:
    instrument = FixedInstrument(LINEAR)
    topic = _topic("orderbook.50.BTCUSDT")
    window = BookWindow(topic, instrument)
    for quantity in range(1, 5):
        instrument.move(64_998, quantity, is_bid=True)
        window.flush(NOW_MS)
    assert BookWindow(topic, instrument).update_id >= window.update_id


def test_a_restarted_service_begins_at_one_with_a_snapshot() -> None:
    instrument = FixedInstrument(LINEAR)
    window = BookWindow(_topic("orderbook.50.BTCUSDT"), instrument)
    window.is_restarting = True
    assert window.flush(NOW_MS) is None
    instrument.move(64_998, 3, is_bid=True)
    fresh = read(window.flush(NOW_MS))
    assert (fresh["type"], fresh["data"]["u"]) == ("snapshot", 1)
    assert len(fresh["data"]["b"]) == 3
    instrument.move(64_998, 4, is_bid=True)
    assert read(window.flush(NOW_MS))["data"]["u"] == 2


def test_retail_price_improvement_has_a_third_number() -> None:
    window = BookWindow(_topic("orderbook.rpi.BTCUSDT"), FixedInstrument(LINEAR))
    assert read(window.snapshot(NOW_MS))["data"]["b"][0] == ["65000.00", "0.120", "0"]


def test_rest_tells_of_the_same_line() -> None:
    instrument = FixedInstrument(LINEAR)
    window = BookWindow(_topic("orderbook.1000.BTCUSDT"), instrument)
    body = read(window.body(1, NOW_MS))
    assert (body["u"], body["seq"]) == (100, sequence_of(instrument))
    assert (body["b"], body["a"]) == ([["65000.00", "0.120"]], [["65001.00", "0.080"]])
