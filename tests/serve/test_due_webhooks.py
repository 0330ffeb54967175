"""Webhooks that are to be told, as the database has them."""

from pathlib import Path

from plitka.serve import due_webhooks
from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, open_store


def test_only_ends_are_due_and_only_once(tmp_path: Path) -> None:
    """Of jobs with a webhook; the oldest first."""
    store = open_store(Settings(data=tmp_path), own=True)
    key_id = make_key(store, "shop")[1].id
    hook = {"url": "http://hooks.example/", "events": None}
    store.add_jobs(
        [
            Job(id=f"{n:032x}", key_id=key_id, request={}, request_id="r", created_at=n, state=state, webhook=hook,
                webhook_due=is_due)
            for n, (state, is_due) in enumerate(
                ((State.SUCCEEDED, True), (State.QUEUED, True), (State.FAILED, True), (State.FAILED, False))
            )
        ]
    )  # fmt: skip
    assert [(due.job_id[-1], due.hook) for due in due_webhooks.find(store)] == [("0", hook), ("2", hook)]
    due_webhooks.settle(store, f"{0:032x}")
    assert [due.job_id[-1] for due in due_webhooks.find(store)] == ["2"]
    store.close()
