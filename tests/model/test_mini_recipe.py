"""Laws that the training of the mini model relies on."""

import importlib
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]


def test_the_noise_that_deals_colours_is_white(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text mode begins from plain noise, so what it is taught on has to be alike; and chips follow it all the same."""
    for folder in ("mini", "look"):
        monkeypatch.syspath_prepend(str(ROOT / "recipes" / folder))
    config, prompts, scenes, stage, train_unet = (
        importlib.import_module(name) for name in ("config", "prompts", "scenes", "stage", "train_unet")
    )
    torch.manual_seed(0)
    toy = stage.Stage(tmp_path, config.TOY, torch.device("cpu"), seconds=1, begin=0, end=1)
    colours = prompts.training_colours()
    codes = [colour.code for colour in colours]
    white_then_black = prompts.Sample((codes.index("WHITE"), codes.index("BLACK")), (0.6, 0.4), "60% white, 40% black")
    painted = scenes.Scenes.build(toy, colours, style=False).paint([white_then_black] * 64, flat_share=0.0)
    noise = train_unet.noise_with(painted.deal, 16)

    power = torch.fft.fft2(noise).abs().square().mean((0, 1)) / noise[0, 0].numel()
    assert abs(float(power.mean()) - 1) < 0.02
    assert float((power - 1).abs().max()) < 0.25  # 1024 draws each: eight deviations
    assert float((torch.corrcoef(noise.transpose(0, 1).flatten(1)) - torch.eye(16)).abs().max()) < 0.03
    seen = 3 * torch.nn.functional.avg_pool2d(painted.deal, 3, 1, 1)[:, 0]  # normal with deviation 1 again
    bright = torch.nn.functional.avg_pool2d(painted.flat.mean(1), config.TOY.downscale)
    threshold = 0.2533  # the normal deviate of 60 %
    assert bright[seen < threshold - 1].mean() > bright[seen > threshold + 1].mean() + 0.5
