from __future__ import annotations

from tests.venues.bybit.dialect.samples import NOW_MS, read

from tickwright.venues.bybit.dialect.envelope import (
    Refused,
    answered,
    enveloped,
    missing,
    refused,
    unknown_path,
    wrong,
)


def test_success_and_business_errors_come_with_status_200_in_the_same_envelope() -> None:
    good, bad = answered('{"list":[]}', NOW_MS), refused(missing("symbol"), NOW_MS)
    assert (good.status, bad.status) == (200, 200)
    assert read(good.body) == {
        "retCode": 0,
        "retMsg": "OK",
        "result": {"list": []},
        "retExtInfo": {},
        "time": NOW_MS,
    }
    assert read(bad.body)["retCode"] == 10001
    assert "symbol" in read(bad.body)["retMsg"]
    assert "limit" in wrong("limit").text


def test_texts_are_escaped_and_more_information_stands_beside() -> None:
    body = read(enveloped("{}", NOW_MS, code=10004, text='a "b"', more='{"list":[]}'))
    assert (body["retMsg"], body["retExtInfo"]) == ('a "b"', {"list": []})


def test_what_is_about_http_has_its_status() -> None:
    assert refused(Refused(10003, "no key", 401), NOW_MS).status == 401
    assert unknown_path().status == 404
