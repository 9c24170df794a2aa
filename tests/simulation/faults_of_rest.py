"""Faults of REST: failing, slow, silent, banning, or answering what is of no use."""

from __future__ import annotations

from tests.simulation.fault import AFTER_BREAKER_S, Fault, Phase, cut, twin_of


__all__ = ["REST_FAULTS"]

ONLY_SNAPSHOTS = {
    Phase.SUBSCRIBING: "the first snapshots come after it, as in `before it connects`",
    Phase.LIVE: "no snapshot is asked for",
    Phase.RENEWING: "no snapshot is asked for",
}
ONLY_REST = {
    Phase.SUBSCRIBING: "what is asked next are snapshots: see `while its books wait for …`",
    Phase.LIVE: "nothing is asked, but by a backfill: see `cut, and no history`",
    Phase.RENEWING: "nothing is asked",
}
LIMITS_FIRST = {
    Phase.SUBSCRIBING: "the limit is met by listings and snapshots alone",
    Phase.LIVE: "nothing is asked, but by a backfill: see `cut, and no history`",
    Phase.RENEWING: "nothing is asked",
}

REST_FAULTS = (
    *(
        Fault(
            name=f"REST answers {status}",
            twin=twin_of(status, "REST answers {}", (502,)),
            sets={"rest_status": status},
            heals_s=AFTER_BREAKER_S,
            not_at=ONLY_REST,
        )
        for status in (500, 502, 503)
    ),
    Fault(
        name="REST answers a web page",
        sets={"rest_status": 502, "rest_body": "<html>Bad Gateway</html>"},
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    *(
        Fault(
            name=f"REST answers {status}, come back in {wait_s} s",
            sets={"rest_status": status, "retry_after_s": wait_s},
            lasts_s=2.0,
            heals_s=AFTER_BREAKER_S,
            not_at=LIMITS_FIRST,
        )
        for status, wait_s in ((429, 3), (418, 20))
    ),
    Fault(
        name="REST answers 403 and no word of when",
        sets={"rest_status": 403},
        lasts_s=3.0,
        heals_s=AFTER_BREAKER_S,
        not_at=LIMITS_FIRST,
    ),
    Fault(
        name="REST is slow",
        sets={"rest_delay_s": 4.0},
        lasts_s=10.0,
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    Fault(
        name="only snapshots answer 502",
        sets={"rest_status": 502, "rest_only": {"*/depth"}},
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    Fault(
        name="REST never answers",
        sets={"rest_black_hole": True},
        lasts_s=40.0,
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    Fault(
        name="cut, and no history",
        sets={"rest_status": 502, "rest_only": {"*rades", "*/klines"}},
        act=cut,
        lasts_s=20.0,
        heals_s=AFTER_BREAKER_S,
        not_at={Phase.BEFORE: "there is no hole to be filled", Phase.SUBSCRIBING: "as before"},
    ),
    *(
        Fault(name=name, sets=fields, lasts_s=6.0, heals_s=AFTER_BREAKER_S, not_at=ONLY_SNAPSHOTS)
        for name, fields in (
            ("failing snapshots", {"snapshot_failures": 4}),
            ("snapshots that are web pages", {"snapshot_html": 4}),
            ("old snapshots", {"snapshot_old": 4}),
            ("slow snapshots", {"snapshot_delay_s": 3.0}),
        )
    ),
)
