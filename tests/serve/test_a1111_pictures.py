"""The pictures of an answer to clients of the web UI."""

import io
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.serve.conftest import Running
from tests.serve.fast_engine import FastEngine

from plitka.core.files.infotext import parse_infotext
from plitka.errors import ServiceError
from plitka.serve.a1111_bodies import TextToImage
from plitka.serve.a1111_pictures import info_of, shown_of
from plitka.serve.image_formats import Preview, encode_preview
from plitka.serve.job_status import JobStatus
from plitka.serve.orders import Order
from plitka.serve.store import Job, State

ASKED = TextToImage(prompt="60% red, 40% black", seed=5, width=1024, height=512)
STOPPED = Job(
    id="0" * 32, key_id="key", request={"seed": 5}, request_id="test", created_at=time.time(), state=State.CANCELLED
)


def looked_at(job: Job, *, is_complete: bool = True) -> JobStatus:
    """The status of a job that came to step 12 of 20."""
    engine = FastEngine()
    request = engine.complete(
        Order(recipe="red", seed=5, steps=20, width_px=1024, height_px=512).request(engine.defaults)
    )
    status = JobStatus(job, request if is_complete else None)
    look = np.full((32, 64, 3), 200, np.uint8)
    status.update(step=13, n_steps=20, preview=Preview(encode_preview(look), 12))
    return status


def test_what_was_stopped_is_shown_in_its_size(server: Running) -> None:
    """Its text says at which step that was."""
    (shown,), (notice,) = shown_of(server.service, ASKED, [STOPPED], [looked_at(STOPPED)])
    assert Image.open(io.BytesIO(shown.png)).size == shown.size_px == (1024, 512)
    settings = parse_infotext(shown.infotext)
    assert (settings["Prompt"], settings["Steps"], settings["Stopped at step"]) == (ASKED.prompt, "20", "12")
    assert "12 of 20" in str(notice)
    info = info_of(server.service.engine, ASKED, [shown], [])
    assert (info["width"], info["height"], info["all_prompts"]) == (1024, 512, [ASKED.prompt])


def test_what_was_ordered_before_its_model_was_there_is_shown_as_it_is(server: Running) -> None:
    """Its size is not known here."""
    (shown,), _ = shown_of(server.service, ASKED, [STOPPED], [looked_at(STOPPED, is_complete=False)])
    assert (shown.size_px, shown.infotext) == ((64, 32), "")


def test_what_nobody_has_seen_is_not_shown(server: Running) -> None:
    """That is all that is told then."""
    shown, (notice,) = shown_of(server.service, ASKED, [STOPPED, STOPPED], [None, JobStatus(STOPPED)])
    assert (shown, str(notice)) == ([], "stopped before anything was painted")
    info = info_of(server.service.engine, ASKED, shown, ["a"])
    assert (info["seed"], info["width"], info["warnings"]) == (-1, 0, ["a"])


def test_what_failed_is_an_error(server: Running) -> None:
    """Whatever else was made."""
    failed = replace(STOPPED, state=State.FAILED, error={"error": "no luck"})
    with pytest.raises(ServiceError, match="no luck"):
        shown_of(server.service, ASKED, [STOPPED, failed], [looked_at(STOPPED), None])
