"""What a run is told."""

from pathlib import Path
from typing import Any

import pytest

from plitka.core.dataset.training_pictures import PictureConfig
from plitka.errors import InputError, ManifestError
from plitka.model.train_config import JudgeConfig, TrainConfig, TrainRecipe, plain, read_recipe, to_toml

V4 = Path(__file__).parents[2] / "recipes/train/v4.toml"


class TestToml:
    """`read_recipe` and `to_toml`."""

    def test_a_written_recipe_is_read_back(self, tmp_path: Path) -> None:
        """Every choice of it."""
        recipe = TrainRecipe(
            pictures=PictureConfig(size_px=512, is_cropped=False),
            train=TrainConfig(steps=3, learning_rate=0.5, turns="flips", tokens=("<a>",), is_dora=True),
            judge=JudgeConfig(every=7, held_out=0.5),
        )
        (tmp_path / "a.toml").write_text(to_toml(recipe), encoding="utf-8")
        assert read_recipe(tmp_path / "a.toml") == recipe

    def test_what_is_not_said_is_as_usual(self, tmp_path: Path) -> None:
        """All of it in an empty file."""
        (tmp_path / "a.toml").write_text("", encoding="utf-8")
        assert read_recipe(tmp_path / "a.toml") == TrainRecipe()

    @pytest.mark.parametrize(
        ("text", "kind", "said"),
        [
            ("[train]\nstep = 3", ManifestError, "nearest known one is 'steps'|nearest known one is 'train.steps'"),
            ("[train]\nsteps = 2.5", ManifestError, "steps: expected a whole number"),
            ("[train]\nsteps = 0", InputError, "steps must be at least 1"),
            ("[pictures]\nsize_px = 100", InputError, "multiple of 64"),
            ("[", InputError, "cannot be read"),
        ],
    )
    def test_other_files_are_refused(self, tmp_path: Path, text: str, kind: type[Exception], said: str) -> None:
        """With the place."""
        (tmp_path / "a.toml").write_text(text, encoding="utf-8")
        with pytest.raises(kind, match=said):
            read_recipe(tmp_path / "a.toml")

    def test_v4s_run_is_there(self) -> None:
        """As docs tell of it."""
        told = plain(read_recipe(V4).train)
        expected: dict[str, Any] = {
            "steps": 2300,
            "batch": 4,
            "rank": 32,
            "learning_rate": 2e-4,
            "token_learning_rate": 1e-3,
            "token_share": 0.7,
            "snr_gamma": 5.0,
            "noise_offset": 0.02,
            "l1_penalty": 0.03,
            "turns": "flips",
            "seed": 1753717539,
        }
        assert {name: told[name] for name in expected} == expected


@pytest.mark.parametrize(
    "choice",
    [
        {"steps": 0},
        {"batch": 0},
        {"rank": 0},
        {"learning_rate": 0.0},
        {"token_share": 2},
        {"caption_dropout": -1},
        {"noise_offset": -0.1},
        {"optimizer": "sgd"},
        {"rate": "up"},
        {"turns": "some"},
        {"tokens": ()},
    ],
)
def test_what_makes_no_run_is_refused(choice: dict[str, Any]) -> None:
    """By its name."""
    with pytest.raises(InputError, match=next(iter(choice))):
        TrainConfig(**choice)
