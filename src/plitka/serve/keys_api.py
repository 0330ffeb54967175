"""Our own API for keys: who may use the service; what `plitka keys` does on the machine itself."""

import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, Field, StringConstraints

from plitka.serve import audit, key_changes, keys, routes, sessions, usage
from plitka.serve.access import Operator, TheService
from plitka.serve.fields import ONE_LINE, WHOLE, Wire, check_plain
from plitka.serve.key_changes import HOST, MAX_ENTRIES
from plitka.serve.keys import MAX_DAYS, MAX_NAME_CH, MAX_RATE, Caller
from plitka.serve.schemas import Answer, problem_responses
from plitka.serve.store import KeyRow

router = APIRouter(tags=["operation"])

RoleWord = Literal["viewer", "maker", "operator"]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME_CH, pattern=ONE_LINE),
    AfterValidator(check_plain),
]
Rate = Annotated[int, Field(ge=1, le=MAX_RATE), WHOLE]
MAX_BYTES = 2**53 - 1
"""That JSON can tell exactly."""
KEY_ID = "^([0-9a-f]{12}|local)$"
"""Of any key, or of who comes without one."""
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="As the key's `id` says.")]
Concurrency = Annotated[Rate | None, Field(description="Pictures made or waiting at once; null: as many as may wait.")]
Network = Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE, json_schema_extra={"format": "network"})]
Addresses = Annotated[list[Network], Field(min_length=1, max_length=MAX_ENTRIES, examples=[["192.0.2.0/24"]])]
HostName = Annotated[str, Field(max_length=260, pattern=HOST)]
Hosts = Annotated[list[HostName], Field(max_length=MAX_ENTRIES, examples=[["hooks.example:8443"]])]


class NewKey(Wire):
    """A key to make."""

    name: Name = Field(description="Of its owner.", examples=["shop"])
    role: RoleWord = "maker"
    per_minute: Rate | None = Field(default=None, description="Pictures a minute; left out: as many as is usual.")
    daily: Rate | None = Field(default=None, description="Pictures a day; left out: as many as it likes.")
    days: Annotated[float, Field(gt=0, le=MAX_DAYS)] | None = Field(
        default=None, description="Until it ends; left out: never."
    )


class KeyChange(Wire):
    """What of a key is to be otherwise; what is left out stays, and null takes a limit away."""

    name: Name = Field(default_factory=str)
    per_minute: Rate | None = None
    daily: Rate | None = None
    concurrency: Concurrency = None
    addresses: Addresses | None = Field(default=None, description="That it may be used from; null: any.")
    webhook_hosts: Hosts | None = Field(
        default=None, description="That it may have told; null: those of PLITKA_WEBHOOK_HOSTS."
    )
    keep_days: Annotated[float, Field(gt=0, le=MAX_DAYS)] | None = Field(
        default=None, description="How long its pictures are kept; null: as those of others."
    )
    keep_bytes: Annotated[int, Field(ge=1, le=MAX_BYTES), WHOLE] | None = Field(
        default=None, description="Of its pictures; null: no limit of its own."
    )


class Rotation(Wire):
    """How a key gets a new secret."""

    overlap_hours: Annotated[float, Field(ge=0, le=8784)] = Field(
        default=24.0, description="In which the old secret opens as well; 0: it ends at once, and its browsers too."
    )


class KeyAnswer(Answer):
    """A key, without what opens anything."""

    id: str
    name: str
    role: RoleWord
    per_minute: int | None = Field(description="Pictures a minute; null: as many as is usual.")
    daily: int | None = Field(description="Pictures a day; null: as many as it likes.")
    state: Literal["in force", "expired", "revoked"]
    created_at: float = Field(description="Seconds since 1970, as all times here.")
    expires_at: float | None
    concurrency: int | None = Field(description="Pictures made or waiting at once; null: as many as may wait.")
    addresses: list[str] | None = Field(description="That it may be used from; null: any.")
    webhook_hosts: list[str] | None = Field(description="That it may have told; null: those of the service.")
    keep_days: float | None = Field(description="How long its pictures are kept; null: as those of others.")
    keep_bytes: int | None = Field(description="Of its pictures; null: no limit of its own.")
    last_used_at: float | None = Field(description="As of half a minute ago; null: never since it is written down.")
    old_until: float | None = Field(
        description="Until when the secret before the last rotation opens; null: it does not."
    )
    n_sessions: int = Field(description="Browsers that are signed in with it, and are signed out with it.")
    is_own: bool = Field(description="Whether this request is made with it.")


class KeysAnswer(Answer):
    """All keys, the oldest first."""

    keys: list[KeyAnswer]
    usual_per_minute: int


