"""Keys over HTTP: made, told once, listed and revoked by operators alone."""

import json
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import RECIPE, Running, running
from tests.serve.fast_engine import FastEngine

from plitka.serve import routes

PAGE = {"X-Plitka-Page": "1"}


def row_of(client: httpx2.Client, key_id: str) -> dict[str, Any]:
    """A key as the list has it."""
    rows: list[dict[str, Any]] = client.get(routes.KEYS).json()["keys"]
    return next(row for row in rows if row["id"] == key_id)


def test_only_operators_look_after_keys(server: Running) -> None:
    """Nobody else lists, makes or revokes one."""
    path = routes.path_of(routes.KEY, key_id="0" * 12)
    for role in ("viewer", "maker"):
        client = server.client(role)
        asked = (client.get(routes.KEYS), client.post(routes.KEYS, json={"name": "a"}), client.delete(path))
        assert [answer.status_code for answer in asked] == [403, 403, 403]
    assert server.client_of(None).get(routes.KEYS).status_code == 401


def test_a_key_is_told_once_and_never_logged(server: Running) -> None:
    """It opens what its role may; the list has no part of it, and no log."""
    operator = server.client("operator")
    given = {"name": "ООО «Пол»", "role": "viewer", "per_minute": 3, "daily": 9, "days": 1.5}
    made = operator.post(routes.KEYS, json=given)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    key = made.json()["key"]
    assert server.client_of(key).get(routes.COLOURS).status_code == 200
    assert server.client_of(key).post(routes.JOBS, json={"recipe": RECIPE}).status_code == 403
    row = row_of(operator, made.json()["id"])
    assert row | given == row | {"days": 1.5}
    assert row["expires_at"] - row["created_at"] == pytest.approx(1.5 * 86400)
    assert (row["state"], row["n_sessions"], row["is_own"]) == ("in force", 0, False)
    secret = key.rpartition("_")[2]
    assert secret not in operator.get(routes.KEYS).text
    assert secret not in json.dumps(server.logs, default=str)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": ""},
        {"name": "a\nb"},
        {"name": "a" * 201},
        {"name": "a", "role": "owner"},
        {"name": "a", "per_minute": 0},
        {"name": "a", "daily": 1.5},
        {"name": "a", "days": 0},
        {"name": "a", "days": 1e9},
        {"name": "a", "per_minute": 2**31},
    ],
)
def test_what_is_no_key_is_refused(server: Running, given: dict[str, Any]) -> None:
    """Before anything is kept."""
    operator = server.client("operator")
    before = len(operator.get(routes.KEYS).json()["keys"])
    assert operator.post(routes.KEYS, json=given).status_code == 422
    assert len(operator.get(routes.KEYS).json()["keys"]) == before


def test_a_key_ends_with_its_jobs_and_browsers(tmp_path: Path) -> None:
    """Those that wait and the one that is made; nothing that it signed in stays so."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end)) as server:
        operator = server.client("operator")
        made = operator.post(routes.KEYS, json={"name": "anna"}).json()
        anna = server.client_of(made["key"])
        jobs = [server.order(anna) for _ in range(3)]
        browser = server.client_of(None)
        browser.post(routes.SESSION, json={"key": made["key"]}, headers=PAGE)
        assert row_of(operator, made["id"])["n_sessions"] == 1
        answer = operator.delete(routes.path_of(routes.KEY, key_id=made["id"]))
        assert answer.json()["revoked"] == made["id"]
        assert answer.json()["cancelled"] >= 2
        assert anna.get(routes.COLOURS).status_code == browser.get(routes.COLOURS).status_code == 401
        assert row_of(operator, made["id"])["state"] == "revoked"
        may_end.set()
        told = operator.get(routes.OPERATION).json()["queue"]["jobs"]
        assert not {job["id"] for job in jobs} & {one["id"] for one in told if one["position"] is not None}
        assert operator.delete(routes.path_of(routes.KEY, key_id=made["id"])).status_code == 404


def test_nobody_revokes_the_key_of_the_request_itself(server: Running) -> None:
    """Nor of the session that it comes from; and no other page may act with the session."""
    key = server.key("operator")
    own = key.split("_")[1]
    browser = server.client_of(None)
    browser.post(routes.SESSION, json={"key": key}, headers=PAGE)
    path = routes.path_of(routes.KEY, key_id=own)
    assert row_of(browser, own)["is_own"]
    for answer in (browser.delete(path, headers=PAGE), server.client_of(key).delete(path)):
        assert answer.status_code == 409
        assert answer.json()["code"] == "conflict"
    other = PAGE | {"Origin": "http://evil.example"}
    assert browser.post(routes.KEYS, json={"name": "a"}).status_code == 403
    assert browser.post(routes.KEYS, json={"name": "a"}, headers=other).status_code == 403
    assert browser.get(routes.KEYS).status_code == 200


def test_keys_are_limited_as_other_requests(tmp_path: Path) -> None:
    """Who asks all the time has to wait."""
    with running(tmp_path, reads_per_minute=4) as server:
        operator = server.client("operator")
        codes = [operator.post(routes.KEYS, json={"name": "a"}).status_code for _ in range(5)]
        assert codes == [201, 201, 201, 201, 429]
