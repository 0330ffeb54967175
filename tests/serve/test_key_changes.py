"""Changes of a key in force."""

import threading
import time
from pathlib import Path

import pytest
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.errors import InputError, NotFound, StorageAway
from plitka.serve import key_changes, keys, routes
from plitka.serve.key_changes import LastUses


def id_of(key: str) -> str:
    """Of a key as it is sent."""
    return key.split("_")[1]


def test_a_rotated_key_stays_itself(server: Running) -> None:
    """The new secret opens at once, the old one as long as the overlap lasts; its jobs stay with it."""
    store, operator = server.service.store, server.client("operator")
    old = server.key()
    job = server.order(server.client_of(old))
    path = routes.path_of(routes.KEY_ROTATION, key_id=id_of(old))
    told = operator.post(path, json={"overlap_hours": 1})
    assert told.status_code == 200
    new = told.json()["key"]
    assert id_of(new) == id_of(old) != new
    assert new != old
    for key in (old, new):
        assert server.client_of(key).get(f"/v1/jobs/{job['id']}").status_code == 200
    again = key_changes.rotate(store, id_of(old), 0.0)
    statuses = [server.client_of(key).get(routes.COLOURS).status_code for key in (old, new, again)]
    assert statuses == [401, 401, 200]
    for overlap_s, error in ((-1.0, InputError), (1e9, InputError)):
        with pytest.raises(error):
            key_changes.rotate(store, id_of(old), overlap_s)
    with pytest.raises(NotFound):
        key_changes.rotate(store, "0" * 12, 0.0)
    with pytest.raises(NotFound):
        key_changes.rotate(store, keys.LOCAL.key_id, 0.0)


def test_limits_are_changed_at_once(server: Running) -> None:
    """From the next request on; null takes one away, what is left out stays, and others are refused."""
    operator, key = server.client("operator"), server.key(per_minute=None)
    client, path = server.client_of(key), routes.path_of(routes.KEY, key_id=id_of(key))
    changed = operator.patch(path, json={"per_minute": 1, "name": "Пол"}).json()
    assert (changed["per_minute"], changed["name"]) == (1, "Пол")
    assert [client.post(routes.JOBS, json={"recipe": RECIPE}).status_code for _ in range(2)] == [202, 429]
    assert operator.patch(path, json={"per_minute": None}).json()["per_minute"] is None
    assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 202
    for wrong in (
        {"addresses": ["nowhere"]},
        {"webhook_hosts": ["a b"]},
        {"name": "a\nb"},
        {"per_minute": 0},
        {"role": "operator"},
    ):
        assert operator.patch(path, json=wrong).status_code == 422, wrong
    assert operator.patch(routes.path_of(routes.KEY, key_id="0" * 12), json={}).status_code == 404
    assert client.patch(path, json={}).status_code == 403


def test_a_key_may_be_bound_to_addresses(server: Running) -> None:
    """By keys and sessions alike; networks of both kinds are known."""
    operator, key = server.client("operator"), server.key()
    client, path = server.client_of(key), routes.path_of(routes.KEY, key_id=id_of(key))
    for addresses, status in ((["192.0.2.0/24", "::1"], 403), (["127.0.0.0/8"], 200), (None, 200)):
        assert operator.patch(path, json={"addresses": addresses}).status_code == 200
        assert client.get(routes.COLOURS).status_code == status
        signed = server.client_of(None).post(routes.SESSION, json={"key": key}, headers={"X-Plitka-Page": "1"})
        assert signed.status_code == status


def test_a_key_has_so_many_jobs_open_and_no_more(tmp_path: Path) -> None:
    """Made or waiting; another key's are its own."""
    may_end = threading.Event()
    with running(tmp_path, lambda: FastEngine(may_end=may_end)) as server:
        operator, key = server.client("operator"), server.key()
        client = server.client_of(key)
        operator.patch(routes.path_of(routes.KEY, key_id=id_of(key)), json={"concurrency": 2})
        statuses = [client.post(routes.JOBS, json={"recipe": RECIPE}).status_code for _ in range(3)]
        assert statuses == [202, 202, 429]
        assert server.client().post(routes.JOBS, json={"recipe": RECIPE}).status_code == 202
        may_end.set()
        wait_until(lambda: not server.service.jobs.open_jobs())
        assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 202


def test_the_last_use_is_written_now_and_then(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a write for each request; what could not be written is written later."""
    store, (_, row) = server.service.store, keys.make_key(server.service.store, "shop")
    uses = LastUses()
    uses.note(row.id)
    with monkeypatch.context() as patch:
        patch.setattr(store, "_writing", threading.Lock())
        patch.setattr(store, "_wait_s", 0.0)
        with store._writing, pytest.raises(StorageAway):
            uses.flush(store)
    uses.flush(store, is_last=True)
    found = store.find_key(row.id)
    assert found is not None
    first = found.last_used_at
    assert first == pytest.approx(time.time(), abs=60)
    uses.note(row.id)
    uses.flush(store)  # too soon
    assert store.find_key(row.id) == found


def test_a_link_ends_with_its_key(server: Running) -> None:
    """Revoked or expired; it is told, and is no other key's."""
    key = server.key()
    client = server.client_of(key)
    answer = client.post(routes.IMAGES, json={"prompt": RECIPE, "response_format": "url"}).json()
    url, anybody = answer["data"][0]["url"], server.client_of(None)
    assert anybody.get(url).status_code == 200
    keys.revoke(server.service.store, id_of(key))
    refused = anybody.get(url)
    assert refused.status_code == 401
    assert "ended with the key" in refused.text
