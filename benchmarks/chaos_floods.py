"""Attacks from 127.0.0.2 and further addresses of this machine, each bounded in number and time."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

_RECIPE = "60% red, 40% black"


async def _half_sent_headers(port: int, _key: str, seconds: float, dice: random.Random) -> Counter[str]:
    """Connections that begin a request and do not go on, some after a whole one."""
    whole = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    return await _hold(port, 600, seconds, lambda: (whole * dice.randint(0, 1)) + b"GET /v1/jobs HTTP/1.1\r\nHos")


async def _half_sent_bodies(port: int, key: str, seconds: float, _dice: random.Random) -> Counter[str]:
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 5000\r\n\r\n{{"
    return await _hold(port, 200, seconds, head.encode)


async def _silent_connections(port: int, _key: str, seconds: float, _dice: random.Random) -> Counter[str]:
    return await _hold(port, 1000, seconds, lambda: b"")


async def _slow_readers(port: int, key: str, seconds: float, _dice: random.Random) -> Counter[str]:
    head = f"GET /openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n" * 20
    return await _hold(port, 150, seconds, head.encode)


async def _event_streams(port: int, key: str, seconds: float, _dice: random.Random) -> Counter[str]:
    """Many streams of one key over one job."""
    async with _client(port, key, 3) as client:
        with contextlib.suppress(httpx2.TransportError, KeyError, ValueError):
            job = (await client.post("/v1/jobs", json={"recipe": _RECIPE, "priority": -9})).json()["id"]
            line = f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
            return await _hold(port, 500, seconds, line.encode)
    return Counter()


async def _unknown_keys(port: int, key: str, seconds: float, dice: random.Random) -> Counter[str]:
    """Large JSON of names that no contract knows."""
    body = "{" + ",".join(f'"k{dice.randint(0, 10**9)}":{number}' for number in range(50_000)) + "}"
    return await _post(port, key, seconds, 8, "/v1/jobs", body.encode(), "application/json")


async def _uploads(port: int, key: str, seconds: float, dice: random.Random) -> Counter[str]:
    """Large files that are no pictures, or hardly."""
    kind = dice.choice([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\x00\x18Exif\x00\x00", b""])
    return await _post(port, key, seconds, 10, "/v1/measure", kind + dice.randbytes(8_000_000), "image/png")


async def _bad_keys(port: int, _key: str, seconds: float, _dice: random.Random) -> Counter[str]:
    return await _post(port, "plitka_000000000000_" + "x" * 43, seconds, 20, "/v1/jobs", b"{}", "application/json")


Flood = Callable[[int, str, float, random.Random], Awaitable[Counter[str]]]
FLOODS: dict[str, Flood] = {
    flood.__name__.strip("_"): flood
    for flood in (
        _half_sent_headers,
        _half_sent_bodies,
        _silent_connections,
        _slow_readers,
        _event_streams,
        _unknown_keys,
        _uploads,
        _bad_keys,
    )
}


def flood(kind: str, port: int, key: str, seconds: float, seed: int, answers: Any) -> None:  # noqa: ANN401  (a queue)
    """Run one kind, and put the counted statuses of its answers into a queue."""
    dice = random.Random(seed)  # noqa: S311  (seeded draws are the point)
    answers.put((kind, dict(asyncio.run(_bounded(FLOODS[kind](port, key, seconds, dice), seconds)))))


async def _bounded(attack: Awaitable[Counter[str]], seconds: float) -> Counter[str]:
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(attack, seconds + 30)
    return Counter()


async def _hold(port: int, n: int, seconds: float, said: Callable[[], bytes]) -> Counter[str]:
    """Open n connections, say something on each, read nothing for a while, then look at the first status of each."""
    counted: Counter[str] = Counter()
    opened = []
    for number in range(n):
        address = f"127.0.0.{2 + number % 4}"
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), limit=4096), 2
            )
        except (OSError, TimeoutError):
            counted["not connected"] += 1
            continue
        with contextlib.suppress(OSError):
            writer.write(said())
        opened.append((reader, writer))
    await asyncio.sleep(seconds)
    for reader, writer in opened:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            line = await asyncio.wait_for(reader.readline(), 0.01)
            counted[line[9:12].decode("latin-1") or "closed"] += 1
        writer.transport.abort()
    return counted


def _client(port: int, key: str, last: int) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(local_address=f"127.0.0.{last}")
    head = {"Authorization": f"Bearer {key}"}
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=head, timeout=30, transport=transport)


async def _post(port: int, key: str, seconds: float, n: int, path: str, body: bytes, kind: str) -> Counter[str]:
    """The same body again and again, n at once."""
    counted: Counter[str] = Counter()
    end = time.monotonic() + seconds

    async def one(client: httpx2.AsyncClient) -> None:
        while time.monotonic() < end:
            try:
                answer = await client.post(path, content=body, headers={"Content-Type": kind})
                counted[str(answer.status_code)] += 1
            except httpx2.TransportError:
                counted["dropped"] += 1
                await asyncio.sleep(0.1)

    async with _client(port, key, 4) as client:
        await asyncio.gather(*(one(client) for _ in range(n)))
    return counted
