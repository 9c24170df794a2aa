"""Asking for an order that may or may not be there."""

from __future__ import annotations

from typing import Any

import pytest

from tickwright.core.inquiry import Finding, Inquiry, InquiryPolicy
from tickwright.errors import ConfigError


POLICY = InquiryPolicy(proof_after_s=20.0)


def test_questions_come_soon_and_then_ever_more_slowly() -> None:
    inquiry = Inquiry(POLICY, sent_s=0.0)
    assert [inquiry.delay_s() for _ in range(7)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_g01_not_found_soon_after_sending_proves_nothing_however_often() -> None:
    inquiry = Inquiry(POLICY, sent_s=100.0)
    for asked_s in (100.0, 101.0, 110.0, 119.999):
        assert inquiry.not_found(asked_s) is Finding.NOTHING


def test_g01_it_is_proven_absent_by_two_answers_after_it_can_no_longer_come_to_be() -> None:
    inquiry = Inquiry(POLICY, sent_s=100.0)
    assert inquiry.not_found(119.0) is Finding.NOTHING
    assert inquiry.not_found(120.0) is Finding.NOTHING
    assert inquiry.not_found(125.0) is Finding.ABSENT


@pytest.mark.parametrize(
    "numbers",
    [{"first_s": 0}, {"first_s": 9}, {"factor": 0.5}, {"proof_after_s": -1}, {"proofs": 0}],
)
def test_numbers_that_make_no_sense_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        InquiryPolicy(**{"proof_after_s": 20.0, **numbers})
