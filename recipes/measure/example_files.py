"""Examples in files, so that some processes draw them while another trains on those that are there."""

from pathlib import Path

import numpy as np
from scenes import Example

from plitka.core.measure.classifier import Features

HELD = "held"
"""Begins the names of files of which no network learns anything: it is tried on them."""
HELD_EVERY = 16


def name_of(source: str, seed: int) -> str:
    """Of the examples of a layer; every sixteenth layer is held out."""
    return f"{HELD if seed % HELD_EVERY == 0 else 'seen'}-{source}-{seed}.npz"


def write_examples(examples: list[Example], file: Path) -> None:
    """Whole or not at all."""
    part = file.with_suffix(".part")
    arrays = {}
    for index, example in enumerate(examples):
        seen = example.features
        named = {"shared": seen.shared, "own": seen.own, "other": seen.other, "truth": example.truth}
        arrays |= {f"{index}.{name}": np.ascontiguousarray(values) for name, values in named.items()}
    with part.open("wb") as out:
        np.savez(out, **arrays)
    part.replace(file)


def read_examples(file: Path) -> list[Example]:
    """As they were written."""
    with np.load(file) as arrays:
        n = len({name.split(".")[0] for name in arrays.files})
        return [
            Example(
                Features(*(arrays[f"{index}.{name}"] for name in ("shared", "own", "other"))), arrays[f"{index}.truth"]
            )
            for index in range(n)
        ]
