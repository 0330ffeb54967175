"""What a run does where nobody says otherwise; that help shows it is in tests/cli/test_train.py."""

from plitka.model import training_defaults
from plitka.model.train_config import TrainConfig


def test_a_run_takes_them() -> None:
    """So what is shown is what happens; of the LoRA's alpha as well."""
    config = TrainConfig()
    assert (config.steps, config.batch, config.seed) == (
        training_defaults.STEPS,
        training_defaults.BATCH,
        training_defaults.SEED,
    )
    assert config.rank == config.alpha == training_defaults.RANK
    assert config.learning_rate == training_defaults.LEARNING_RATE
