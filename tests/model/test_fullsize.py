import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from plitka.model.provenance import trace_lora

ROOT = Path(__file__).parents[2]
MAKE, LOAD = ROOT / "recipes/fullsize/make_v4_files.py", ROOT / "benchmarks/fullsize_load.py"
LORA, EMBEDDINGS = "rubber-tile-lora-v4_sdxl_lora.safetensors", "rubber-tile-lora-v4_sdxl_embeddings.safetensors"


def run(*words: object) -> None:
    """One of our scripts in a process of its own."""
    subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True, text=True)


def test_the_scripts_of_the_full_size_run_do_at_toy_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes the files and what loads them work together, a picture included."""
    # In this process, which has the libraries already; the other one measures its own.
    monkeypatch.setattr(sys, "argv", [str(MAKE), str(tmp_path / "v4"), "--base", "--toy"])
    runpy.run_path(str(MAKE), run_name="__main__")
    run(LOAD, tmp_path / "v4", "--device", "cpu", "--json", tmp_path / "figures.json")
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["picture"] == "64x64"
    assert figures["first_picture_after_start_s"] > figures["ready_after_start_s"] > figures["load_s"]
    # The first picture paints a swatch as well: the stages of both add up to nearly all of its time.
    assert 0 <= figures["first_picture_outside_stages_s"] < figures["first_picture_denoise_s"]
    assert figures["load_s"] > figures["load_fuse_lora_s"] > 0
    assert figures["peak_ram_gib"] >= figures["load_peak_ram_gib"] > 0


@pytest.mark.slow
def test_the_full_size_files_have_v4s_very_bytes(tmp_path: Path) -> None:
    """577 modules of rank 32 in bfloat16, and two tokens of which clip_g's come first."""
    run(MAKE, tmp_path)
    assert (tmp_path / LORA).stat().st_size == 101_961_928
    assert (tmp_path / EMBEDDINGS).stat().st_size == 8_344
    assert (tmp_path / EMBEDDINGS).read_bytes()[8:].startswith(b'{"clip_g":{"dtype":"BF16","shape":[2,1280]')
    traced = trace_lora(tmp_path / LORA)
    assert (traced.n_modules, traced.ranks, traced.dtypes) == (577, (32,), ("BF16",))
    assert traced.targets == {"conv2": 17, "to_k": 140, "to_out": 140, "to_q": 140, "to_v": 140}
