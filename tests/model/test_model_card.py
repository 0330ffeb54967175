"""The card of a trained model."""

from dataclasses import replace

from plitka.model.bundle import Bundle
from plitka.model.model_card import CardFacts, model_card
from plitka.model.train_config import TrainConfig, TrainRecipe, to_toml
from plitka.model.train_judge import Judgement

FACTS = CardFacts(base="tiny@12", n_pictures=24, colours=("red", "black"), has_sheet=False)


def test_a_card_tells_what_the_model_is(tiny_bundle: Bundle) -> None:
    """Files, prompt, judgements and configuration."""
    judgements = [
        Judgement(step=5, learnt_loss=1.0, held_loss=0.5, off_palette=4.0),
        Judgement(step=9, learnt_loss=0.5, held_loss=0.75, off_palette=4.5),
    ]
    card = model_card(tiny_bundle, TrainRecipe(), judgements, FACTS)
    assert card.startswith("---\nlicense: mit\n")
    assert "learnt from 24 captioned pictures on tiny@12" in card
    assert "`tiny_sdxl_lora.safetensors` | kohya" in card
    assert "begin with `ohwx_rubber_tile <s0><s1>`" in card
    assert "Kept: step 5. Later steps learn the pictures by heart" in card
    assert "| step | loss, learnt | loss, held out | other colours, % |" in card
    assert "| 9 | 0.5000 | 0.7500 | 4.5 |" in card
    assert to_toml(TrainRecipe()).strip() in card
    assert "sheet.png" not in card


def test_it_tells_of_a_dora_and_a_sheet(tiny_bundle: Bundle) -> None:
    """And of a licence that nobody has stated."""
    recipe = TrainRecipe(train=TrainConfig(is_dora=True))
    bundle = replace(tiny_bundle, licence="unstated")
    card = model_card(bundle, recipe, [Judgement(step=1, learnt_loss=1.0)], replace(FACTS, has_sheet=True))
    assert "PEFT (DoRA)" in card
    assert "(sheet.png)" in card
    assert "license: other" in card
