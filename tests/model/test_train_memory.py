"""How much memory a run will take."""

from dataclasses import replace

import torch
from tests.model.test_train import CONFIG, begin

from plitka.core.recipes.recipe import Notice
from plitka.model.bundle import Bundle
from plitka.model.train_memory import memory_notice, needed_bytes, step_bytes

SHAPE = (4, 32, 32)


def test_a_step_is_added_up_without_being_made(tiny_bundle: Bundle) -> None:
    """Less with checkpoints and of squares, more of a larger batch; nothing has a gradient or another number then."""
    config = replace(CONFIG, batch=4, targets=("to_out.0",))  # the fewer learn, the quicker a step is played through
    trainer, lesson = begin(tiny_bundle, config)
    before = {name: tensor.clone() for name, tensor in trainer.lora.state_dict().items()}
    usual = step_bytes(trainer, SHAPE)
    for other_config, is_less in (
        (replace(config, batch=8), False),
        (replace(config, prior_batch=8), False),
        (replace(config, is_checkpointed=True), True),
        (replace(config, crop_px=64), True),
    ):
        other, _ = begin(tiny_bundle, other_config)
        assert (step_bytes(other, SHAPE) < usual) == is_less
    assert all(each.grad is None for each in trainer.learning)
    assert all(torch.equal(tensor, before[name]) for name, tensor in trainer.lora.state_dict().items())
    weights = sum(each.nbytes for each in trainer.pipe.unet.parameters())
    assert needed_bytes(trainer, SHAPE) > usual + weights
    notice: Notice | None = memory_notice(trainer, lesson)
    assert notice is None  # a processor's memory is another matter
