"""Prompts as people write them, and how each must be read or why it must be refused.

A reading is told by its text, the percents in the order of mention, what a scene shows of it, the words that go to a
prompt, and how each notice starts; a refusal by its text, the part that is to blame, and words of the message.
"""

from tests.core.recipes import (
    prompts_colours,
    prompts_dictation,
    prompts_dictation_ru,
    prompts_layers,
    prompts_letters,
    prompts_letters_ru,
    prompts_look,
    prompts_mixed,
    prompts_numbers,
    prompts_orders,
    prompts_specifications,
    prompts_speech,
    prompts_wordings,
)

_PARTS = (
    prompts_look, prompts_colours, prompts_numbers, prompts_mixed, prompts_orders, prompts_wordings, prompts_layers,
    prompts_speech, prompts_specifications, prompts_letters, prompts_letters_ru,
    prompts_dictation, prompts_dictation_ru,
)  # fmt: skip
READ = [prompt for part in _PARTS for prompt in part.READ]
REFUSED = [prompt for part in _PARTS for prompt in part.REFUSED]
SEVERAL_KINDS = len(prompts_mixed.READ + prompts_mixed.REFUSED + prompts_orders.READ + prompts_orders.REFUSED)
"""How many of them say several kinds of things at once."""
