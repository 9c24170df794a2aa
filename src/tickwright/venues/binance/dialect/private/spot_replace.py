"""Cancel-replace (section 11.3.3): two actions, four outcomes, and the order limit between them."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.venues.binance.dialect.private.context import (
    Call,
    Context,
    fills_of,
    last_view,
    refusal_in,
)
from tickwright.venues.binance.dialect.private.refusals import spot_refused
from tickwright.venues.binance.dialect.private.refused import Refused, bad_value
from tickwright.venues.binance.dialect.private.spot_orders import SpotOrders, response_type
from tickwright.venues.binance.dialect.private.spot_views import SpotViews
from tickwright.venues.commands import CancelOrder, CancelReplace, SubmitOrder
from tickwright.venues.facts import Listing
from tickwright.venues.reports import Event, Execution, OrderReport


__all__ = ["replace"]

Json = dict[str, object]
_PARTLY = (-2021, "Order cancel-replace partially failed.")
_FAILED = (-2022, "Order cancel-replace failed.")


def replace(context: Context, call: Call, orders: SpotOrders, listing: Listing) -> Json:
    """Cancel an order and place another one.

    Raises:
        Refused: With -2021 or -2022 and both results, or with what is wrong with the request itself.
    """
    params = call.params
    mode = params.choice(
        "cancelReplaceMode",
        ("STOP_ON_FAILURE", "ALLOW_FAILURE"),
        bad_value("cancelReplaceMode"),
    )
    limited = params.choice(
        "orderRateLimitExceededMode",
        ("DO_NOTHING", "CANCEL_ONLY"),
        bad_value("orderRateLimitExceededMode"),
        "DO_NOTHING",
    )
    cancel = orders.cancel("cancelOrderId", "cancelOrigClientOrderId", "cancelNewClientOrderId")
    submit = orders.submit()
    response = response_type(params, params.text("type"))
    params.check_read()
    counts = context.counts(call.account)
    stops = mode == "STOP_ON_FAILURE"
    views = SpotViews(listing, context.annals, call.at)
    try:
        counts.check(call.now_ms)
    except Refused as refused:
        if limited == "DO_NOTHING":
            raise
        return _cancel_only(context, views, cancel, refused, stops=stops)
    # It counts even where the new order is not attempted.
    counts.add(call.now_ms, (1, 1))
    events = context.submit(CancelReplace(cancel=cancel, submit=submit, stops_on_failure=stops))
    canceled = _cancel_result(context, views, events, cancel)
    placed = _new_result(context, views, events, submit, response)
    refusal = refusal_in(events, submit)
    if refusal is not None and canceled is None:
        raise spot_refused(refusal)  # the new order breaks a filter: nothing was tried
    return _joined(canceled, placed)


def _cancel_only(
    context: Context, views: SpotViews, cancel: CancelOrder, limit: Refused, *, stops: bool
) -> Json:
    canceled = _cancel_result(context, views, context.submit(cancel), cancel)
    is_canceled = canceled is not None and "code" not in canceled
    attempted = is_canceled or not stops
    try:
        return _joined(canceled, limit.body() if attempted else None)
    except Refused as refused:
        refused.status = 429 if stops else refused.status
        raise


def _joined(canceled: Json | None, placed: Json | None) -> Json:
    """Return both results, or raise them if one is a failure."""
    results = [
        "NOT_ATTEMPTED" if part is None else "FAILURE" if "code" in part else "SUCCESS"
        for part in (canceled, placed)
    ]
    body: Json = {
        "cancelResult": results[0],
        "newOrderResult": results[1],
        "cancelResponse": canceled,
        "newOrderResponse": placed,
    }
    if results == ["SUCCESS", "SUCCESS"]:
        return body
    if "SUCCESS" in results:
        raise Refused(*_PARTLY, 409, body)
    raise Refused(*_FAILED, 400, body)


def _cancel_result(
    context: Context, views: SpotViews, events: Sequence[Event], cancel: CancelOrder
) -> Json | None:
    refusal = refusal_in(events, cancel)
    if refusal is not None:
        return spot_refused(refusal).body()
    for event in events:
        if isinstance(event, OrderReport) and event.execution is Execution.CANCELED:
            return views.canceled(event.order, event.previous_client_id, context.now_ns)
    return None


def _new_result(
    context: Context,
    views: SpotViews,
    events: Sequence[Event],
    submit: SubmitOrder,
    response: str,
) -> Json | None:
    refusal = refusal_in(events, submit)
    if refusal is not None:
        return spot_refused(refusal).body()
    for event in events:
        if isinstance(event, OrderReport) and event.order.request is submit:
            order = last_view(events, event.order.id)
            if order is not None:
                fills = fills_of(events, order.id)
                return views.placed(order, fills, response, context.now_ns)
    return None
