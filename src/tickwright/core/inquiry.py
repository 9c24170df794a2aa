"""Finding out what became of an order whose outcome nobody knows (G1): when to ask, and when silence is proof.

Theory of operation
===================

A command got no answer that tells. Either the order is at the venue, or it was never carried out, or (the trap) it is still
on its way. So «not found» means nothing for a while:

- The request can be admitted until its timestamp has aged beyond its window at the venue.
- Admitted, it may wait for the matching engine as long as the venue lets it.
- Executed, it may not be readable yet: answers come from replicas.

After the sum of the three (`InquiryPolicy.proof_after_s`) the order can no longer come to be, and an answer that does not find
it proves that it never arrived. One answer might come from a replica that has fallen behind, so two are wanted.

Until then one asks with growing delays: nearly always the first answer finds it.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from tickwright.errors import ConfigError


__all__ = ["Finding", "Inquiry", "InquiryPolicy"]


class InquiryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of an inquiry; the venue's rules give ``proof_after_s``."""

    proof_after_s: float
    """From sending on: request window, plus the engine's timeout, plus the lag of reading."""
    first_s: float = 0.25
    """Soon, for an order at the venue is nearly always readable by then."""
    factor: float = 2.0
    max_s: float = 5.0
    """A private stream may tell in between; asking costs weight that orders need."""
    proofs: int = 2
    """Answers without the order, after `proof_after_s`."""

    def __post_init__(self) -> None:
        if not 0 < self.first_s <= self.max_s or self.factor < 1:
            raise ConfigError(f"delays must satisfy 0 < first ≤ max and factor ≥ 1: {self}")
        if self.proof_after_s < 0 or self.proofs < 1:
            raise ConfigError(f"proof_after_s must not be negative, proofs at least 1: {self}")


class Finding(Enum):
    """What an answer without the order says."""

    NOTHING = "nothing"
    """It may still come to be, or to be seen: ask again."""
    ABSENT = "absent"
    """It never arrived, and no longer can."""


class Inquiry:
    """One order's inquiry.

    Args:
        policy: The numbers.
        sent_s: When the command was written, monotonic.

    Example:
        >>> inquiry = Inquiry(InquiryPolicy(proof_after_s=20), sent_s=100.0)
        >>> inquiry.delay_s(), inquiry.delay_s()
        (0.25, 0.5)
        >>> inquiry.not_found(asked_s=101.0)
        <Finding.NOTHING: 'nothing'>
    """

    __slots__ = ("_next_s", "_policy", "_proofs", "_sent_s")

    def __init__(self, policy: InquiryPolicy, sent_s: float) -> None:
        self._policy = policy
        self._sent_s = sent_s
        self._next_s = policy.first_s
        self._proofs = 0

    def delay_s(self) -> float:
        """Return how long to wait before the next question; longer every time."""
        delay_s = self._next_s
        self._next_s = min(delay_s * self._policy.factor, self._policy.max_s)
        return delay_s

    def not_found(self, asked_s: float) -> Finding:
        """Return what an answer without the order says.

        Args:
            asked_s: When the question was written, monotonic. What matters is what could be known then.
        """
        if asked_s - self._sent_s < self._policy.proof_after_s:
            return Finding.NOTHING
        self._proofs += 1
        return Finding.ABSENT if self._proofs >= self._policy.proofs else Finding.NOTHING
