"""Guidance that ends before the last step."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from tests.core.painter_laws import canvas

from plitka.core.painter import Painted
from plitka.core.watch import Unwatched
from plitka.model.bundle import Bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.late_guidance import guided_early
from plitka.model.sampler import Denoise
from plitka.model.unet import Conditions, Words

WORDS = Words(torch.zeros(1, 2, 3), torch.zeros(1, 2, 3), torch.zeros(1, 4), torch.zeros(1, 4))


def conditions(n_steps: int, guidance: float = 5.0) -> Conditions:
    """Of a run of so many steps."""
    return Conditions(words=WORDS, size_px=(64, 64), guidance=guidance, timesteps=torch.arange(n_steps))


@pytest.mark.parametrize(("n_steps", "n_guided"), [(1, 1), (2, 1), (5, 3), (20, 10)])
def test_the_first_half_is_guided(n_steps: int, n_guided: int) -> None:
    """The larger one where there are two; each part is told its own timesteps, in order."""
    told: list[Conditions] = []

    def network(asked: Conditions) -> Denoise:
        told.append(asked)
        return lambda latents, _: latents * asked.guidance

    denoise = guided_early(network, conditions(n_steps))
    answers = [float(denoise(torch.ones(()), torch.tensor(step))) for step in range(n_steps)]
    assert answers == [5.0] * n_guided + [1.0] * (n_steps - n_guided)
    timesteps = torch.cat([one.timesteps for one in told if one.timesteps is not None])
    assert timesteps.tolist() == list(range(n_steps))


def test_without_guidance_nothing_changes() -> None:
    """The network is asked once for all steps."""
    told: list[Conditions] = []
    plain = conditions(4, guidance=1.0)
    guided_early(lambda asked: told.append(asked) or (lambda latents, _: latents), plain)  # type: ignore[func-returns-value]
    assert told == [plain]


@pytest.fixture(scope="module")
def paint(tiny_bundle: Bundle) -> Callable[..., np.ndarray]:
    """Pictures of the plain and of the fast network."""
    painters = {
        network: load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", network=network))
        for network in ("eager", "fast")
    }

    def paint(network: str, **choices: object) -> np.ndarray:
        (painted,) = painters[network].paint([canvas(1, **choices)], Unwatched())
        assert isinstance(painted, Painted)
        return painted.pixels.astype(int)

    return paint


def test_a_picture_differs_and_both_networks_agree(paint: Callable[..., np.ndarray]) -> None:
    """From the exact one, but where there is no guidance."""
    plain, quick = (paint(network, is_exact=False, guidance=5.0) for network in ("eager", "fast"))
    assert np.abs(plain - quick).max() <= 1
    assert (plain != paint("eager", guidance=5.0)).any()
    assert (paint("eager", is_exact=False, guidance=1.0) == paint("eager", guidance=1.0)).all()
