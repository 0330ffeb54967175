"""What operators have done."""

import json

from tests.serve.conftest import Running

from plitka.serve import audit, routes


def test_each_deed_is_kept(server: Running) -> None:
    """Who did what to whom, the newest first, page by page; no secret is among it."""
    key = server.key("operator")
    operator, own = server.client_of(key), key.split("_")[1]
    made = operator.post(routes.KEYS, json={"name": "shop"}).json()
    path = routes.path_of(routes.KEY, key_id=made["id"])
    operator.patch(path, json={"daily": 5})
    rotated = operator.post(routes.path_of(routes.KEY_ROTATION, key_id=made["id"]), json={}).json()
    operator.put(routes.INTAKE, json={"is_paused": True})
    operator.put(routes.INTAKE, json={"is_paused": False})
    operator.delete(path)
    page = operator.get(routes.AUDIT, params={"limit": 4}).json()
    assert [(deed["actor"], deed["action"], deed["subject"]) for deed in page["deeds"]] == [
        (own, "key.revoke", made["id"]),
        (own, "intake.resume", "service"),
        (own, "intake.pause", "service"),
        (own, "key.rotate", made["id"]),
    ]
    rest = operator.get(routes.AUDIT, params={"cursor": page["next_cursor"]}).json()
    assert [(deed["action"], deed["details"].get("daily")) for deed in rest["deeds"][:2]] == [
        ("key.change", 5),
        ("key.create", None),
    ]
    told = json.dumps([page, rest])
    assert not any(secret.split("_", 2)[2] in told for secret in (made["key"], rotated["key"]))
    assert server.client().get(routes.AUDIT).status_code == 403


def test_the_command_line_is_an_actor(server: Running) -> None:
    """Whoever may read the database itself needs no key."""
    audit.note(server.service.store, audit.COMMAND_LINE, "key.create", "0" * 12)
    assert audit.entries(server.service.store, limit=1)[0].actor == "command line"
