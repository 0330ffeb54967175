"""What a training run does where nobody says otherwise, as far as help shows it; the standard library alone."""

STEPS = 1000
BATCH = 4
"""Pictures a step."""
RANK = 32
LEARNING_RATE = 2e-4
SEED = 0
