"""Mutations of a small base, LoRA and embeddings: of their headers, configurations and vocabularies, by a seed."""

import json
import os
import random
import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

import plitka
from plitka.core.painter import Canvas
from plitka.core.watch import Unwatched
from plitka.errors import BundleError, PlitkaError
from plitka.model.bundle import Bundle
from plitka.model.bundle_builder import BundleParts, add_bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig

NASTY: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    3,
    2**31,
    2**63,
    1e308,
    float("nan"),
    float("inf"),
    0.5,
    "",
    "x",
    "../outside.safetensors",
    "../../outside.safetensors",
    "../../outside.json",
    "/etc/hostname",
    "fp8",
    "\ud800",
    [],
    {},
    [0],
    [None],
    {"a": 1},
    ["AutoencoderKL"],
    "v_prediction",
    "EDMDPMSolverMultistepScheduler",
    "F8_E4M3",
    "I64",
)
"""What a value may become."""
_CANVAS = Canvas(prompt="red", negative_prompt="", seed=1, width_px=64, height_px=64, steps=1, guidance=1.0)


@dataclass
class Tally:
    """What came of many mutations."""

    n_refused: int = 0
    n_written: int = 0
    n_loaded: int = 0
    faults: list[str] = field(default_factory=list)
    """Tracebacks, files left behind, bundles that do not load, and files that were opened elsewhere."""


@dataclass(frozen=True)
class Workplace:
    """Where files lie that are mutated one at a time and put back."""

    folder: Path
    parts: tuple[BundleParts, ...]
    """A base in a folder and one in a file, both with a LoRA and embeddings."""

    @property
    def home(self) -> Path:
        """Where bundles are written."""
        return Path(os.environ["PLITKA_HOME"])

    def targets(self) -> list[Path]:
        """The files that can be mutated."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return [path for path in found if path.suffix in (".json", ".safetensors", ".txt")]


def run(place: Workplace, n: int, seed: int, loaded_every: int) -> Tally:
    """Mutate one file, add, put it back; so often.

    Args:
        place: the files.
        n: how often.
        seed: of what is changed.
        loaded_every: one in so many of the bundles that are written is loaded and painted with, which takes longest.
    """
    rng = random.Random(seed)  # noqa: S311  (nothing secret)
    tally, targets = Tally(), place.targets()
    for number in range(n):
        target = rng.choice(targets)
        original = target.read_bytes()
        target.write_bytes(mutated(rng, target, original))
        try:
            with watched_opens(place) as elsewhere:
                what = f"seed {seed}, mutation {number} of {target.relative_to(place.folder)}"
                bundle = _add(place, rng, tally, what)
                if bundle is not None and tally.n_written % loaded_every == 0:
                    tally.n_loaded += 1
                    _load(bundle, tally, what)
            tally.faults += [f"{what}: opened {path}" for path in sorted(elsewhere)]
        finally:
            target.write_bytes(original)
            shutil.rmtree(place.home, ignore_errors=True)
    return tally


def _add(place: Workplace, rng: random.Random, tally: Tally, what: str) -> Bundle | None:
    """Add a bundle; None if it was refused."""
    try:
        bundle = add_bundle(replace(rng.choice(place.parts), name="mine"))
    except PlitkaError as error:
        tally.n_refused += 1
        str(error)
        if place.home.exists() and any(path.is_file() for path in place.home.rglob("*")):
            tally.faults.append(f"{what}: left behind")
        return None
    except Exception as error:  # any traceback is a finding
        tally.faults.append(f"{what}: {type(error).__name__}: {error}")
        return None
    tally.n_written += 1
    return bundle


def _load(bundle: Bundle, tally: Tally, what: str) -> None:
    """Load and paint; a picture of NaN is an answer, a base that is refused only now is a fault."""
    try:
        painter = load_painter(bundle, EngineConfig(device="cpu", dtype="float32"))
        painter.paint([_CANVAS], Unwatched())
    except BundleError as error:
        tally.faults.append(f"{what}: written, and refused at load: {error}")
    except PlitkaError:
        return
    except Exception as error:
        tally.faults.append(f"{what}: at load: {type(error).__name__}: {error}")


def mutated(rng: random.Random, path: Path, original: bytes) -> bytes:
    """Other bytes: mostly of sound JSON with other values, sometimes of broken bytes."""
    if rng.random() < 0.15:
        return _broken(rng, original)
    if path.suffix == ".safetensors":
        n_header = struct.unpack("<Q", original[:8])[0]
        header = _other_json(rng, original[8 : 8 + n_header])
        n_stated = len(header) if rng.random() < 0.97 else rng.choice([0, 1, 2**63, len(original) * 2])
        return struct.pack("<Q", n_stated) + header + original[8 + n_header :]
    return _other_json(rng, original) if path.suffix == ".json" else _broken(rng, original)


def _broken(rng: random.Random, original: bytes) -> bytes:
    changes: list[Callable[[], bytes]] = [
        lambda: original[: rng.randrange(len(original) + 1)],
        lambda: b"",
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        lambda: original[:9] + rng.randbytes(3) + original[12:],
        lambda: b"PK\x03\x04" + original,
        lambda: b"[" * 100_000,
    ]
    return rng.choice(changes)()


def _other_json(rng: random.Random, text: bytes) -> bytes:
    """One to three places of a document changed; of a large vocabulary only the outer levels."""
    document = json.loads(text)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        _change(rng, document)
    return json.dumps(document).encode("utf-8")


def _change(rng: random.Random, document: Any) -> None:  # noqa: ANN401
    """Another value, a key less, a key more, or a key of another name, somewhere."""
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = rng.choice(keys)
        if not isinstance(here[key], dict | list) or rng.random() < 0.2:
            break
        here = here[key]
    kind = rng.randrange(4)
    if kind == 0 and isinstance(here, dict):
        del here[key]
    elif kind == 1 and isinstance(here, dict):
        here[f"{key}x"] = here.pop(key)
    elif kind == 2 and isinstance(here, dict):
        here[rng.choice(["v_pred", "ztsnr", "edm_mean", "trained_betas", "rescale_betas_zero_snr", "__metadata__"])] = (
            deepcopy(rng.choice(NASTY))
        )
    else:
        here[key] = deepcopy(rng.choice(NASTY))


_watching: list[tuple[tuple[Path, ...], set[str]]] = []


def _audit(event: str, values: tuple[Any, ...]) -> None:
    """Note files that are opened outside of the folders that are allowed."""
    if event != "open" or not _watching or not isinstance(values[0], str | bytes):
        return
    allowed, elsewhere = _watching[-1]
    path = Path(os.path.realpath(os.fsdecode(values[0])))
    if not any(path.is_relative_to(folder) for folder in allowed):
        elsewhere.add(str(path))


sys.addaudithook(_audit)  # cannot be taken away; it does nothing outside of `watched_opens`


@contextmanager
def watched_opens(place: Workplace) -> Iterator[set[str]]:
    """Paths of files that are opened meanwhile and are neither the user's, nor the bundle's, nor code.

    Python's own opens: the libraries of Rust open what they are told of by name, mostly after Python did.
    """
    elsewhere: set[str] = set()
    code: list[Any] = [
        sys.prefix,
        sys.base_prefix,
        Path(plitka.__file__).parent,
        Path(torch.__file__).parent,
        "/proc",
        "/sys",
        "/dev",
    ]
    _watching.append((tuple(Path(path).resolve() for path in (place.folder, place.home, *code)), elsewhere))
    try:
        yield elsewhere
    finally:
        _watching.pop()
