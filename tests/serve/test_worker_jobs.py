"""What a worker needs of its jobs, which both kinds have."""

from plitka.serve.jobs import Jobs
from plitka.serve.leased_jobs import LeasedJobs
from plitka.serve.worker_jobs import WorkerJobs


def test_both_kinds_have_all_of_it() -> None:
    """Under the same names; that they fit, the type checker says."""
    asked = {name for name in vars(WorkerJobs) if not name.startswith("_")}
    assert len(asked) > 10
    assert asked <= set(dir(Jobs))
    assert asked <= set(dir(LeasedJobs))
