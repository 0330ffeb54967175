"""Hostile requests: each gets its documented answer and a line in the log, and none of them a look inside."""

import io
import json
import socket
import struct
import time
import zlib
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running, running, wait_until

from plitka.serve import key_changes
from plitka.serve.keys import make_key
from plitka.serve.memory import Tidier

INSIDE = ("Traceback", "/site-packages", "/src/", 'File "', "sqlite", "plitka_")


def png_header(width_px: int, height_px: int) -> bytes:
    """A PNG that promises a size and holds nothing of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    start = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", start) + packed + chunk(b"IEND", b"")


def nothing_inside(answer: httpx2.Response) -> bool:
    """No word of the server's inside is in an answer."""
    return not any(word in answer.text for word in INSIDE)


DEEP = b"[" * 60_000
BODIES: dict[str, tuple[bytes, set[int]]] = {
    "no json": (b"{", {400}),
    "deep json": (b'{"recipe":' + DEEP, {400}),
    "deep json whole": (b'{"recipe":' + b"[" * 5000 + b"]" * 5000 + b"}", {400, 422}),
    "no utf-8": (b'{"recipe": "\xff\xfe"}', {400, 422}),
    "lone surrogate": (rb'{"recipe": "60% red\ud800"}', {422}),
    "nul": (rb'{"recipe": "60% red\u0000, 40% black"}', {422}),
    "bidi": (rb'{"recipe": "60% \u202ered, 40% black"}', {422}),
    "bidi in the negative": (rb'{"recipe": "red", "negative_prompt": "\u2066x"}', {422}),
    "escape": (rb'{"recipe": "red", "negative_prompt": "\u001b[2J"}', {422}),
    "long recipe": (json.dumps({"recipe": "red, " * 300}).encode(), {413}),
    "long negative": (json.dumps({"recipe": "red", "negative_prompt": "x" * 1001}).encode(), {413, 422}),
    "large body": (b" " * 1_000_001, {413}),
    "huge number": (b'{"recipe": "red", "seed": 1' + b"0" * 4000 + b"}", {400, 422}),
    "huger number": (b'{"recipe": "red", "seed": 1' + b"0" * 5000 + b"}", {400}),
    "infinity": (b'{"recipe": "red", "guidance": 1e999}', {422}),
    "nan": (b'{"recipe": "red", "guidance": NaN}', {422}),
    "negative seed": (b'{"recipe": "red", "seed": -2}', {422}),
    "wrong type": (b'{"recipe": ["red"]}', {422}),
    "boolean for a number": (b'{"recipe": "red", "steps": true}', {422}),
    "unknown name": (b'{"recipe": "red", "__class__": "x"}', {422}),
    "list": (b"[]", {422}),
    "null": (b"null", {422}),
    "path": (b'{"recipe": "../../etc/passwd"}', {400}),
    "odd size": (b'{"recipe": "red", "width_px": 65}', {422}),
    "giant size": (b'{"recipe": "red", "width_px": 1000000}', {422}),
    "other mode": (b'{"recipe": "red", "mode": "text", "strength": 0.5}', {422}),
}


def assert_told(server: Running, answer: httpx2.Response) -> None:
    """The log has a line of this request with the status that it got."""
    told = {"event": "request", "request_id": answer.headers["X-Request-ID"], "status": str(answer.status_code)}
    wait_until(lambda: any(told.items() <= line.items() for line in list(server.logs)))


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies(server: Running, maker: httpx2.Client, name: str) -> None:
    """Every one is refused with its code and without a job, in words that show nothing."""
    content, statuses = BODIES[name]
    answer = maker.post("/v1/jobs", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in statuses, answer.text
    assert answer.json()["error"]
    assert nothing_inside(answer)
    assert_told(server, answer)
    assert not maker.get("/v1/jobs").json()["jobs"]
    assert server.service.is_alive


UPLOADS: dict[str, tuple[bytes, set[int]]] = {
    "bomb of pixels": (png_header(60_000, 60_000), {422}),
    "51 megapixels": (png_header(8500, 6000), {422}),
    "truncated": (png_header(128, 128), {422}),
    "no picture": (b"hello", {422}),
    "nothing": (b"", {422}),
    "script": (b"%PDF-1.4", {422}),
    "too large": (b"\0" * 20_000_100, {413}),
    "tiny": (b"", {422}),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_hostile_uploads(server: Running, maker: httpx2.Client, name: str) -> None:
    """What is no picture, or promises too large a one, is refused before it is decoded."""
    content, statuses = UPLOADS[name]
    if name == "tiny":
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8)).save(buffer, "PNG")
        content = buffer.getvalue()
    started = time.monotonic()
    answer = maker.post("/v1/measure", data={"recipe": "red"}, files={"image": ("../../x.png", content)})
    assert answer.status_code in statuses, answer.text
    assert nothing_inside(answer)
    assert_told(server, answer)
    assert time.monotonic() - started < 30


