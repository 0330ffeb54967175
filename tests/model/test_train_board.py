"""Figures for TensorBoard."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from plitka.model.train_board import Board
from plitka.model.train_judge import Judgement


def test_figures_are_written_where_tensorboard_is_installed(tmp_path: Path) -> None:
    """And nothing at all where it is not, without a word."""
    sheet, board = tmp_path / "sheet.png", Board(tmp_path / "board")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(sheet)
    board.step(1, 0.5)
    board.judged(Judgement(step=1, learnt_loss=0.5), sheet)
    board.judged(Judgement(step=2, learnt_loss=0.4), tmp_path / "none.png")
    board.close()
    assert (tmp_path / "board").exists() == (find_spec("tensorboard") is not None)
