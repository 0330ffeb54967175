"""Gradients of a batch, recorded."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from structlog.testing import capture_logs
from tests.model.test_train import CONFIG, begin, learnt
from torch import nn

from plitka.model.bundle import Bundle
from plitka.model.train_step import Given, RecordedStep

DEVICE = torch.device("cpu")


def step_of(parameter: nn.Parameter) -> tuple[RecordedStep, list[torch.Tensor]]:
    """One that multiplies, and what it was given each time it was computed."""
    seen: list[torch.Tensor] = []

    def compute(given: Given) -> torch.Tensor:
        seen.append(given["x"])
        losses = parameter * given["x"]
        losses.sum().backward()  # type: ignore[no-untyped-call]
        return losses.detach()

    return RecordedStep(DEVICE, [parameter], compute), seen


class TestRecordedStep:
    """`RecordedStep`."""

    def test_gradients_are_those_of_one_batch(self) -> None:
        """Whatever was there before; the losses stay what they were when the next batch comes."""
        parameter = nn.Parameter(torch.tensor(2.0))
        step, _ = step_of(parameter)
        first = step({"x": torch.tensor([1.0, 3.0])})
        assert parameter.grad == 4
        second = step({"x": torch.tensor([5.0, 1.0])})
        assert parameter.grad == 6
        assert (first.tolist(), second.tolist()) == ([2, 6], [10, 2])

    def test_each_shape_has_tensors_of_its_own(self) -> None:
        """They are read again each time, and what was given is not written to."""
        step, seen = step_of(nn.Parameter(torch.tensor(1.0)))
        given = [torch.ones(2), torch.ones(3), torch.zeros(2)]
        for each in given:
            step({"x": each})
        places = [each.data_ptr() for each in seen]
        assert places[0] == places[2] != places[1]
        assert not set(places) & {each.data_ptr() for each in given}
        assert given[0].tolist() == [1, 1]

    def test_what_is_held_is_given_back(self) -> None:
        """Gradients with it; the next batch is recorded anew."""
        parameter = nn.Parameter(torch.tensor(2.0))
        step, seen = step_of(parameter)
        step({"x": torch.tensor([1.0])})
        step.forget()
        assert [each.grad for each in (parameter,)] == [None]
        assert len(step._recordings) == 0
        assert step({"x": torch.tensor([3.0])}).tolist() == [6]
        assert parameter.grad == 3
        assert seen[0] is not seen[1]

    def test_what_cannot_be_recorded_is_computed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One log line says so."""

        def fails(*_given: object) -> None:
            raise RuntimeError("no room")

        monkeypatch.setattr("plitka.model.train_step.Repeated", fails)
        parameter = nn.Parameter(torch.tensor(2.0))
        step, _ = step_of(parameter)
        with capture_logs() as logs:
            for _ in range(2):
                assert step({"x": torch.tensor([1.0])}).tolist() == [2]
                assert parameter.grad == 1
        assert [each["part"] for each in logs] == ["training"]


@pytest.fixture
def whole_precision() -> Iterator[None]:
    """Products of a GPU in float32."""
    kept = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    yield
    torch.set_float32_matmul_precision(kept)


@pytest.mark.gpu
@pytest.mark.usefixtures("whole_precision")
def test_a_recorded_run_learns_what_a_plain_one_does(tiny_bundle: Bundle) -> None:
    """While tokens learn, after it, with a prior, and with the average of the last steps."""
    config = replace(CONFIG, ema_decay=0.9)

    def run(*, is_recorded: bool) -> dict[str, torch.Tensor]:
        trainer, lesson = begin(tiny_bundle, config, torch.device("cuda"))
        if not is_recorded:
            trainer._step = trainer._compute  # type: ignore[assignment]
        with capture_logs() as logs:
            trainer.learn(lesson, lesson)
        assert logs == []
        return learnt(trainer)

    plain, recorded = run(is_recorded=False), run(is_recorded=True)
    for name, tensor in plain.items():
        torch.testing.assert_close(recorded[name], tensor, atol=1e-4, rtol=1e-3)
