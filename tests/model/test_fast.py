"""The fast network beside the plain one; on the processor it runs what a GPU would capture."""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from tests.core.painter_laws import canvas

from plitka.core.painter import Canvas, Painted
from plitka.core.watch import Unwatched
from plitka.model.bundle import Bundle
from plitka.model.capture import Repeated
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.fast import FastUnet, _Recorded
from plitka.model.painter import DiffusionPainter
from plitka.model.recordings import Recordings

HERE = torch.device("cpu")


@pytest.fixture(scope="module")
def painters(tiny_bundle: Bundle) -> tuple[DiffusionPainter, DiffusionPainter]:
    """The plain one and the fast one, over modules of their own."""
    plain, quick = (
        load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", max_batch=3, network=network))
        for network in ("eager", "fast")
    )
    return plain, quick


def pixels_of(painter: DiffusionPainter, *canvases: Canvas) -> list[np.ndarray[Any, Any]]:
    """The pictures."""
    painted = painter.paint(canvases, Unwatched())
    assert all(isinstance(one, Painted) for one in painted)
    return [one.pixels.astype(int) for one in painted if isinstance(one, Painted)]


@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_pictures_are_the_plain_path_s(painters: tuple[DiffusionPainter, DiffusionPainter], guidance: float) -> None:
    """Up to rounding, for one and for two, twice over with other words and another guidance between."""
    plain, quick = painters
    both = [canvas(1, guidance=guidance), canvas(2, guidance=guidance, prompt="green")]
    for canvases in ([both[0]], both, [canvas(3, guidance=guidance + 1)], [both[0]]):
        for found, expected in zip(pixels_of(quick, *canvases), pixels_of(plain, *canvases), strict=True):
            assert np.abs(found - expected).max() <= 1


def test_what_fails_while_it_is_captured_goes_through_the_plain_path(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For good, with the plain path's bytes."""
    tried: list[int] = []

    def fail(*_: object) -> None:
        tried.append(1)
        raise RuntimeError("operation not permitted when stream is capturing")

    plain = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
    monkeypatch.setattr("plitka.model.fast.Repeated", fail)
    failing = DiffusionPainter(plain._assembly, network=FastUnet(plain._assembly, Recordings(HERE)))
    for seed in (1, 2):
        assert (pixels_of(failing, canvas(seed))[0] == pixels_of(plain, canvas(seed))[0]).all()
    assert len(tried) == 1


def test_a_kind_of_batch_is_recorded_once(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the words, the steps and the guidance are."""
    made: list[Callable[[], Any]] = []

    def note(device: torch.device, work: Callable[[], Any], pool: object = None) -> Repeated[Any]:
        made.append(work)
        return Repeated(device, work, pool)

    monkeypatch.setattr("plitka.model.fast.Repeated", note)
    quick = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", network="fast"))
    for one in (canvas(1), canvas(2, guidance=4.0, prompt="blue"), canvas(3, steps=5)):
        pixels_of(quick, one)
    assert len(made) == 1


def test_what_need_not_be_exact_is_run_in_eight_bits(tiny_bundle: Bundle) -> None:
    """Where that is quicker; an exact picture keeps its bytes, and one that cannot be run so is exact."""
    plain = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
    networks = [FastUnet(plain._assembly, Recordings(HERE), is_narrow=is_narrow) for is_narrow in (False, True)]
    wide, narrow = (DiffusionPainter(plain._assembly, network=network) for network in networks)
    exact, quick = canvas(1, guidance=1.0), canvas(1, guidance=1.0, is_exact=False)
    expected = pixels_of(wide, exact)[0]
    assert (pixels_of(narrow, exact)[0] == expected).all()
    assert 0 < np.abs(pixels_of(narrow, quick)[0] - expected).mean() < 10
    assert (pixels_of(wide, quick)[0] == expected).all()
    networks[1]._lean.narrow = run_out  # type: ignore[method-assign, union-attr]
    networks[1]._recordings = Recordings(HERE)
    assert (pixels_of(narrow, quick)[0] == expected).all()


def test_memory_that_runs_out_is_given_back_by_the_recordings(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture is made by the plain path, and so are the next ones.

    To a level: on some processors weights that lie otherwise in memory are added up in another order.
    """
    quick = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", network="fast"))
    plain = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
    pixels_of(quick, canvas(1))
    with monkeypatch.context() as patch:
        patch.setattr("plitka.model.fast._Recorded.predict", run_out)
        assert pixels_of(quick, canvas(1))[0].astype(int) == pytest.approx(pixels_of(plain, canvas(1))[0], abs=1)
    assert quick._recordings is not None
    assert len(quick._recordings) == 0
    assert pixels_of(quick, canvas(2))[0].astype(int) == pytest.approx(pixels_of(plain, canvas(2))[0], abs=1)


def test_what_is_recorded_outlives_a_decoding_without_room(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is decoded in tiles, and the UNet stays fast."""
    quick = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", network="fast"))
    pixels_of(quick, canvas(1))
    assert quick._recordings is not None
    n_recorded = len(quick._recordings)
    with monkeypatch.context() as patch:
        patch.setattr("plitka.model.autoencoder._Recorded.__call__", run_out)
        pixels_of(quick, canvas(1))
    assert len(quick._recordings) == n_recorded > 0


def test_a_batch_is_halved_before_recordings_are_given_up(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two are too many, each by itself is as fast as ever."""
    quick = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", network="fast", max_batch=2))
    usual = _Recorded.predict

    def predict(self: _Recorded, latents: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
        return run_out() if len(latents) > 1 else usual(self, latents, shifts)

    monkeypatch.setattr("plitka.model.fast._Recorded.predict", predict)
    both = pixels_of(quick, canvas(1), canvas(2))
    assert quick._recordings is not None
    assert len(quick._recordings) > 0
    for seed, found in zip((1, 2), both, strict=True):
        assert (found == pixels_of(quick, canvas(seed))[0]).all()


def run_out(*_: object) -> NoReturn:
    """As torch does."""
    raise torch.OutOfMemoryError("full")
