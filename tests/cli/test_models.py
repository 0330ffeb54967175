"""`plitka model`, over the bundle that travels with plitka."""

import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run, RunJson

import plitka

MINI = Path(plitka.__file__).with_name("mini")


def test_the_shipped_model_is_listed(run_json: RunJson) -> None:
    """By its name, with its folder."""
    assert Path(run_json("model", "list")["models"]["mini"]) == MINI


def test_info_says_what_a_model_is_made_of(run_json: RunJson, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """As one object, or as rows in words."""
    found = run_json("model", "info")
    assert found["name"] == "mini"
    assert {"digest", "licence", "folder", "base", "lora", "embeddings", "prompt", "defaults"} <= set(found)
    assert run("model", "info", "mini") == 0
    assert "usual steps" in capsys.readouterr().out


def test_a_whole_model_is_verified(run_json: RunJson) -> None:
    """Every file has its hash."""
    found = run_json("model", "verify")
    assert found["model"].startswith("mini@")
    assert found["n_files"] > 1


def test_a_changed_file_is_found(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 4, with the file's name."""
    shutil.copytree(MINI, tmp_path / "own")
    damaged = next((tmp_path / "own").rglob("*.json"))
    damaged.write_bytes(damaged.read_bytes() + b" ")
    assert run("model", "verify", "own") == 4
    assert damaged.name in capsys.readouterr().err


@pytest.mark.parametrize("words", [("info", "ghost"), ("verify", "ghost")])
def test_a_missing_model_is_a_file_problem(run: Run, words: tuple[str, ...]) -> None:
    """Exit 4."""
    assert run("model", *words) == 4


def test_info_says_what_the_network_predicts(run_json: RunJson) -> None:
    """On which noise, and where that was read."""
    noise = run_json("model", "info")["noise"]
    assert (noise["predicts"], noise["kind"], noise["spacing"]) == ("v_prediction", "betas", "karras")
    assert noise["read_from"] == ["scheduler/scheduler_config.json"]


def test_a_model_whose_base_is_damaged_is_told_without_its_noise(run_json: RunJson, tmp_path: Path) -> None:
    """What the manifest says is told all the same."""
    shutil.copytree(MINI, tmp_path / "own")
    (tmp_path / "own" / "base" / "unet" / "config.json").write_text("[", encoding="utf-8")
    found = run_json("model", "info", str(tmp_path / "own"))
    assert found["noise"] is None
    assert found["base"]["path"] == "base"


def test_an_autoencoder_and_a_variant_can_be_named(run_json: RunJson, run: Run, tmp_path: Path) -> None:
    """mini's own parts as somebody's files; a file that is none is refused with its name."""
    base = shutil.copytree(MINI / "base", tmp_path / "base")
    choices = ("--name", "own", "--base", str(base))
    assert run("model", "add", *choices, "--variant", "bf16") == 4
    added = run_json("model", "add", *choices, "--variant", "fp16")
    assert added["base"] == {"path": "base", "variant": "fp16"}
    assert added["vae"] is None
    vae = base / "vae" / "diffusion_pytorch_model.fp16.safetensors"
    second = run_json("model", "add", "--name", "other", "--base", str(base), "--vae", str(vae))
    assert second["vae"] == {"file": "other_vae.safetensors"}
    lora = MINI / "mini_sdxl_lora.safetensors"
    assert run("model", "add", "--name", "third", "--base", str(base), "--vae", str(lora)) == 4


def test_every_row_of_the_shipped_model_is_in_words(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """None is a place in the JSON."""
    assert run("model", "info") == 0
    names = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert not [name for name in names if "." in name]
