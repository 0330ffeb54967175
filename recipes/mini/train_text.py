"""Stage 2: the text encoders learn to read a recipe: from the words to the share of every colour.

A diffusion loss alone teaches this very slowly, so it is taught first and by itself.
"""

import random

import torch
from networks import TextEncoders, n_parameters, tokenise
from prompts import Sample, draw_sample, train_tokenizer, training_colours
from stage import Stage
from torch import Tensor, nn
from transformers import CLIPTokenizer


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, colours = stage.config, training_colours()
    tokenizer = kept_tokenizer(stage)
    encoders = TextEncoders(config, tokenizer).to(stage.device)
    if (weights := stage.load("text")) is not None:
        encoders.load_state_dict(weights)
    from_pooled = nn.Linear(config.text_width, len(colours)).to(stage.device)
    from_states = nn.Linear(2 * config.text_width, len(colours)).to(stage.device)
    trained = nn.ModuleList([encoders, from_pooled, from_states])
    steps = torch.optim.AdamW(trained.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    rng = random.Random(1 + stage.begin)
    stage.restart_clock()
    stage.log(stage="text", parameters=n_parameters(encoders), vocabulary=len(tokenizer))
    error = None
    for step in stage.steps():
        for group in steps.param_groups:
            group["lr"] = stage.learning_rate(1.5e-3, step)
        samples = [draw_sample(rng, colours, n_catalogue=29) for _ in range(config.text_batch)]
        ids = tokenise(tokenizer, [sample.caption for sample in samples]).to(stage.device)
        wanted = share_table(samples, len(colours)).to(stage.device)
        with torch.autocast(stage.device, torch.bfloat16):
            states, pooled = encoders(ids)
        errors = [
            share_loss(head(x.float()), wanted) for head, x in ((from_pooled, pooled), (from_states, states.mean(1)))
        ]
        steps.zero_grad(set_to_none=True)
        sum(loss for loss, _ in errors).backward()
        nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
        steps.step()
        error = errors[0][1] if error is None else 0.98 * error + 0.02 * errors[0][1]
        if step % 200 == 0:
            stage.log(step=step, points_off_per_recipe=float(error))
    stage.save("text", encoders.state_dict())
    stage.log(step=step, points_off_per_recipe=float(error))


def kept_tokenizer(stage: Stage) -> CLIPTokenizer:
    folder = stage.work / "tokenizer"
    if not folder.exists():
        train_tokenizer(stage.config.vocabulary).save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def share_table(samples: list[Sample], n_colours: int) -> Tensor:
    table = torch.zeros(len(samples), n_colours)
    for row, sample in zip(table, samples, strict=True):
        row[list(sample.colours)] = torch.tensor(sample.shares)
    return table


def share_loss(logits: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy plus absolute error of the shares; and half that error in points."""
    distance = (logits.softmax(1) - wanted).abs().sum(1).mean()
    return 5 * distance - (wanted * logits.log_softmax(1)).sum(1).mean(), 50 * distance.detach()


if __name__ == "__main__":
    main()
