"""What a decoder's shuffled pixels have in common is taken off, and nothing else."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from plitka.model.lattice import has_shuffled_pixels, without_lattice

ROOT = Path(__file__).parents[2]
PLACE_PX = 4


def grain(side_px: int = 512) -> torch.Tensor:
    """(3, H, W) in about -1..1."""
    return 0.3 * torch.randn(3, side_px, side_px, generator=torch.Generator().manual_seed(1))


def lattice_of(picture: torch.Tensor) -> torch.Tensor:
    """(3, 4, 4) means of the pixels of a place."""
    places = picture.unfold(1, PLACE_PX, PLACE_PX).unfold(2, PLACE_PX, PLACE_PX).mean((1, 2))
    return places - places.mean((1, 2), keepdim=True)


def test_a_lattice_goes_also_where_it_differs() -> None:
    """One that is twice as strong on the right as on the left is found on both sides."""
    pattern = 0.02 * torch.randn(3, PLACE_PX, PLACE_PX, generator=torch.Generator().manual_seed(2))
    marked = grain() + pattern.repeat(1, 128, 128) * torch.linspace(1, 2, 512)
    after = without_lattice(marked, PLACE_PX)
    for half in (slice(256), slice(256, None)):
        assert float(lattice_of(after[..., half]).abs().max()) < 0.15 * float(lattice_of(marked[..., half]).abs().max())


def test_a_picture_without_one_hardly_changes() -> None:
    """By less than a twelfth of its own grain, mostly; most at corners, where the squares are small."""
    plain = grain()
    changed = without_lattice(plain, PLACE_PX) - plain
    assert float(changed.std()) < 0.08 * float(plain.std())
    assert float(changed.abs().max()) < 0.5 * float(plain.std())


def test_even_parts_and_means_stay() -> None:
    """Colours of places are what they were, exactly, and so are shares."""
    marked = grain(256) + torch.linspace(-0.5, 0.5, 256)
    after = without_lattice(marked, PLACE_PX)
    before, now = (torch.nn.functional.avg_pool2d(one, PLACE_PX) for one in (marked, after))
    assert torch.allclose(before, now, atol=1e-5)


def test_the_judge_takes_it_off_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that are stored with their lattice can be judged as if they had none, but for what bytes round."""
    monkeypatch.syspath_prepend(str(ROOT / "recipes/look"))
    judge = importlib.import_module("judge")
    pattern = 0.02 * torch.randn(3, PLACE_PX, PLACE_PX, generator=torch.Generator().manual_seed(2))
    marked = 0.5 + 0.4 * grain() + pattern.repeat(1, 128, 128)
    after = judge.smoothed((255 * marked).clamp(0, 255).round().byte().permute(1, 2, 0).numpy(), PLACE_PX)
    left = lattice_of(torch.from_numpy(after).permute(2, 0, 1) / 255)
    assert float(left.abs().max()) < 0.15 * float(lattice_of(marked).abs().max())


def test_a_small_picture_stays() -> None:
    """A preview is a few granules wide, and what they have in common is chance."""
    small = grain(128)
    assert without_lattice(small, PLACE_PX) is small


@pytest.mark.parametrize(("kind", "shuffled"), [("pixel_shuffle", True), ("interpolate", False), (None, False)])
def test_only_shuffled_pixels_need_it(kind: str | None, *, shuffled: bool) -> None:
    """SDXL's own autoencoder interpolates, and its pictures are left alone."""
    config = SimpleNamespace(**({"upsample_block_type": kind} if kind else {}))
    assert has_shuffled_pixels(SimpleNamespace(config=config)) is shuffled
