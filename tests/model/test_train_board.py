"""Figures for TensorBoard and for Weights & Biases."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from plitka.errors import InputError
from plitka.model.train_board import PROJECT, Board
from plitka.model.train_judge import Judgement


def test_figures_are_written_where_tensorboard_is_installed(tmp_path: Path) -> None:
    """And nothing at all where it is not, without a word."""
    sheet, board = tmp_path / "sheet.png", Board(tmp_path / "board", {})
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(sheet)
    board.step(1, 0.5)
    board.judged(Judgement(step=1, learnt_loss=0.5), sheet)
    board.judged(Judgement(step=2, learnt_loss=0.4), tmp_path / "none.png")
    board.close()
    assert (tmp_path / "board").exists() == (find_spec("tensorboard") is not None)


def test_weights_and_biases_is_asked_for_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline here; where it is not installed the run does not begin, and the error says what to install."""
    monkeypatch.setenv(PROJECT, "plitka")
    monkeypatch.setenv("WANDB_MODE", "offline")
    if find_spec("wandb") is None:
        with pytest.raises(InputError, match="pip install wandb, or unset WANDB_PROJECT"):
            Board(tmp_path / "board", {})
        return
    board = Board(tmp_path / "board", {"steps": 2})
    board.step(1, 0.5)
    board.judged(Judgement(step=1, learnt_loss=0.5), tmp_path / "none.png")
    board.close()
    assert list((tmp_path / "board").glob("wandb/offline-run-*"))
