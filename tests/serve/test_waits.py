"""A PostgreSQL that stands still; SQLite, locked, is in test_health.py."""

import threading
from pathlib import Path

import psutil
import sqlalchemy as sa
from tests.serve.conftest import RECIPE, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.serve import routes


def test_a_silent_postgresql(postgresql: str, tmp_path: Path) -> None:
    """Its processes stand still: requests are 503 and not held, `/livez` answers, and the job is ended afterwards."""
    engine = FastEngine(may_end=threading.Event())
    assert engine.may_end is not None
    engine.may_end.set()
    with running(tmp_path, lambda: engine, database_url=postgresql, database_wait_s=0.5) as server:
        client = server.client()
        engine.may_end.clear()
        job = server.order(client)
        wait_until(lambda: client.get(routes.path_of(routes.JOB, job_id=job["id"])).json()["state"] == "running")
        processes = processes_of(postgresql)
        for process in processes:
            process.suspend()
        try:
            asking = [threading.Thread(target=client.get, args=(routes.JOBS,)) for _ in range(60)]
            for thread in asking:
                thread.start()
            assert server.client_of(None).get(routes.LIVE).status_code == 200
            wait_until(lambda: server.client_of(None).get(routes.READY).status_code == 503)
            assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 503
            engine.may_end.set()
            wait_until(lambda: any(line["event"] == "database_away" for line in server.logs))
        finally:
            for process in reversed(processes):
                process.resume()
        for thread in asking:
            thread.join()
        assert server.ended(client, job)["state"] == "succeeded"
        wait_until(lambda: server.client_of(None).get(routes.READY).status_code == 200)


def processes_of(url: str) -> list[psutil.Process]:
    """A PostgreSQL's main process and those of its connections."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        own = psutil.Process(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())
        main = own.parent()
    engine.dispose()
    own.wait()  # else it is one of those found
    assert main is not None
    return [main, *main.children()]
