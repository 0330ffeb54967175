"""Bodies: how large each may be, and that a hostile one costs little."""

import base64
import io
import json

import httpx2
import numpy as np
import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running

from plitka.serve import routes
from plitka.serve.settings import Settings

N_UNKNOWN = 3000
USUAL = Settings()


def mask(n_bytes: int, kind: str = "image/png") -> str:
    """A data URL of so many bytes, which need not be a picture."""
    return f"data:{kind};base64," + base64.b64encode(bytes(n_bytes)).decode()


@pytest.mark.parametrize(
    ("path", "n_bytes", "status"),
    [
        (routes.RECIPES_PARSE, USUAL.body_bytes + 1, 413),
        (routes.RECIPES_PARSE, USUAL.body_bytes, 422),
        (routes.path_of(routes.JOB_CANCEL, job_id="0" * 32), USUAL.body_bytes + 1, 413),
        (routes.JOBS, USUAL.order_text_bytes + 1, 413),
        (routes.JOBS, USUAL.order_text_bytes, 422),
        (routes.path_of(routes.MODEL_PREDICTIONS, owner="a", name="b"), USUAL.order_text_bytes, 422),
        (routes.IMAGES, USUAL.order_bytes + 1, 413),
    ],
)
def test_a_body_has_the_limit_of_its_path(maker: httpx2.Client, path: str, n_bytes: int, status: int) -> None:
    """One byte more is too large; what is not is read, and refused for what it is."""
    frame = b'{"x":""}'
    body = frame[:-2] + b"x" * (n_bytes - len(frame)) + frame[-2:]
    answer = maker.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


def test_masks_may_be_larger_than_text(maker: httpx2.Client) -> None:
    """An order with a large mask is accepted: noise of a million pixels, which cannot be packed."""
    noise = np.random.default_rng(0).integers(0, 2, (1024, 1024)).astype(bool)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, format="PNG")
    drawn = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    assert len(drawn) > USUAL.order_text_bytes
    order = {"recipe": RECIPE, "zones": [{"mask": drawn, "recipe": "white"}]}
    answer = maker.post(routes.JOBS, json=order)
    assert answer.status_code == 202, answer.text[:200]


def test_a_data_url_that_is_written_with_escapes_is_one(maker: httpx2.Client) -> None:
    """Some clients write a slash as two characters."""
    drawing = (
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='4' height='8'/>"
        + "<!--\\/-->" * 12_000
        + "</svg>"
    )
    body = json.dumps({"recipe": RECIPE, "zones": [{"mask": drawing, "recipe": "white"}]}).replace("/", r"\/")
    assert len(body) > USUAL.order_text_bytes
    answer = maker.post(routes.JOBS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text[:200]


def test_small_words_do_not_pass_for_masks(maker: httpx2.Client) -> None:
    """Only as many as there may be zones count as masks."""
    body = json.dumps({f"data:{number}": 0 for number in range(20_000)})
    answer = maker.post(routes.JOBS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413, answer.text


@pytest.mark.parametrize("begin", [b'"data:', b'\\"data:', b'"data:\\'])
def test_words_that_do_not_end_are_read_once(maker: httpx2.Client, begin: bytes) -> None:
    """However often one seems to begin within another: the client would give up before the last was looked at."""
    body = b'{"recipe": "data:' + begin * ((USUAL.order_bytes - 100) // len(begin))
    answer = maker.post(routes.JOBS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 413}, answer.text[:200]


@pytest.mark.parametrize(
    ("path", "order"),
    [
        (routes.JOBS, {"recipe": RECIPE}),
        (routes.PREDICT, {"inputs": RECIPE}),
        (routes.IMAGES, {"prompt": RECIPE}),
    ],
)
def test_unknown_names_stop_at_the_first(server: Running, path: str, order: dict[str, str]) -> None:
    """The answer names one of them, however many there are."""
    unknown = {f"unknown_{number:06}": 1 for number in range(N_UNKNOWN)}
    answer = server.client().post(path, json=order | unknown)
    assert answer.status_code == 422
    assert "unknown_000000" in answer.text
    assert "unknown_000001" not in answer.text
