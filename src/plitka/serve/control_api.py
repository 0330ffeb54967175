"""Our own API for whoever operates the service: anybody's jobs, what is taken in, the end, and what operators did."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from plitka.errors import Conflict, NotFound
from plitka.serve import audit, deletions, due_webhooks, job_lists, routes
from plitka.serve.access import Operator, TheService
from plitka.serve.fields import Wire
from plitka.serve.keys_api import KEY_ID
from plitka.serve.own_api import JobId
from plitka.serve.schemas import Answer, problem_responses
from plitka.serve.store import State

router = APIRouter(tags=["operation"])

_PURGED_AT_ONCE = 500
"""Of one request: each picture is read and removed, which may take long."""


class KnownJob(Answer):
    """A job of any key; what it asks for is that key's alone."""

    id: str
    key_id: str
    state: State
    created_at: float
    started_at: float | None
    finished_at: float | None
    has_picture: bool


class KnownJobs(Answer):
    """Jobs of one key or of all, the newest first."""

    jobs: list[KnownJob]
    next_cursor: int | None


class OfKey(Wire):
    """Whose jobs."""

    key_id: Annotated[str, Field(pattern=KEY_ID)]


class Purge(OfKey):
    """Which of a key's jobs that have ended."""

    before: float | None = Field(default=None, description="That were ordered before then, in seconds since 1970.")


class CancelledAnswer(Answer):
    """What was cancelled."""

    cancelled: int


class PurgedAnswer(Answer):
    """What was deleted, with its pictures."""

    deleted: int
    is_all: bool = Field(description=f"At most {_PURGED_AT_ONCE} are deleted at once; ask again for the others.")


class Intake(Wire):
    """Whether orders are taken."""

    is_paused: bool


class IntakeAnswer(Answer):
    """Whether orders are taken, and what is still to be made."""

    is_paused: bool
    n_open: int


class Deed(Answer):
    """Something that an operator did."""

    number: int
    at: float
    actor: str = Field(description="Id of the operator's key, or `command line`.")
    action: str
    subject: str = Field(description="Id of a key or a job, or what else it was done to.")
    details: dict[str, Any]


class AuditAnswer(Answer):
    """What operators did, the newest first."""

    deeds: list[Deed]
    next_cursor: int | None


_Cursor = Annotated[int | None, Query(ge=1, description="`next_cursor` of the page before.")]
_Limit = Annotated[int, Query(ge=1, le=200)]


@router.get(routes.OPERATION_JOBS, responses=problem_responses(422), summary="List anybody's jobs")
def list_known_jobs(
    service: TheService,
    _caller: Operator,
    key_id: Annotated[str | None, Query(pattern=KEY_ID)] = None,
    state: State | None = None,
    cursor: _Cursor = None,
    limit: _Limit = 100,
) -> KnownJobs:
    """Whose they are and how they ended, the newest first; deleted ones are left out."""
    rows = job_lists.known_jobs(service.store, key_id=key_id, state=state, before=cursor, limit=limit)
    told = [
        KnownJob(**{name: getattr(row, name) for name in KnownJob.model_fields if name != "has_picture"},
                 has_picture=row.picture is not None)
        for row in rows
    ]  # fmt: skip
    return KnownJobs(jobs=told, next_cursor=rows[-1].number if len(rows) == limit else None)


@router.post(routes.OPERATION_CANCEL, responses=problem_responses(413, 422), summary="Cancel all of a key's jobs")
def cancel_of_key(given: OfKey, service: TheService, caller: Operator) -> CancelledAnswer:
    """Those that wait end now, those that run at their next step."""
    own = [job for job, _, is_stopping in service.jobs.open_jobs() if job.key_id == given.key_id and not is_stopping]
    for job in own:
        service.jobs.cancel(job)
    audit.note(service.store, caller.key_id, "jobs.cancel", given.key_id, n=len(own))
    return CancelledAnswer(cancelled=len(own))


@router.post(routes.OPERATION_PURGE, responses=problem_responses(413, 422), summary="Delete a key's ended jobs")
def purge_key(given: Purge, service: TheService, caller: Operator) -> PurgedAnswer:
    """With their pictures, for good, favourites as well; as their owner's `DELETE` of each does."""
    found = job_lists.ended_jobs(service.store, given.key_id, before=given.before, limit=_PURGED_AT_ONCE)
    for job in found:
        deletions.delete(service.store, service.pictures, job)
    audit.note(service.store, caller.key_id, "jobs.purge", given.key_id, n=len(found))
    return PurgedAnswer(deleted=len(found), is_all=len(found) < _PURGED_AT_ONCE)


@router.delete(
    routes.OPERATION_JOB, status_code=204, responses=problem_responses(404, 409, 422), summary="Delete anybody's job"
)
def purge_job(job_id: JobId, service: TheService, caller: Operator) -> None:
    """With its picture, for good; one that has not ended has to be cancelled first."""
    job = service.store.find_job(job_id)
    if job is None:
        raise NotFound("there is no such job")
    deletions.delete(service.store, service.pictures, job)
    audit.note(service.store, caller.key_id, "job.purge", job_id, key_id=job.key_id)


@router.put(routes.INTAKE, responses=problem_responses(413, 422), summary="Pause or resume the intake of orders")
def set_intake(given: Intake, service: TheService, caller: Operator) -> IntakeAnswer:
    """While it is paused every order is 503, and what was ordered is made; a new start takes orders."""
    service.jobs.is_paused = given.is_paused
    audit.note(service.store, caller.key_id, "intake.pause" if given.is_paused else "intake.resume", "service")
    return IntakeAnswer(is_paused=given.is_paused, n_open=len(service.jobs.open_jobs()))


@router.post(routes.DRAIN, status_code=202, responses=problem_responses(), summary="Stop the service")
def drain(service: TheService, caller: Operator) -> IntakeAnswer:
    """As SIGTERM: the picture in work is made, what waits is kept for the next start, and the process ends."""
    audit.note(service.store, caller.key_id, "service.drain", "service")
    n_open = len(service.jobs.open_jobs())
    service.jobs.drain()
    service.jobs.on_stop()
    return IntakeAnswer(is_paused=True, n_open=n_open)


@router.get(routes.AUDIT, responses=problem_responses(422), summary="What operators did")
def list_deeds(service: TheService, _caller: Operator, cursor: _Cursor = None, limit: _Limit = 100) -> AuditAnswer:
    """Kept for good; the newest first."""
    rows = audit.entries(service.store, before=cursor, limit=limit)
    deeds = [Deed(**row._mapping) for row in rows]  # noqa: SLF001  (SQLAlchemy's public name for it)
    return AuditAnswer(deeds=deeds, next_cursor=deeds[-1].number if len(deeds) == limit else None)


@router.post(routes.REPLAY, status_code=202, responses=problem_responses(404, 409, 422), summary="Tell a webhook again")
def replay_webhook(job_id: JobId, service: TheService, caller: Operator) -> None:
    """The end of a job once more, as often as it takes; for a receiver that was away for longer than we tried."""
    job = service.store.find_job(job_id)
    if job is None or job.deleted_at is not None or job.webhook is None:
        raise NotFound("there is no such job with a webhook")
    if not job.state.is_final:
        raise Conflict("this job has not ended; its webhook is told when it has")
    due_webhooks.renew(service.store, job_id)
    audit.note(service.store, caller.key_id, "webhook.replay", job_id, key_id=job.key_id)
    service.jobs.on_change(job, "completed")
