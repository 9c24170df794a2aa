"""What a session's machine says to the world, as notices."""

from __future__ import annotations

from tickwright.core.session import Down, Effect, Silent, Up
from tickwright.core.subscriptions import Refused
from tickwright.model.notices import Notice, SessionDown, SessionUp, TopicFailed, TopicStale


__all__ = ["notice_of"]


def notice_of(effect: Effect, session: str, now_ns: int) -> Notice:
    """Return the notice of what happened to a session.

    Args:
        effect: What its machine answered: ``Up``, ``Down``, ``Refused`` or ``Silent``.
        session: Its name.
        now_ns: The wall clock.
    """
    match effect:
        case Up(attempt=attempt):
            return SessionUp(received_ts_ns=now_ns, session=session, attempt=attempt)
        case Down(code=code, reason=reason, retry_in_s=retry_in_s, is_final=is_final):
            return SessionDown(
                received_ts_ns=now_ns,
                session=session,
                code=code,
                reason=reason,
                retry_in_s=retry_in_s,
                is_final=is_final,
            )
        case Refused(stream=stream, text=text):
            return TopicFailed(received_ts_ns=now_ns, session=session, stream=stream, text=text)
        case Silent(stream=stream, silent_s=silent_s, remedy=remedy):
            return TopicStale(
                received_ts_ns=now_ns,
                session=session,
                stream=stream,
                silent_s=silent_s,
                action=remedy,
            )
        case _:
            raise AssertionError(effect)
