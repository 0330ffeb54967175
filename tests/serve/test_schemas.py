"""The OpenAPI document against the running service, by schemathesis with every check that it has.

`PLITKA_SCHEMA_CASES=2000` runs many more cases than the default suite does.
"""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import BaseSchema
from tests.core.measure.tile_pictures import tile
from tests.serve.conftest import Running, running

from plitka.core.files.picture import encode_png
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene_json import LOOK_NAMES
from plitka.errors import PlitkaError
from plitka.serve import routes
from plitka.serve.image_formats import base64_text

N_CASES = int(os.environ.get("PLITKA_SCHEMA_CASES", "60"))
N_OPERATIONS = 55
PATIENCE_S = 120
"""How long one answer may take: it ends a test that would hang, and says nothing of speed."""
MANY = 1000
"""From so many on, every boundary of every value is tried too."""

COLOURS = ("red", "black", "white", "dark green", "RAL 3020", "#22262b", "синий")


@cache
def picture() -> bytes:
    """A tile as a PNG."""
    return encode_png(tile("60% red, 40% black", side_px=64))


@st.composite
def recipes(draw: st.DrawFn) -> str:
    """Texts that are recipes, for the schema's format of that name."""
    colours = draw(st.lists(st.sampled_from(COLOURS), min_size=1, max_size=4, unique=True))
    return ", ".join(f"{draw(st.integers(1, 9))} parts {colour}" for colour in colours)


@st.composite
def sizes(draw: st.DrawFn) -> str:
    """Sides that a picture can have."""
    side = st.integers(1, 3).map(lambda n: 64 * n)
    return draw(st.just("auto") | st.builds("{}x{}".format, side, side))


@schemathesis.hook
def before_call(_context: object, case: schemathesis.Case[Any], _kwargs: object) -> None:
    """Make the recipes and pictures true that the schema's boundary values only have the length of."""
    is_meant_well = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if isinstance(case.body, dict) and case.body.get("is_paused") is True:  # under all the others
        case.body["is_paused"] = False
    if is_meant_well and isinstance(case.body, dict) and case.path == routes.SD_PNG_INFO:
        case.body["image"] = base64_text(picture())
    if is_meant_well and isinstance(case.body, dict) and case.path == routes.SD_TXT2IMG:  # 10 at most, of both together
        case.body["n_iter"] = 1
    if is_meant_well and isinstance(case.body, dict) and "image" not in case.body:
        for body in (case.body, case.body.get("input")):
            if isinstance(body, dict):
                _make_true(body)
        if isinstance(parameters := case.body.get("parameters"), dict):
            _make_look_true(parameters)
        if case.path in (routes.RENDERS, routes.GEOMETRIES):  # large ones are slow; geometries are square
            case.body |= {"width_px": 64, "height_px": 64}
        if case.path == routes.MATERIALS:
            case.body["size_px"] = 64


@schemathesis.hook
def filter_case(_context: object, case: schemathesis.Case[Any]) -> bool:
    """Leave out uploads whose recipe only has a recipe's length: in a form it cannot be made true afterwards."""
    is_meant_well = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if not is_meant_well or not isinstance(case.body, dict) or "image" not in case.body:
        return True
    if case.path == routes.SD_PNG_INFO:
        return True
    return is_recipe(str(case.body.get("recipe")))


def _make_true(body: dict[str, Any]) -> None:
    for name in ("recipe", "prompt", "inputs"):
        text = body.get(name)
        if isinstance(text, str) and not is_recipe(text):
            body[name] = "red".ljust(len(text))
    _make_look_true(body)
    if body.get("mode") == "text":  # what belongs to the other mode
        for name in ("strength", "tolerance", *LOOK_NAMES):
            body.pop(name, None)


def _make_look_true(body: dict[str, Any]) -> None:
    """What a schema cannot say: each is of its range, and together they must make a tile."""
    for name in ("granule_mm", "field_mm", "coarse", "fine"):  # granules that 64 px cannot show, colours of no recipe
        body.pop(name, None)
    for name in ("densities", "prices", "logo", "bevel_mm", "wear_mm"):  # no such colour, no picture, too thick a layer
        body.pop(name, None)
    for name in ("maker", "project", "currency") if body.get("format") == "pdf" else ():  # letters that no font has
        body.pop(name, None)
    if "size_px" in body:  # a larger one takes seconds
        body["size_px"] = 64
    zones = body.get("zones") or []
    for zone in zones:
        zone |= {"mask": "border:8%", "recipe": "white"}
    if "zones" in body:
        body["zones"] = zones[:1]  # one more would cover the first


def is_recipe(text: str) -> bool:
    """Whether a text can be read."""
    try:
        parse_recipe(text)
    except PlitkaError:
        return False
    return True


schemathesis.openapi.media_type("image/png", st.builds(picture))
schemathesis.openapi.format("picture", st.builds(lambda: base64_text(picture())))
schemathesis.openapi.media_type("text/csv", st.just(b"code,name,hex\nK-1,Brick,#a63d30\n"))
schemathesis.openapi.format("recipe", recipes())
schemathesis.openapi.format("size", sizes())
schemathesis.openapi.format("network", st.sampled_from(("192.0.2.7", "192.0.2.0/24", "2001:db8::/32")))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Room for many jobs, whatever comes."""
    folder = tmp_path_factory.mktemp("schema")
    with running(folder, queue_limit=100_000, key_queue_limit=100_000, previews_per_minute=100_000) as one:
        yield one


@pytest.fixture(scope="module")
def api(server: Running) -> BaseSchema:
    """What the service says of itself."""
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {server.key('operator')}"},
            "phases": {"coverage": {"enabled": N_CASES >= MANY}},
            "request-timeout": PATIENCE_S,
            "generation": {"max-examples": max(1, N_CASES // N_OPERATIONS)},
            "checks": {
                # Too long a recipe is too large a request, as the old system had it.
                "negative_data_rejection": {
                    "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
                }
            },
        }
    )
    found = schemathesis.openapi.from_url(f"{server.url}/openapi.json", config=config)
    return found.exclude(path=routes.DRAIN)  # it would end the service under all the others


def test_every_operation_does_what_it_says(api: BaseSchema) -> None:
    """No 5xx, no undocumented status, right types, wrong data refused, right data taken; also one after the other."""
    n_cases, faults = 0, set()
    for event in from_schema(api).execute():
        if isinstance(event, events.NonFatalError):
            faults.add(f"{event.label}: {event.value}")
        if isinstance(event, events.ScenarioFinished):
            n_cases += len(event.recorder.cases)
            for case_id, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        case = event.recorder.cases[case_id].value
                        faults.add(f"{check.failure_info.failure}\n{case.meta}\n{case.as_curl_command()[:2000]}")
    assert not faults, f"{len(faults)} of {n_cases} cases:\n" + "\n\n".join(sorted(faults)[:20])
    assert n_cases >= N_CASES
