"""Our own API for keys: who may use the service; what `plitka keys` does on the machine itself."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import AfterValidator, Field, StringConstraints

from plitka.serve import keys, routes, sessions
from plitka.serve.access import Operator, TheService
from plitka.serve.fields import ONE_LINE, WHOLE, Wire, check_plain
from plitka.serve.keys import MAX_DAYS, MAX_NAME_CH, MAX_RATE
from plitka.serve.schemas import Answer, problem_responses

router = APIRouter(tags=["operation"])

RoleWord = Literal["viewer", "maker", "operator"]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME_CH, pattern=ONE_LINE),
    AfterValidator(check_plain),
]
Rate = Annotated[int, Field(ge=1, le=MAX_RATE), WHOLE]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="As the key's `id` says.")]


class NewKey(Wire):
    """A key to make."""

    name: Name = Field(description="Of its owner.", examples=["shop"])
    role: RoleWord = "maker"
    per_minute: Rate | None = Field(default=None, description="Pictures a minute; left out: as many as is usual.")
    daily: Rate | None = Field(default=None, description="Pictures a day; left out: as many as it likes.")
    days: Annotated[float, Field(gt=0, le=MAX_DAYS)] | None = Field(
        default=None, description="Until it ends; left out: never."
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


class RevokedAnswer(Answer):
    """A key that opens nothing any more."""

    revoked: str
    cancelled: int = Field(description="Jobs of it that waited.")


@router.get(routes.KEYS, responses=problem_responses(), summary="List the keys")
def list_keys(service: TheService, caller: Operator) -> KeysAnswer:
    """Names, roles and limits; the keys themselves are not kept."""
    signed_in = sessions.count(service.store)
    found = [
        KeyAnswer(**row, n_sessions=signed_in.get(row["id"], 0), is_own=row["id"] == caller.key_id)
        for row in keys.summary(service.store.list_keys())
    ]
    return KeysAnswer(keys=found, usual_per_minute=service.settings.per_minute)


@router.post(routes.KEYS, status_code=201, responses=problem_responses(400, 413, 422), summary="Make a key")
def create_key(given: NewKey, service: TheService, _caller: Operator) -> NewKeyAnswer:
    """The key is in this answer and nowhere else."""
    key, row = keys.make_key(service.store, **given.model_dump())
    return NewKeyAnswer(id=row.id, name=row.name, role=given.role, key=key)


@router.delete(routes.KEY, responses=problem_responses(404, 409, 422), summary="Revoke a key")
def revoke_key(key_id: KeyId, service: TheService, caller: Operator) -> RevokedAnswer:
    """It opens nothing from the next request on; its browsers are signed out, and its open jobs are cancelled."""
    n_cancelled = keys.revoke(service.store, key_id, by=caller)
    service.jobs.end_revoked()
    return RevokedAnswer(revoked=key_id, cancelled=n_cancelled)
