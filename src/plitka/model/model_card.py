"""The model card of a trained bundle: what it is, how to use it, and how it did."""

from collections.abc import Sequence
from dataclasses import dataclass

from plitka.core.judge.evaluation import NEAR_POINTS
from plitka.model.bundle import Bundle
from plitka.model.train_config import TrainRecipe, to_toml
from plitka.model.train_judge import Judgement, best_of, is_overtrained

CARD = "README.md"
SHEET = "sheet.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a card tells beside the judgements."""

    base: str
    """The base's name and digest."""
    n_learnt: int
    """Pictures."""
    held: Sequence[str]
    """Names of the pictures that were not learnt but judged by."""
    colours: Sequence[str]
    """That captions named, in words."""
    has_sheet: bool


def model_card(bundle: Bundle, recipe: TrainRecipe, judgements: Sequence[Judgement], facts: CardFacts) -> str:
    """Markdown, with the head that the Hugging Face hub reads."""
    best, style = best_of(judgements), bundle.style
    tokens = ", ".join(f"`{token}`" for token in style.tokens)
    colours = ", ".join(facts.colours) or "none named"
    names = bundle.embeddings.names if bundle.embeddings else ()
    also = f" Words with rows of their own: {', '.join(names)}." if names else ""
    by_heart = (
        " Later steps learn the pictures by heart: their held-out loss rises." if is_overtrained(judgements) else ""
    )
    sheet = (
        f"![Pictures with fixed seeds, asked and measured]({SHEET})\n\n"
        f"Names in red: a share is off by more than {NEAR_POINTS:g} points.\n\n"
        if facts.has_sheet
        else ""
    )
    return f"""---
license: {"other" if bundle.licence == "unstated" else bundle.licence.lower()}
tags: [text-to-image, stable-diffusion-xl, lora, textual-inversion]
---

# {bundle.name}

A LoRA and the tokens {tokens}, learnt from {facts.n_learnt} captioned pictures on {facts.base}.{_held(facts.held)}
Colours: {colours}.{also}

{sheet}| file | layout |
|---|---|
| `{_file(bundle.lora)}` | {"PEFT (DoRA)" if recipe.train.is_dora else "kohya, as Eden writes it"} |
| `peft/pytorch_lora_weights.safetensors` | PEFT, as diffusers' `load_lora_weights` reads it |
| `{_file(bundle.embeddings)}` | rows of the tokens{" and those words" if names else ""} as `clip_l` and `clip_g` |
| `bundle.toml` | all of it with the base: `plitka generate --model` takes this folder |

Prompts begin with `{f"{style.trigger} {''.join(style.tokens)}".strip()}`. Strength 1.

## Judgements

Kept: step {best.step}.{by_heart}

{chr(10).join(_table(judgements))}
{_legend(judgements)}
## Configuration

```toml
{to_toml(recipe).strip()}
```
"""


def _held(names: Sequence[str]) -> str:
    """A sentence, if there are any."""
    if not names:
        return ""
    return f"\nNot learnt, but held out to judge by: {', '.join(f'`{name}`' for name in names)}."


def _legend(judgements: Sequence[Judgement]) -> str:
    """What is good, of what was looked at."""
    said = {
        "share_error": f"- share error: of the colour furthest off, in the mean; up to {NEAR_POINTS:g} is near.",
        "off_palette": "- other colours: in none of those asked for; real tiles have up to 3 %.",
        "realism": "- distance from photographs: up to 1, another real tile would have been no nearer.",
        "held_loss": "- losses: to compare rows by; where that of held-out ones rises, pictures are learnt by heart.",
    }
    lines = [text for name, text in said.items() if any(name in judgement.to_json() for judgement in judgements)]
    return "".join(f"\n{line}" for line in lines) + ("\n" if lines else "")


def _file(part: object) -> str:
    return str(getattr(part, "file", ""))


def _table(judgements: Sequence[Judgement]) -> list[str]:
    """What was looked at, a row for each judgement."""
    columns = {
        "step": ("step", "d"),
        "learnt_loss": ("loss, learnt", ".4f"),
        "held_loss": ("loss, held out", ".4f"),
        "share_error": ("share error, points", ".1f"),
        "off_palette": ("other colours, %", ".1f"),
        "realism": ("distance from photographs", ".2f"),
    }
    rows = [judgement.to_json() for judgement in judgements]
    told = {name: column for name, column in columns.items() if any(name in row for row in rows)}
    lines = [f"| {' | '.join(title for title, _ in told.values())} |", f"|{'---:|' * len(told)}"]
    for row in rows:
        cells = (format(row[name], form) if name in row else "" for name, (_, form) in told.items())
        lines.append(f"| {' | '.join(cells)} |")
    return lines
