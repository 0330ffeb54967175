"""Our own API for whoever operates the service: how it is, who waits, what room there is, and what it has done."""

from fastapi import APIRouter, Request
from prometheus_client import Histogram
from pydantic import Field

from plitka.core.language.translations import localise
from plitka.errors import NotFound
from plitka.serve import audit, routes
from plitka.serve.access import Operator, TheService
from plitka.serve.error_responses import language_of
from plitka.serve.health import Part
from plitka.serve.life import Life
from plitka.serve.own_api import JobId
from plitka.serve.schemas import Answer, problem_responses
from plitka.serve.service import Service
from plitka.serve.store import State

router = APIRouter(tags=["operation"])

_MOST_TOLD = 200
"""Jobs that are told one by one; the others are counted."""


class HealthAnswer(Answer):
    """Whether pictures are made now, as `/readyz` says it, and why not."""

    is_ready: bool
    problem: str | None = Field(description="In the language of Accept-Language.")
    life: Life
    model: str | None = Field(description="That is served; null while none is loaded.")
    usable: dict[Part, bool]
    restarts: int = Field(description="Engines that were loaded anew.")
    memory_bytes: int = Field(description="Of the process.")


class StorageAnswer(Answer):
    """Room for pictures, and how many there are."""

    free_bytes: dict[Part, int] = Field(description="Left out where they are no folder here.")
    min_free_bytes: int = Field(description="With less, new work is refused.")
    n_pictures: int


class QueuedJob(Answer):
    """A job that is made or waits; what it asks for is its key's alone."""

    id: str
    key_id: str
    key_name: str
    state: State
    created_at: float
    started_at: float | None
    position: int | None = Field(description="How many go before it, while it waits.")
    priority: int
    step: int
    n_steps: int
    is_stopping: bool = Field(description="It was cancelled, and ends at its next step.")


class QueueAnswer(Answer):
    """Jobs that are made, and those that wait; the next first."""

    limit: int = Field(description="How many may wait.")
    is_paused: bool = Field(description="Whether the operator lets nobody order.")
    n_running: int
    n_waiting: int
    jobs: list[QueuedJob] = Field(description=f"At most {_MOST_TOLD}.")


class Bar(Answer):
    """One of the bars of a distribution."""

    up_to_s: float | None = Field(description="null: all that took longer than the bar before.")
    n: int


class FiguresAnswer(Answer):
    """What was done since the service started."""

    accepted: int
    succeeded: int
    failed: int
    cancelled: int
    job_s: float | None = Field(description="Mean of a job, from start to end; null: none has ended.")
    wait_s: float | None = Field(description="Mean from acceptance to start.")
    error_points: float | None = Field(description="Mean of the largest difference between asked and measured.")
    durations: list[Bar] = Field(description="Jobs by how long they took.")
    requests: int = Field(description="All that were answered.")
    refused: int = Field(description="Of them for their key, its limits, or want of room: 401, 403, 429, 503 or 507.")


class OperationAnswer(Answer):
    """The service at a glance."""

    version: str
    health: HealthAnswer
    storage: StorageAnswer
    queue: QueueAnswer
    figures: FiguresAnswer


@router.get(routes.OPERATION, responses=problem_responses(), summary="The service at a glance")
def get_operation(request: Request, service: TheService, _caller: Operator) -> OperationAnswer:
    """For a person; programs that watch read `/metrics`."""
    return OperationAnswer(
        version=service.version,
        health=_health(service, language_of(request.headers)),
        storage=StorageAnswer(
            free_bytes=service.health.free_bytes(),
            min_free_bytes=service.settings.min_free_bytes,
            n_pictures=service.store.n_pictures(),
        ),
        queue=_queue(service),
        figures=_figures(service),
    )


@router.delete(routes.QUEUED_JOB, responses=problem_responses(404, 422), summary="Cancel anybody's job")
def cancel_queued(job_id: JobId, service: TheService, caller: Operator) -> QueueAnswer:
    """One that waits ends now, one that runs at its next step; the queue as it is then."""
    job = service.store.find_job(job_id)
    if job is None or service.jobs.status(job_id) is None:
        raise NotFound("there is no such job, or it has ended")
    service.jobs.cancel(job)
    audit.note(service.store, caller.key_id, "job.cancel", job_id, key_id=job.key_id)
    return _queue(service)


def _health(service: Service, language: str) -> HealthAnswer:
    problem, engine = service.problem, service.engine
    return HealthAnswer(
        is_ready=problem is None,
        problem=None if problem is None else localise(problem, language),
        life=service.jobs.life,
        model=None if engine is None else engine.name,
        usable=service.health.usable,
        restarts=int(service.metrics.value("plitka_engine_restarts_total")),
        memory_bytes=int(service.metrics.value("plitka_memory_bytes")),
    )


def _queue(service: Service) -> QueueAnswer:
    names, found = service.store.key_names(), service.jobs.open_jobs()
    told = [
        QueuedJob(
            id=job.id,
            key_id=job.key_id,
            key_name=names.get(job.key_id, ""),
            state=snapshot.state,
            created_at=job.created_at,
            started_at=job.started_at,
            position=snapshot.position,
            priority=job.priority,
            step=snapshot.step,
            n_steps=snapshot.n_steps,
            is_stopping=is_stopping,
        )
        for job, snapshot, is_stopping in found[:_MOST_TOLD]
    ]
    n_waiting = sum(snapshot.position is not None for _, snapshot, _ in found)
    limit = service.settings.queue_limit
    return QueueAnswer(
        limit=limit,
        is_paused=service.jobs.is_paused,
        n_running=len(found) - n_waiting,
        n_waiting=n_waiting,
        jobs=told,
    )


def _figures(service: Service) -> FiguresAnswer:
    metrics = service.metrics
    ended = {state: int(metrics.value("plitka_jobs_total", outcome=state.value)) for state in State if state.is_final}
    n_requests, n_refused = metrics.count_requests()
    return FiguresAnswer(
        accepted=int(metrics.value("plitka_jobs_accepted_total")),
        succeeded=ended[State.SUCCEEDED],
        failed=ended[State.FAILED],
        cancelled=ended[State.CANCELLED],
        job_s=metrics.mean("plitka_job_seconds"),
        wait_s=metrics.mean("plitka_wait_seconds"),
        error_points=metrics.mean("plitka_share_error_points"),
        durations=_bars(metrics.job),
        requests=n_requests,
        refused=n_refused,
    )


def _bars(histogram: Histogram) -> list[Bar]:
    """From the first bar that has any to the last one."""
    ends = [
        (float(one.labels["le"]), one.value) for one in next(iter(histogram.collect())).samples if "le" in one.labels
    ]
    bars, before = [], 0.0
    for up_to, n in ends:
        bars.append(Bar(up_to_s=None if up_to == float("inf") else up_to, n=int(n - before)))
        before = n
    filled = [place for place, bar in enumerate(bars) if bar.n]
    return bars[filled[0] : filled[-1] + 1] if filled else []
