"""A run's figures, losses at each step and judgements with their sheets, for those who look at them elsewhere.

They go to TensorBoard where it is installed, and to Weights & Biases where the environment names a project of theirs:
nothing leaves the machine unasked.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from plitka.core.files.photograph import read_picture
from plitka.errors import InputError
from plitka.model.train_judge import Judgement

PROJECT = "WANDB_PROJECT"
"""The variable by which Weights & Biases is asked for."""


class Board:
    """Where the figures go."""

    def __init__(self, folder: Path, run: Mapping[str, Any]) -> None:
        """Look where they are to go; a folder of files is made with the first figure.

        Args:
            folder: of TensorBoard's files, and those of Weights & Biases.
            run: what the run was told, by name.

        Raises:
            InputError: Weights & Biases is asked for and is not installed.
        """
        self._folder, self._run = folder, run
        if self._project and find_spec("wandb") is None:
            raise InputError(
                "{variable} asks for Weights & Biases, which is not installed: pip install wandb, or unset {variable}",
                variable=PROJECT,
            )
        self._has_tensorboard = find_spec("tensorboard") is not None
        self._files: Any = None
        self._site: Any = None

    def step(self, n_done: int, loss: float) -> None:
        """The loss of a step."""
        self._open()
        if self._files is not None:
            self._files.add_scalar("loss", loss, n_done)
        if self._site is not None:
            self._site.log({"loss": loss}, step=n_done)

    def judged(self, judgement: Judgement, sheet: Path) -> None:
        """A checkpoint's figures, and its sheet if something was painted."""
        self._open()
        told = {f"judged/{name}": value for name, value in judgement.to_json().items() if name != "step"}
        pixels = np.array(read_picture(sheet)) if sheet.is_file() else None
        if self._files is not None:
            for name, value in told.items():
                self._files.add_scalar(name, value, judgement.step)
            if pixels is not None:
                self._files.add_image("sheet", pixels, judgement.step, dataformats="HWC")
            self._files.flush()
        if self._site is not None:
            picture = {} if pixels is None else {"sheet": import_module("wandb").Image(pixels)}
            self._site.log(told | picture, step=judgement.step)

    def close(self) -> None:
        """End what was begun."""
        if self._files is not None:
            self._files.close()
        if self._site is not None:
            self._site.finish()

    @property
    def _project(self) -> str:
        return os.environ.get(PROJECT, "")

    def _open(self) -> None:
        """Begin what has not begun."""
        if self._has_tensorboard and self._files is None:
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415

            self._files = SummaryWriter(self._folder)
        if self._project and self._site is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._site = import_module("wandb").init(
                project=self._project, dir=str(self._folder), config=dict(self._run)
            )