class NewKeyAnswer(Answer):
    """A key that was made."""

    id: str
    name: str
    role: RoleWord
    key: str = Field(description="It is told this once, and not kept.")


class DayOfKeyAnswer(Answer):
    """One key's day."""

    key_id: str
    day: date = Field(description="In UTC.")
    orders: int
    succeeded: int
    failed: int
    cancelled: int
    seconds: float = Field(description="That its jobs were made for.")


class UsageAnswer(Answer):
    """Days of keys, the newest first."""

    days: list[DayOfKeyAnswer]


class RevokedAnswer(Answer):
    """A key that opens nothing any more."""

    revoked: str
    cancelled: int = Field(description="Jobs of it that waited.")


@router.get(routes.KEYS, responses=problem_responses(), summary="List the keys")
def list_keys(service: TheService, caller: Operator) -> KeysAnswer:
    """Names, roles and limits; the keys themselves are not kept."""
    signed_in = sessions.count(service.store)
    found = [_answer(row, signed_in, caller) for row in service.store.list_keys()]
    return KeysAnswer(keys=found, usual_per_minute=service.settings.per_minute)


def _answer(row: KeyRow, signed_in: Mapping[str, int], caller: Caller) -> KeyAnswer:
    (told,) = keys.summary([row])
    return KeyAnswer(**told, n_sessions=signed_in.get(row.id, 0), is_own=row.id == caller.key_id)


@router.get(routes.KEY_USAGE, responses=problem_responses(422), summary="What each key has ordered on each day")
def get_usage(
    service: TheService,
    _caller: Operator,
    days: Annotated[int, Query(ge=1, le=400, description="To today, in UTC.")] = 30,
    key_id: Annotated[str | None, Query(pattern=KEY_ID)] = None,
) -> UsageAnswer:
    """Counted from the jobs themselves; a picture that was deleted still counts."""
    rows = usage.by_day(service.store, since=time.time() - (days - 1) * 86400, key_id=key_id)
    return UsageAnswer(
        days=[
            DayOfKeyAnswer(
                key_id=row.key_id,
                day=date(1970, 1, 1) + timedelta(days=row.day),
                orders=row.n_orders,
                succeeded=row.n_succeeded,
                failed=row.n_failed,
                cancelled=row.n_cancelled,
                seconds=row.seconds,
            )
            for row in rows
        ]
    )


@router.patch(routes.KEY, responses=problem_responses(400, 404, 413, 422), summary="Change a key")
def change_key(key_id: KeyId, given: KeyChange, service: TheService, caller: Operator) -> KeyAnswer:
    """Its name and limits, from the next request on."""
    values = given.model_dump(exclude_unset=True)
    row = key_changes.change(service.store, key_id, values)
    audit.note(service.store, caller.key_id, "key.change", key_id, **values)
    return _answer(row, sessions.count(service.store), caller)


@router.post(routes.KEY_ROTATION, responses=problem_responses(404, 413, 422), summary="Give a key a new secret")
def rotate_key(key_id: KeyId, given: Rotation, service: TheService, caller: Operator) -> NewKeyAnswer:
    """Jobs, limits and usage stay with the key; the new secret is in this answer and nowhere else."""
    text = key_changes.rotate(service.store, key_id, given.overlap_hours * 3600)
    audit.note(service.store, caller.key_id, "key.rotate", key_id, overlap_hours=given.overlap_hours)
    (told,) = keys.summary([key_changes.find_in_force(service.store, key_id)])
    return NewKeyAnswer(id=key_id, name=told["name"], role=told["role"], key=text)


@router.post(routes.KEYS, status_code=201, responses=problem_responses(400, 413, 422), summary="Make a key")
def create_key(given: NewKey, service: TheService, caller: Operator) -> NewKeyAnswer:
    """The key is in this answer and nowhere else."""
    key, row = keys.make_key(service.store, **given.model_dump())
    audit.note(service.store, caller.key_id, "key.create", row.id, **given.model_dump())
    return NewKeyAnswer(id=row.id, name=row.name, role=given.role, key=key)


@router.delete(routes.KEY, responses=problem_responses(404, 409, 422), summary="Revoke a key")
def revoke_key(key_id: KeyId, service: TheService, caller: Operator) -> RevokedAnswer:
    """It opens nothing from the next request on; its browsers are signed out, and its open jobs are cancelled."""
    n_cancelled = keys.revoke(service.store, key_id, by=caller)
    audit.note(service.store, caller.key_id, "key.revoke", key_id, cancelled=n_cancelled)
    service.jobs.end_revoked()
    return RevokedAnswer(revoked=key_id, cancelled=n_cancelled)