# Starlette leaves the temporary file of a part that does not end to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_multipart_that_is_cut_off(server: Running, maker: httpx2.Client) -> None:
    """A form that does not end is malformed, not a defect of ours."""
    head = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc', b"", b"--y--"):
        answer = maker.post("/v1/measure", content=body, headers=head)
        assert answer.status_code in (400, 422)
        assert nothing_inside(answer)
        assert_told(server, answer)


@pytest.mark.parametrize(
    "path", ["/v1/jobs/../secrets", "/v1/jobs/%2e%2e%2f", "/v1/jobs/%00", "/v1/jobs/" + "a" * 5000]
)
def test_path_tricks(server: Running, maker: httpx2.Client, path: str) -> None:
    """There is nothing at such a path."""
    answer = maker.get(path)
    assert answer.status_code in (404, 405, 422)
    assert nothing_inside(answer)
    assert_told(server, answer)


def test_keys_that_open_nothing(server: Running) -> None:
    """None, forged, cut, of another secret, expired, revoked: all the same 401, and a line in the log."""
    good, row = make_key(server.service.store, "gone")
    late = server.key(days=1e-9)
    other = server.key()
    assert server.client_of(good).get("/v1/colours").status_code == 200
    server.service.store.revoke_key(row.id)
    forged = good[:20] + other[20:]
    for key in (None, "", "x", "plitka_", good[:-1], forged, late, good, "plitka_local_" + "A" * 43):
        answer = server.client_of(None).get("/v1/colours", headers={"Authorization": f"Bearer {key}"} if key else {})
        assert answer.status_code == 401, key
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert nothing_inside(answer)
        assert_told(server, answer)


def test_a_key_sees_nothing_of_another(server: Running) -> None:
    """Not its jobs, pictures, events or predictions, and it cannot cancel them."""
    mine, other = server.client(), server.client("operator")
    job = server.order(mine)
    server.ended(mine, job)
    put = mine.put("/predictions/same", json={"input": {"prompt": RECIPE}})
    assert put.status_code == 200
    for method, path in (
        ("GET", f"/v1/jobs/{job['id']}"),
        ("GET", f"/v1/jobs/{job['id']}/image"),
        ("GET", f"/v1/jobs/{job['id']}/events"),
        ("POST", f"/v1/jobs/{job['id']}/cancel"),
        ("GET", f"/predictions/{job['id']}"),
        ("GET", "/predictions/same"),
        ("POST", "/v1/predictions/same/cancel"),
    ):
        answer = other.request(method, path)
        assert answer.status_code == 404, path
        assert_told(server, answer)
    assert other.get("/v1/jobs").json()["jobs"] == []
    assert other.get("/v1/jobs", params={"cursor": job["id"]}).status_code == 404
    again = other.post("/v1/jobs", json={"recipe": RECIPE}, headers={"Idempotency-Key": "prediction-same"})
    assert again.status_code == 202


def test_an_empty_table_of_keys_opens_nothing(tmp_path: Path) -> None:
    """Whoever lost the keys, or has a proxy that names this machine, is not an operator for that."""
    with running(tmp_path) as server:
        client = server.client_of(None)
        assert client.get("/livez").status_code == 200
        for head in ({}, {"Host": "localhost"}, {"Authorization": "Bearer anything"}):
            assert client.get("/v1/jobs", headers=head).status_code == 401, head
            assert client.get("/metrics", headers=head).status_code == 401, head
        assert server.service.store.list_keys() == []


def test_this_machine_is_served_without_a_key_when_asked(tmp_path: Path) -> None:
    """With any bearer too, since clients send one; no page of another name, no proxy; a real key stays itself."""
    with running(tmp_path, open_loopback=True) as server:
        client = server.client_of(None)
        job = server.order(client)
        assert client.get("/metrics").status_code == 200
        assert client.get(f"/v1/jobs/{job['id']}", headers={"Authorization": "Bearer sk-local"}).status_code == 200
        proxied = ({name: "10.0.0.1"} for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"))
        for head in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, *proxied):
            assert client.get("/v1/jobs", headers=head).status_code == 401, head
            with_bearer = head | {"Authorization": "Bearer sk-local"}
            assert client.get("/v1/jobs", headers=with_bearer).status_code == 401, head
        keyed = server.client("viewer")
        assert keyed.get("/metrics").status_code == 403
        assert keyed.get(f"/v1/jobs/{job['id']}").status_code == 404
        assert client.get("/metrics").status_code == 200
        assert [key.name for key in server.service.store.list_keys()] == ["test"]


