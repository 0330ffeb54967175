"""`plitka train`, on the shipped model with pictures of a few pixels."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run, Screen

from plitka.cli import main
from plitka.core.dataset.training_pictures import PictureConfig
from plitka.model.bundle import load_bundle
from plitka.model.train_config import TrainConfig

CONFIG = """
[pictures]
is_cropped = false
[train]
turns = "none"
[judge]
held_out = 0.0
n_pictures = 0
n_times = 1
"""


class Impatient(Screen):
    """Somebody who presses Ctrl-C once a loss is told."""

    def write(self, text: str) -> int:
        """Show it, and see."""
        if "loss" in text and "loss" not in self.getvalue():
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.fixture
def pictures(run: Run) -> Path:
    """Two, and how they are to be learnt, in the command's folder."""
    del run  # which has gone to that folder
    Path("set").mkdir()
    rng = np.random.default_rng(0)
    for name in ("red", "blue"):
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(f"set/{name}.png")
        Path(f"set/{name}.txt").write_text(f"100% {name}", encoding="utf-8")
    Path("config.toml").write_text(CONFIG, encoding="utf-8")
    return Path("set")


@pytest.mark.usefixtures("pictures")
class TestTrain:
    """`plitka train`."""

    WORDS = ("train", "set", "--config", "config.toml", "--size", "64", "--device", "cpu", "-o", "own")

    def test_a_model_comes_out(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        """Options win over the file; its judgements are told, and it is not written over."""
        assert run(*self.WORDS, "--steps", "2", "--rank", "3", "--batch", "1", "--json") == 0
        read = capsys.readouterr()
        told, lines = json.loads(read.out), read.err
        assert [line in lines for line in ("loading the model\n", "preparing pictures 1/2\n", "step 1 of 2")] == [
            True
        ] * 3
        assert lines.index("all steps are done") < lines.index("judging: losses 1/2") < lines.index("writing the model")
        bundle = load_bundle(Path("own"))
        assert told["model"] == bundle.label
        assert [judgement["step"] for judgement in told["judgements"]] == [2]
        written = Path("own/train.toml").read_text(encoding="utf-8")
        for line in ("steps = 2", "rank = 3", "alpha = 3", "batch = 1", "size_px = 64", 'turns = "none"'):
            assert line in written
        assert run(*self.WORDS) == 2
        assert "own holds a run already; go on with it by --resume" in capsys.readouterr().err
        assert run(*self.WORDS, "--resume") == 0
        assert f"own: the model {bundle.label}" in capsys.readouterr().out
        assert run(*self.WORDS, "--resume", "--rank", "3") == 0
        assert "rank" not in capsys.readouterr().err
        assert run(*self.WORDS, "--resume", "--seed", "5") == 0
        assert "the run goes on with what it was begun with: train.seed = 0" in capsys.readouterr().err

    def test_ctrl_c_saves_and_says_how_to_go_on(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The line tells how far it is, the loss, the memory and the time left."""
        screen = Impatient()
        monkeypatch.setattr("sys.stderr", screen)
        assert main([*self.WORDS, "--steps", "300"]) == 130
        assert ", which is saved; the same command with --resume goes on" in screen.getvalue()
        assert "preparing" in screen.getvalue()
        assert " left, loss " in screen.getvalue()
        assert " MiB" in screen.getvalue()
        assert Path("own/training/state.pt").is_file()
        assert not Path("own/bundle.toml").exists()
        assert capsys.readouterr().out == ""

    @pytest.mark.slow
    def test_two_processes_learn_what_one_does(self, run: Run) -> None:
        """Each a half of every batch; one of them writes and tells."""
        import torch
        from safetensors.torch import load_file

        words = [*self.WORDS[:-1], "together", "--steps", "3", "--batch", "2", "--rank", "2"]
        # Which is what accelerate runs where there are several GPUs; on a processor it starts one process alone.
        launcher = [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc_per_node",
            "2",
            "-m",
            "plitka",
        ]
        done = subprocess.run([*launcher, *words], check=True, capture_output=True, text=True)
        assert done.stdout.count("the model together@") == 1
        assert run(*self.WORDS, "--steps", "3", "--batch", "2", "--rank", "2") == 0
        ours, alone = (load_file(f"{name}/{name}_sdxl_lora.safetensors") for name in ("together", "own"))
        for key, tensor in alone.items():
            torch.testing.assert_close(ours[key], tensor, atol=1e-4, rtol=1e-2)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("-o", "set"), "set lies among the pictures"),
            (("-o", "set/own"), "name a folder outside of set"),
            (("--learning-rate", "0"), "learning_rate must be above 0"),
            (("--resume",), "own holds no run to go on with; leave --resume out"),
            (("--steps", "0"), "steps must be at least 1"),
            (("--size", "100"), "multiple of 64"),
            (("--name", "a/b"), "letters, digits"),
            (("--suite", "none.txt"), "none.txt cannot be read"),
        ],
    )
    def test_what_makes_no_run_is_refused(
        self, run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
    ) -> None:
        """Before anything is loaded."""
        assert run(*self.WORDS, *words) == 2
        assert said in capsys.readouterr().err
        assert not list(Path().glob("**/training"))


def test_help_says_what_a_run_does(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every option that stands for a choice of the file."""
    config = TrainConfig()
    assert run("train", "--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    for text, usual in (
        ("how long it learns", config.steps),
        ("pictures a step", config.batch),
        ("its alpha is the same", config.rank),
        ("of the LoRA", config.learning_rate),
        ("side of the pictures that are learnt", PictureConfig().size_px),
        ("another seed draws otherwise", config.seed),
    ):
        assert f"{text} (default: {usual:g})" in told
