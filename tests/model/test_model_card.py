"""The card of a trained model."""

from dataclasses import replace

from plitka.model.bundle import Bundle
from plitka.model.model_card import CardFacts, model_card
from plitka.model.train_config import TrainConfig, TrainRecipe, to_toml
from plitka.model.train_judge import Judgement

FACTS = CardFacts(base="tiny@12", n_learnt=22, held=("a.jpg", "b.jpg"), colours=("red", "black"), has_sheet=False)


def test_a_card_tells_what_the_model_is(tiny_bundle: Bundle) -> None:
    """Files, prompt, judgements and configuration."""
    judgements = [
        Judgement(step=5, learnt_loss=1.0, held_loss=0.5, off_palette=4.0),
        Judgement(step=9, learnt_loss=0.5, held_loss=0.75, off_palette=4.5),
    ]
    card = model_card(tiny_bundle, TrainRecipe(), judgements, FACTS)
    assert card.startswith("---\nlicense: mit\n")
    assert (
        "learnt from 22 captioned pictures on tiny@12.\nNot learnt, but held out to judge by: `a.jpg`, `b.jpg`." in card
    )
    assert "- other colours: in none of those asked for; real tiles have up to 3 %." in card
    assert "distance from photographs" not in card  # it was not looked at
    assert "in red" not in card
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
    card = model_card(bundle, recipe, [Judgement(step=1, learnt_loss=1.0)], replace(FACTS, held=(), has_sheet=True))
    assert "held out" not in card
    assert "PEFT (DoRA)" in card
    assert "(sheet.png)" in card
    assert "Names in red: a share is off by more than 3 points." in card
    assert "license: other" in card
