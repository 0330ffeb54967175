"""Taking up, at a new start and when the database returns, what the last run left and what was written unheard."""

from dataclasses import replace

import structlog

from plitka.errors import Unavailable
from plitka.serve.jobs import Jobs
from plitka.serve.kept_words import keep_problem
from plitka.serve.store import Job, State

log = structlog.get_logger(__name__)


def resume(jobs: Jobs) -> None:
    """Queue what was accepted and is not open.

    Raises:
        StorageAway: the database or the pictures went away; what was not queued yet is left to the next call.
    """
    with jobs.accepting:
        for job in jobs.store.unfinished():
            if jobs.status(job.id) is None and not jobs.life.is_ending:
                _resume_one(jobs, job)


def _resume_one(jobs: Jobs, job: Job) -> None:
    fresh = jobs.store.find_job(job.id)  # it may have ended since the list was read
    if fresh is None or fresh.state.is_final:
        return
    if fresh.state is State.RUNNING and (jobs.follow(fresh) or settle_interrupted(jobs, fresh)):
        return
    jobs.enqueue(replace(fresh, state=State.QUEUED, started_at=None, picture=None, result=None))
    log.info("job_resumed", job_id=job.id, n_starts=job.n_starts)


def settle_interrupted(jobs: Jobs, job: Job) -> bool:
    """End a job whose picture is there, or which has ended the process too often; else let it wait anew."""
    if job.picture is not None and jobs.pictures.is_whole(job.picture):
        jobs.end(job, State.SUCCEEDED)
        return True
    jobs.store.put_back(job)
    if job.picture is not None and not jobs.store.is_picture_used(job.picture):
        jobs.pictures.discard(job.picture)
    if job.n_starts < jobs.settings.max_starts:
        return False
    error = Unavailable("the service ended {n} times while it made this picture", n=job.n_starts)
    jobs.end(job, State.FAILED, keep_problem(error, code="poisoned", request_id=job.request_id))
    return True
