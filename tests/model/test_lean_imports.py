"""What the libraries are without the parts that are left out, in processes of their own."""

import subprocess
import sys
import threading
from pathlib import Path

import torch

from plitka.model.lean_imports import real_numbers

LEAN = """
import sys
import numpy as np
from PIL import Image
from plitka.cli import main
from plitka.core.generation import Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size
from plitka.model.engine_config import EngineConfig
from plitka.model.loading import load_tuned_engine
if __name__ == "__main__":
    main()
    assert "diffusers.models.unets.unet_2d_blocks" in sys.modules
    unwanted = {"boto3", "peft", "scipy", "sympy", "torch._dynamo.convert_frame", "torch.distributed.tensor"}
    left_out = {*unwanted, "diffusers.models.unets.unet_1d"} & set(sys.modules)
    assert not left_out, left_out
    engine = load_tuned_engine("mini", EngineConfig(device="cpu"), is_own_process=False)
    scene = Scene.of(parse_recipe("60% red, 40% black").recipe, Size(width_px=128, height_px=128))
    pixels = generate_one(engine, engine.complete(Request(scene=scene, seed=3))).pixels
    engine.close()
    assert np.array_equal(np.asarray(Image.open(sys.argv[-1])), pixels)
    sys.stdout.write("same")
"""

COMPLETE = """
import importlib.metadata, sys
import torch
before = importlib.metadata.packages_distributions
from plitka.model.lean_imports import lean_imports
from plitka.model.pipeline import import_libraries
with lean_imports():
    import_libraries()
assert importlib.metadata.packages_distributions is before
assert "torch._dynamo.convert_frame" not in sys.modules
assert torch.distributed.is_available()
import diffusers, peft, transformers
assert transformers.models.bert.BertModel is transformers.BertModel
from diffusers.models.unets import UNet1DModel
assert diffusers.FluxTransformer2DModel.__name__ == "FluxTransformer2DModel"
compiled = torch.compile(torch.nn.Linear(2, 2), backend="eager")
assert compiled(torch.ones(1, 2)).shape == (1, 2)
assert "torch._dynamo.convert_frame" in sys.modules
sys.stdout.write("complete")
"""

FRAGILE = """
import sys

class Fragile:
    # Part of a library that cannot be imported while packages are left out that are installed.
    def find_spec(self, name, path=None, target=None):
        if name == "transformers.models.clip.modeling_clip" and "peft" in sys.modules and sys.modules["peft"] is None:
            raise ImportError("it needs peft")

sys.meta_path.insert(0, Fragile())
from plitka.model.lean_imports import lean_imports
from plitka.model.pipeline import import_libraries
with lean_imports():
    import_libraries()
    assert "peft" not in sys.modules or sys.modules["peft"] is not None
from transformers import CLIPTextModelWithProjection
sys.stdout.write(CLIPTextModelWithProjection.__name__)
"""


def run(script: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """A script in a process of its own."""
    return subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)


def test_the_command_line_leaves_out_what_it_does_not_run(tmp_path: Path) -> None:
    """Neither packages that the libraries merely find, nor their compiler and other networks.

    The picture is the same to the byte with all of them, in the same process.
    """
    words = ["generate", "60% red, 40% black", "--size", "128", "--seed", "3", "--device", "cpu"]
    done = run(LEAN, *words, "-o", str(tmp_path / "x.png"))
    assert done.stdout.endswith("same"), done.stderr


def test_what_was_left_out_comes_when_it_is_asked_for() -> None:
    """Other networks, packages that the libraries did not find, and the compiler."""
    done = run(COMPLETE)
    assert done.stdout == "complete", done.stderr


def test_what_cannot_be_imported_so_is_imported_plainly() -> None:
    """Versions of the libraries differ in what they need of each other."""
    done = run(FRAGILE)
    assert "lean_imports_failed" in done.stdout, done.stderr
    assert done.stdout.endswith("CLIPTextModelWithProjection"), done.stderr


def test_two_that_build_at_once_leave_torch_as_it_was() -> None:
    """Each waits for the other; ranges and draws are torch's own afterwards."""
    own = torch.arange, torch.nn.init.normal_
    inside, entered = threading.Event(), []

    def build() -> None:
        with real_numbers():
            entered.append(torch.arange is not own[0])
            inside.set()

    with real_numbers():
        other = threading.Thread(target=build)
        other.start()
        assert not inside.wait(0.2)
    other.join()
    assert entered == [True]
    assert (torch.arange, torch.nn.init.normal_) == own
