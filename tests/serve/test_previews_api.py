"""Renders and geometries over HTTP."""

import gzip
import io

import httpx2
import numpy as np
import pytest
from PIL import Image
from tests.serve.conftest import RECIPE, Running, picture, running, wait_until

from plitka.core.generation import Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size
from plitka.core.tile.blanks import MAGIC
from plitka.core.tile.granules import USUAL_PX_PER_MM
from plitka.core.tile.renderer import render
from plitka.serve import routes
from plitka.serve.previews import PreviewRequest
from plitka.serve.previews_api import FIELD_HEADER

SMALL = {"recipe": RECIPE, "width_px": 64, "height_px": 64, "seed": 7}


def test_a_render_is_answered_at_once(maker: httpx2.Client) -> None:
    """The renderer's own picture, and no job is made for it."""
    answer = maker.post(routes.RENDERS, json=SMALL)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    scene = Scene.of(parse_recipe(RECIPE).recipe, Size(width_px=64, height_px=64))
    wanted = render(Defaults(px_per_mm=USUAL_PX_PER_MM).complete(Request(scene=scene, seed=7)))
    assert np.asarray(picture(answer.content)).tobytes() == wanted.pixels.tobytes()
    assert maker.get(routes.JOBS).json()["jobs"] == []


@pytest.mark.parametrize(
    ("order", "field_mm"),
    [
        ({"width_px": 512, "height_px": 512}, 146),  # as a photograph
        ({"width_px": 512, "height_px": 512, "granules": "0.5-1.5"}, 73),  # granules would be below 3 px
        ({"width_px": 1024, "height_px": 1024}, 146),
        ({"width_px": 1024, "height_px": 1024, "granules": "0.5-1.5"}, 73),  # too many would have to be laid
        ({"width_px": 512, "height_px": 512, "field_mm": 50}, 50),
        ({"width_px": 64, "height_px": 64}, 64 / USUAL_PX_PER_MM),
    ],
)
def test_a_preview_shows_the_tile_of_a_photograph(
    server: Running, monkeypatch: pytest.MonkeyPatch, order: dict[str, object], field_mm: float
) -> None:
    """So that granules are as large in both; where they can be seen and laid. How long it is, is told."""
    previews = server.service.previews

    async def lay(_asked: PreviewRequest, _key_id: str) -> bytes:
        return gzip.compress(MAGIC)

    monkeypatch.setattr(previews, "geometry", lay)  # how they are laid is tested elsewhere
    answer = server.client().post(routes.GEOMETRIES, json={"recipe": RECIPE} | order)
    assert answer.status_code == 200, answer.text
    assert float(answer.headers[FIELD_HEADER]) == pytest.approx(field_mm, abs=0.001)


def test_a_preview_takes_what_a_job_takes(maker: httpx2.Client) -> None:
    """Zones with drawn masks and looks; a seed that is left out is always the same."""
    buffer = io.BytesIO()
    Image.fromarray(np.pad(np.full((32, 32), 255, np.uint8), 16)).save(buffer, format="PNG")
    with_file = maker.post(routes.MASKS, files={"image": ("a.png", buffer.getvalue())})
    order = {name: value for name, value in SMALL.items() if name != "seed"} | {
        "zones": [{"mask": with_file.json()["mask"], "recipe": "blue"}],
        "light": "sun",
        "wet": True,
        "steps": 4,
        "priority": 0,
    }
    first, again = (maker.post(routes.RENDERS, json=order) for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.content == again.content
    middle = np.asarray(picture(first.content))[24:40, 24:40].reshape(-1, 3).mean(0)
    assert middle[2] > middle[0] + 20
    geometry = maker.post(routes.GEOMETRIES, json=order)
    assert geometry.status_code == 200, geometry.text


def test_a_geometry_is_sent_once(maker: httpx2.Client) -> None:
    """Compressed where the client takes that; who has it is answered with nothing, and so is another recipe."""
    answer = maker.post(routes.GEOMETRIES, json=SMALL, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content.startswith(MAGIC)
    plain = maker.post(routes.GEOMETRIES, json=SMALL, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content
    known = answer.headers["etag"].strip('"')
    other = SMALL | {"recipe": "20% blue, 80% white"}
    again = maker.post(routes.GEOMETRIES, json=other | {"known": known})
    assert (again.status_code, again.content, again.headers["etag"]) == (204, b"", answer.headers["etag"])
    assert maker.post(routes.GEOMETRIES, json=SMALL | {"known": known, "seed": 8}).status_code == 200


@pytest.mark.parametrize("path", [routes.RENDERS, routes.GEOMETRIES])
@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"recipe": "60% rde"}, 400, "rde"),
        ({"width_px": 1088, "height_px": 1088}, 422, "1024"),
        ({"width_px": 1024, "height_px": 1024, "granules": "0.5-1.5", "field_mm": 146}, 422, "granules"),
        ({"zones": [{"mask": "circle:2%", "recipe": "white"}]}, 422, "zone 1"),
        ({"surprise": 1}, 422, "surprise"),
    ],
)
def test_what_cannot_be_previewed_is_refused(
    maker: httpx2.Client, path: str, change: dict[str, object], status: int, told: str
) -> None:
    """With the same words as an order."""
    answer = maker.post(path, json=SMALL | change)
    assert answer.status_code == status, answer.text
    assert told in answer.json()["error"]


