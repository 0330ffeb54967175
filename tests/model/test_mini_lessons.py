"""What the guided step of the mini model is held to."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

ROOT = Path(__file__).parents[2]
SIDE_PX = 256


@pytest.fixture(scope="module")
def mini() -> Iterator[dict[str, ModuleType]]:
    """The recipe's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("mini", "look"):
            patch.syspath_prepend(str(ROOT / "recipes" / folder))
        yield {name: importlib.import_module(name) for name in ("critic", "textures", "train_unet", "laying")}


def pictures(n: int = 2) -> torch.Tensor:
    """(n, 3, H, W) dim noise in -1..1."""
    return 0.2 * torch.randn(n, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(1)) - 0.3


def test_both_judges_of_the_critic_count_alike(mini: dict[str, ModuleType]) -> None:
    """The coarse one sees a quarter as many places."""
    critic = mini["critic"].Critic()
    with torch.no_grad():
        seen = critic.features(torch.cat([pictures(), pictures()], 1))
    fine, coarse = (of_judge[-1].flatten(1) for of_judge in seen)
    judged = mini["critic"].judgements(seen)
    assert judged.shape == (2, 2 * fine.shape[1])
    assert torch.allclose(judged.mean(1), (fine.mean(1) + coarse.mean(1)) / 2, atol=1e-5)
    assert float(mini["critic"].alikeness(seen, seen)) == 0


def test_a_steep_critic_is_unsteady(mini: dict[str, ModuleType]) -> None:
    """Three times the slope is nine times as unsteady, and one that says the same of all is not."""
    both = torch.cat([pictures(), pictures()], 1)
    found = []
    for slope in (0.0, 1.0, 3.0):
        torch.manual_seed(2)

        def critic(seen: torch.Tensor, slope: float = slope) -> torch.Tensor:
            return slope * seen[:, 0]

        found.append(float(mini["critic"].unsteadiness(critic, both, critic(both))))
    assert found[0] == 0
    assert found[2] == pytest.approx(9 * found[1], rel=1e-4)


@pytest.mark.parametrize("figure", ["tails", "grain", "spectrum"])
def test_figures_see_what_pixels_apart_do_not(mini: dict[str, ModuleType], figure: str) -> None:
    """Two percent of glints, each other hue, change each of them; where these lie does not."""
    textures = mini["textures"]
    device = torch.device("cpu")
    law = {"tails": textures.Tails(device), "grain": textures.Grain(), "spectrum": textures.Spectrum(device)}[figure]
    plain, glinting = pictures(), pictures()
    lit = torch.rand(2, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(3)) < 0.02
    glinting[lit] = 1.0
    apart, moved = (float(law.distance(glinting, other)) for other in (plain, glinting.roll((32, 32), (2, 3))))
    assert apart > 0.05
    assert moved < 0.1 * apart
    assert float(law.distance(plain, plain)) == 0


def test_torn_chips_are_bent_each_in_its_own_way(mini: dict[str, ModuleType]) -> None:
    """Within a chip heights change smoothly, from one to the next they jump; the mean height stays."""
    laying = mini["laying"]
    ids = (torch.arange(128)[:, None] // 32 * 4 + torch.arange(128) // 32).expand(2, -1, -1)
    bends = laying.torn(ids, torch.zeros(2, 128, 128), torch.Generator().manual_seed(1))
    steps, same = bends.diff(dim=2).abs(), ids[..., 1:] == ids[..., :-1]
    assert float(bends.std()) == pytest.approx(laying.TORN_DEPTH, rel=0.4)  # 32 chips of some bends each
    assert float(steps[same].mean()) < 0.2 * float(steps[~same].mean())
