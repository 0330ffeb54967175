"""Paths, and which contract each belongs to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.serve.conftest import Running

from plitka.serve import routes
from plitka.serve.routes import Contract, contract_of, job_of_image, path_of


def templates() -> set[str]:
    """Every path that the module knows."""
    return {value for name, value in vars(routes).items() if name.isupper() and isinstance(value, str)}


def test_the_service_answers_at_these_paths_and_no_others(server: Running) -> None:
    """The OpenAPI document has each of them but its own and the page's files, and nothing besides."""
    told = set(server.client_of(None).get(routes.OPENAPI).json()["paths"])
    assert told == templates() - {routes.OPENAPI, routes.WEB, routes.WEB_FILE}


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=20))
def test_a_name_is_escaped(name: str) -> None:
    """Whatever it is, it stays one part of the path."""
    path = path_of(routes.PREDICTION, prediction_id=name)
    assert path.startswith("/v1/predictions/")
    assert path.count("/") == 3
    assert "?" not in path


@pytest.mark.parametrize(
    ("path", "contract"),
    [
        (routes.JOBS, Contract.OWN),
        (routes.MODELS, Contract.OWN),
        (routes.ROOT, Contract.OWN),
        (routes.IMAGES, Contract.OPENAI),
        ("/v1/images/edits", Contract.OPENAI),
        (routes.COG_PREDICTIONS, Contract.COG),
        (path_of(routes.PREDICTION_CANCEL, prediction_id="x"), Contract.COG),
        (path_of(routes.MODEL_PREDICTIONS, owner="a", name="b"), Contract.COG),
    ],
)
def test_each_path_has_its_contract(path: str, contract: Contract) -> None:
    """Errors take the shape of it, also where there is nothing."""
    assert contract_of(path) is contract


def test_the_job_of_a_picture_is_known_by_its_path() -> None:
    """And by no other path."""
    job_id = "0123456789abcdef" * 2
    assert job_of_image(path_of(routes.JOB_IMAGE, job_id=job_id)) == job_id
    assert job_of_image(path_of(routes.JOB, job_id=job_id)) is None
    assert job_of_image(path_of(routes.JOB_IMAGE, job_id="../../keys")) is None


def test_a_path_is_known_where_something_is() -> None:
    """With whatever stands in the places of its names."""
    for template in templates():
        assert routes.is_known(template.replace("{path:path}", "a/b.js").replace("{", "").replace("}", ""))
    for path in ("/sdapi/v1/img2img", "/v1/jobs/a/b", "/v1/job", "/web/"):
        assert not routes.is_known(path)