def test_a_render_is_as_wide_and_as_high_as_is_asked(maker: httpx2.Client) -> None:
    """A geometry is square, and says where another picture is made."""
    order = SMALL | {"width_px": 192}
    answer = maker.post(routes.RENDERS, json=order)
    assert answer.status_code == 200, answer.text
    assert picture(answer.content).size == (192, 64)
    assert float(answer.headers[FIELD_HEADER]) == pytest.approx(192 / USUAL_PX_PER_MM, abs=0.001)
    refused = maker.post(routes.GEOMETRIES, json=order)
    assert (refused.status_code, "/v1/renders" in refused.json()["error"]) == (422, True)


@pytest.mark.parametrize("path", [routes.RENDERS, routes.GEOMETRIES])
def test_previews_are_for_makers(server: Running, path: str) -> None:
    """As pictures are."""
    assert server.client("viewer").post(path, json=SMALL).status_code == 403
    assert server.client_of(None).post(path, json=SMALL).status_code == 401


def test_previews_have_an_allowance_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It takes no pictures from the key; what is kept costs nothing."""
    with running(tmp_path_factory.mktemp("few"), previews_per_minute=2) as server:
        maker = server.client(per_minute=1)
        first = maker.post(routes.RENDERS, json=SMALL)
        assert first.headers["ratelimit-remaining"] == "1"
        for _ in range(3):
            assert maker.post(routes.GEOMETRIES, json=SMALL).status_code == 200
        refused = maker.post(routes.GEOMETRIES, json=SMALL | {"seed": 8})
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        server.order(maker)
        wait_until(lambda: not server.service.previews._n_pending.total())


def test_who_goes_gives_the_place_back(server: Running) -> None:
    """A preview that nobody waits for any more is not made, if it is not begun."""
    client, previews = server.client(), server.service.previews
    for seed in range(4):  # more than a key may have pending
        with pytest.raises(httpx2.TimeoutException):
            client.post(routes.GEOMETRIES, json=SMALL | {"width_px": 256, "height_px": 256, "seed": seed}, timeout=0.05)
        wait_until(lambda: not previews._n_pending.total())
    assert client.post(routes.RENDERS, json=SMALL).status_code == 200


def test_a_colour_tells_what_a_preview_paints_with(maker: httpx2.Client) -> None:
    """The light of its lit facets, beside the colour itself."""
    colours = maker.get(routes.COLOURS).json()["colours"]
    assert all(len(colour["lit_hex"]) == 7 for colour in colours)
    assert any(colour["lit_hex"] != colour["hex"] for colour in colours)


def test_the_answer_is_smaller_than_what_it_holds(maker: httpx2.Client) -> None:
    """By more than half."""
    with maker.stream("POST", routes.GEOMETRIES, json=SMALL, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert 2 * len(packed) < len(gzip.decompress(packed))
