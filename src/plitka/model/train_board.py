"""A run's figures for TensorBoard, where that is installed: losses at each step, judgements, and their sheets."""

from pathlib import Path
from typing import Any

import numpy as np

from plitka.core.files.photograph import read_picture
from plitka.model.train_judge import Judgement


class Board:
    """Where the figures go; nowhere without TensorBoard."""

    def __init__(self, folder: Path) -> None:
        """Open a folder of TensorBoard's files, which is made with the first figure."""
        self._folder = folder
        self._writer: Any = None
        self._is_there = True

    def step(self, n_done: int, loss: float) -> None:
        """The loss of a step."""
        if (writer := self._opened()) is not None:
            writer.add_scalar("loss", loss, n_done)

    def judged(self, judgement: Judgement, sheet: Path) -> None:
        """A checkpoint's figures, and its sheet if something was painted."""
        if (writer := self._opened()) is None:
            return
        for name, value in judgement.to_json().items():
            if name != "step":
                writer.add_scalar(f"judged/{name}", value, judgement.step)
        if sheet.is_file():
            writer.add_image("sheet", np.array(read_picture(sheet)), judgement.step, dataformats="HWC")
        writer.flush()

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()

    def _opened(self) -> Any:
        """TensorBoard's writer; None where it is not installed."""
        if self._writer is None and self._is_there:
            try:
                from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415
            except ImportError:
                self._is_there = False
                return None
            self._writer = SummaryWriter(self._folder)
        return self._writer
