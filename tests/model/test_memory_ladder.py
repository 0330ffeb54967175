"""Where networks lie, by the room that there is."""

import pytest
import torch
from tests.core.painter_laws import canvas

from plitka.core.painter import Painted
from plitka.core.watch import Unwatched
from plitka.model.bundle import Bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.memory_ladder import (
    FAST_WORK_BYTES,
    HALF_WORK_BYTES,
    PLAIN_WORK_BYTES,
    SDXL,
    Rung,
    Weights,
    choose_rung,
    has_room_for_half,
    rung_for,
)

GB = 10**9


@pytest.mark.parametrize(
    ("free_gb", "rung"),
    [
        (140, Rung.WHOLE),
        (23, Rung.WHOLE),
        (11.6, Rung.WHOLE),
        (9.5, Rung.WORDS_ASIDE),
        (7.5, Rung.WORDS_ASIDE),
        (5.5, Rung.STREAMED),
        (0, Rung.STREAMED),
    ],
)
def test_sdxl_lies_where_there_is_room(free_gb: float, rung: Rung) -> None:
    """As on cards of 24, 12, 10, 8 and 6 GB, of which the system takes some."""
    assert choose_rung(SDXL, int(free_gb * GB)) is rung


def test_a_rung_begins_where_its_parts_fit() -> None:
    """To the byte."""
    whole, aside = SDXL.words + SDXL.others + FAST_WORK_BYTES, SDXL.others + PLAIN_WORK_BYTES
    assert [choose_rung(SDXL, whole + more) for more in (-1, 0)] == [Rung.WORDS_ASIDE, Rung.WHOLE]
    assert [choose_rung(SDXL, aside + more) for more in (-1, 0)] == [Rung.STREAMED, Rung.WORDS_ASIDE]


def test_a_second_gpu_needs_room_for_the_unet_alone() -> None:
    """To the byte; less than the leanest that makes pictures without streaming."""
    needed = SDXL.unet + HALF_WORK_BYTES
    assert [has_room_for_half(SDXL.unet, needed + more) for more in (-1, 0)] == [False, True]
    assert needed < SDXL.others + PLAIN_WORK_BYTES


def test_weights_are_those_of_the_networks(tiny_bundle: Bundle) -> None:
    """Loaded ones, and by the files of a bundle, which are in half precision and have a LoRA beside them."""
    pipe = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))._pipe
    loaded, written = Weights.of(pipe, torch.float16), Weights.of_files(tiny_bundle.files)
    assert loaded.unet == sum(2 * one.numel() for one in pipe.unet.parameters())
    assert loaded.unet < loaded.others
    assert loaded.unet <= written.unet < 1.5 * loaded.unet  # and the file's header
    assert loaded.words <= written.words < 1.5 * loaded.words
    whole = {path: record for path, record in tiny_bundle.files.items() if "lora" in path}
    assert Weights.of_files(whole).unet == Weights.of_files(whole).others > 0


@pytest.fixture(scope="module")
def expected(tiny_bundle: Bundle) -> bytes:
    """A picture with all networks in one place."""
    return picture_of(tiny_bundle, "eager")


@pytest.mark.parametrize("network", ["eager", "fast"])
@pytest.mark.parametrize("rung", [Rung.WORDS_ASIDE, Rung.STREAMED])
def test_a_picture_is_the_same_wherever_networks_lie(
    rung: Rung, network: str, expected: bytes, tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here in float32, and every place is the processor; the fast network differs by rounding where it runs."""
    monkeypatch.setattr("plitka.model.assembly.rung_for", lambda *_: rung)
    found = picture_of(tiny_bundle, network)
    one, other = (torch.frombuffer(bytearray(each), dtype=torch.uint8).int() for each in (found, expected))
    assert (one - other).abs().max() <= (network == "fast")


def picture_of(bundle: Bundle, network: str) -> bytes:
    """Painted by a painter of its own, of a prompt with a learned token."""
    painter = load_painter(bundle, EngineConfig(device="cpu", dtype="float32", network=network))
    (painted,) = painter.paint([canvas(1, prompt="60% red <s0>")], Unwatched())
    assert isinstance(painted, Painted)
    return painted.pixels.tobytes()


def test_a_processor_is_one_place(tiny_bundle: Bundle) -> None:
    """There is nothing to choose."""
    assert rung_for(None, torch.device("cpu"), torch.float32) is Rung.WHOLE
    painter = load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
    assert painter.placement.words_device == painter.placement.device