def test_headers_of_every_answer(server: Running, maker: httpx2.Client) -> None:
    """Nothing may be framed, sniffed or kept; the request's id is that of the caller if it is a plain one."""
    for answer in (maker.get("/v1/colours"), maker.get("/nothing"), server.client_of("x").get("/v1/jobs")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert maker.get("/livez", headers={"X-Request-ID": "mine-1"}).headers["X-Request-ID"] == "mine-1"
    assert maker.get("/livez", headers={"X-Request-ID": "a b<script>"}).headers["X-Request-ID"].isalnum()


def test_pages_of_other_sites_need_leave(tmp_path: Path) -> None:
    """Closed by default; opened by name."""
    with running(tmp_path, cors_origins=("https://shop.example",)) as server:
        client = server.client()
        ours = client.get("/v1/colours", headers={"Origin": "https://shop.example"})
        assert ours.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert (
            "Access-Control-Allow-Origin"
            not in client.get("/v1/colours", headers={"Origin": "https://x.example"}).headers
        )
        for method, names in (
            ("POST", "authorization, content-type, x-stainless-lang, x-stainless-retry-count"),
            ("PUT", "authorization, prefer, traceparent"),
            ("DELETE", "authorization"),
            ("PATCH", "authorization, content-type"),
        ):
            asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": method}
            asked |= {"Access-Control-Request-Headers": names}
            leave = client.options("/v1/images/generations", headers=asked)
            assert leave.status_code == 200
            assert set(names.split(", ")) <= set(leave.headers["Access-Control-Allow-Headers"].lower().split(", "))
            assert method in leave.headers["Access-Control-Allow-Methods"]


def test_only_a_trusted_proxy_says_whose_request_it_is(tmp_path: Path) -> None:
    """By the rightmost address that is not a proxy's own, and whether it came by https, which links then have."""
    head = {"X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Proto": "https"}
    for proxies, status, scheme in (((), 403, "http"), (("127.0.0.0/8",), 200, "https")):
        with running(tmp_path / scheme, trusted_proxies=proxies) as server:
            key = server.key()
            key_changes.change(server.service.store, key.split("_")[1], {"addresses": ["192.0.2.0/24"]})
            assert server.client_of(key).get("/v1/colours", headers=head).status_code == status
            body = {"prompt": RECIPE, "response_format": "url"}
            made = server.client().post("/v1/images/generations", json=body, headers=head).json()
            assert made["data"][0]["url"].startswith(f"{scheme}://")


def raw(server: Running, content: bytes, wait_s: float) -> bytes:
    """What comes back over a bare connection until it is closed."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=wait_s) as connection:
        connection.sendall(content)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def test_slow_clients_are_dropped(tmp_path: Path) -> None:
    """Who does not finish headers or body is closed; who does not read is closed too, and the rest go on."""
    with running(tmp_path, header_timeout_s=0.5, body_timeout_s=0.5, send_timeout_s=0.5) as server:
        key = server.key()
        assert raw(server, b"GET /livez HTTP/1.1\r\nHost: x\r\n", 60) == b""
        head = f"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 50\r\n".encode()
        raw(server, head + b"Content-Type: application/json\r\n\r\n{", 60)
        client = server.client_of(key)
        job = server.order(client, width_px=2048, height_px=2048)
        server.ended(client, job)
        assert client.get("/livez").status_code == 200
        wait_until(lambda: any(line["event"] == "client_dropped" for line in server.logs))


def test_memory_of_large_bodies_is_given_back(tmp_path: Path) -> None:
    """Also of those that were refused, whose pieces are scattered over the heap."""
    with running(tmp_path) as server:
        told: list[int] = []
        tidier = Tidier(lambda: told.append(1))
        object.__setattr__(server.service, "tidier", tidier)
        client = server.client()
        assert client.post("/v1/jobs", json={"recipe": RECIPE}).status_code == 202
        assert client.post("/v1/jobs", content=b" " * 900_000).status_code in (400, 413)
        wait_until(lambda: told)
