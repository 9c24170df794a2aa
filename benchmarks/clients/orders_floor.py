"""The floor of an order: signed, sent over a socket, and both answers to it received; nothing is checked, kept or understood."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import Any
from urllib.request import Request, urlopen

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from benchmarks.orderplan import OrderPlan, measure_orders, run_client


_EVENTS = "ORDER_TRADE_UPDATE/ACCOUNT_UPDATE"


class _Answer(msgspec.Struct):
    id: str


class Answers(WSListener):
    """Hands each answer to who waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, asyncio.Future[bytes]] = {}
        self._read = msgspec.json.Decoder(_Answer).decode

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take an answer."""
        payload = frame.get_payload_as_bytes()
        if frame.msg_type == WSMsgType.TEXT:
            self.waiting.pop(self._read(payload).id).set_result(payload)


class Reports(WSListener):
    """Receives what the private stream tells."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a report."""
        frame.get_payload_as_bytes()


def _listen_key(plan: OrderPlan) -> str:
    request = Request(
        f"{plan.endpoints['rest']}/fapi/v1/listenKey",
        method="POST",
        headers={"X-MBX-APIKEY": plan.key},
    )
    with urlopen(request) as answer:
        key: str = msgspec.json.decode(answer.read())["listenKey"]
    return key


async def measure(plan: OrderPlan) -> dict[str, Any]:
    """Measure the sockets and the signature alone."""
    key = await asyncio.to_thread(_listen_key, plan)
    address = f"{plan.endpoints['ws_private']}/private/ws?listenKey={key}&events={_EVENTS}"
    private, _ = await ws_connect(Reports, address)
    answers = Answers()
    commands, _ = await ws_connect(lambda: answers, f"{plan.endpoints['ws_api']}/ws-fapi/v1")
    loop, secret = asyncio.get_running_loop(), plan.secret.encode()
    encode = msgspec.json.Encoder().encode
    count = 0

    async def place(market: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        params = {
            "apiKey": plan.key,
            "newClientOrderId": f"floor-{count}",
            "price": market["price"],
            "quantity": market["quantity"],
            "side": "BUY",
            "symbol": market["symbol"],
            "timeInForce": "GTC",
            "timestamp": str(time.time_ns() // 1_000_000),
            "type": "LIMIT",
        }
        payload = "&".join([f"{name}={value}" for name, value in params.items()])
        params["signature"] = hmac.digest(secret, payload.encode(), "sha256").hex()
        name = str(count)
        answer = answers.waiting[name] = loop.create_future()
        commands.send(
            WSMsgType.TEXT, encode({"id": name, "method": "order.place", "params": params})
        )
        await answer

    result = await measure_orders(plan, place)
    private.disconnect()
    commands.disconnect()
    return result


if __name__ == "__main__":
    run_client(measure)
