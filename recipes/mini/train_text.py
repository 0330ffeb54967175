"""Stage 2: the text encoders learn to read a recipe: from the words to the share of every colour.

A diffusion loss alone teaches this very slowly, so it is taught first and by itself.
"""

import random
from collections.abc import Iterator

import torch
from networks import TextEncoders, n_parameters, tokenise
from prompts import Sample, draw_sample, kept_tokenizer, training_colours
from stage import Average, Recorded, Stage, adamw, half_precision, set_rate
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from transformers import CLIPTokenizer


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    config, device, colours = stage.config, stage.device, training_colours()
    tokenizer = kept_tokenizer(stage.work / "tokenizer", config.vocabulary)
    encoders = TextEncoders(config, tokenizer).to(device)
    if (weights := stage.load("text")) is not None:
        encoders.load_state_dict(weights)
    reader = Reader(encoders, len(colours), config.text_width).to(device)
    trainer = adamw([{"params": list(reader.parameters())}], device, (0.9, 0.98))
    average = Average([encoders], limit=0.998)
    batches = iter(DataLoader(Captions(tokenizer, config.text_batch, stage.seed), None, num_workers=stage.n_workers))
    ids, wanted = (part.to(device) for part in next(batches))
    error = torch.zeros((), device=device)

    def learn() -> None:
        with half_precision(device):
            losses, points = zip(*(share_loss(logits.float(), wanted) for logits in reader(ids)), strict=True)
        trainer.zero_grad(set_to_none=True)
        sum(losses).backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        trainer.step()
        error.lerp_(points[0], 0.02)

    recorded = Recorded(learn, device)
    stage.restart_clock()
    stage.log(stage="text", parameters=n_parameters(encoders), vocabulary=len(tokenizer))
    for step in stage.steps():
        set_rate(trainer.param_groups[0], stage.learning_rate(1.5e-3, step))
        for kept, new in zip((ids, wanted), next(batches), strict=True):
            kept.copy_(new, non_blocking=True)
        recorded()
        average.update(step)
        if step % 500 == 0:
            stage.log(step=step, points_off_per_recipe=float(error))
    average.apply()
    stage.save("text", encoders.state_dict())
    stage.log(step=step, points_off_per_recipe=float(error))


class Reader(nn.Module):
    """Shares of all colours, read once from the pooled vector and once from the mean of the states."""

    def __init__(self, encoders: TextEncoders, n_colours: int, width: int) -> None:
        super().__init__()
        self.encoders = encoders
        self.from_pooled, self.from_states = nn.Linear(width, n_colours), nn.Linear(2 * width, n_colours)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        states, pooled = self.encoders(ids)
        return self.from_pooled(pooled), self.from_states(states.mean(1))


class Captions(IterableDataset[tuple[Tensor, Tensor]]):
    """Batches of token ids and shares without end; each worker draws its own."""

    def __init__(self, tokenizer: CLIPTokenizer, batch: int, seed: int) -> None:
        self.tokenizer, self.batch, self.seed = tokenizer, batch, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        worker = get_worker_info()
        rng, colours = random.Random(f"{self.seed} {worker.id if worker else 0}"), training_colours()
        while True:
            samples = [draw_sample(rng, colours, n_catalogue=29) for _ in range(self.batch)]
            yield tokenise(self.tokenizer, [s.caption for s in samples]), share_table(samples, len(colours))


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
