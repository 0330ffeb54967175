"""How near guided mode can come to its pairs at all: a few fields learnt by heart, with text mode left out.

Each setting is what learns and the strength at which a picture is painted, as `unet:0.05`, or `unet:0.05:48` to learn
from so many beds, which is no longer by heart: pictures of other beds then show what a map tells at all.

    unet     the whole UNet, the adapter folded in
    lora     the adapter alone
    decoder  the autoencoder's decoder alone, behind the step as it was
    both     the UNet and the decoder
    loud     the UNet, each of whose answers counts 1 / sigma times, so that no answer has to be long
    clear    the same, and no noise is laid over the map

All settings learn at the same time, each in a process of its own. What they learn is thrown away: the answer is the
table, and a sheet for each setting. From the weights that `unpack.py` wrote; on a GPU in minutes.
"""

import argparse
import json
import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import count, islice
from pathlib import Path

import torch
from beds import LitFields
from config import FULL, MiniConfig
from networks import Parts, build_scheduler, tokenise
from prompts import look_sample, training_colours
from reached import Pictures, Seen, figures_of, line_of, save_sheet
from safetensors.torch import load_file
from scenes import Scenes
from stage import Stage, adamw, half_precision, set_rate
from torch import Tensor, nn
from torch.nn import functional
from train_guided import decode
from train_joint import LOOKED_AT, always_alike
from train_style import adapt, add_tokens, fold, resume, resume_tokens
from train_unet import Objective
from train_vae import picture_losses

from plitka.model.noise import NoiseSchedule, Prediction
from plitka.model.sampler import sample

RECIPES = LOOKED_AT | {"red_brown": {"RED": 50, "BROWN": 50}}
"""The last shows soonest whether granules go over to another colour."""
SETTINGS = (
    *("unet:0.05", "unet:0.1", "unet:0.2", "unet:0.3", "unet:0.45"),
    *("lora:0.05", "decoder:0.05", "both:0.05", "both:0.2", "loud:0.05", "clear:0.05"),
    *("unet:0.05:48", "unet:0.2:48", "clear:0.05:48"),
)
PEAK = 1e-3
"""Of the rate: nothing has to be kept, so it may be as high as that of the first stages."""
LAST_STEP_SHARE = 0.5
"""Of lessons about the last of several steps; the others are about any of them."""
LOOKS = 10
"""How often the pictures are looked at in a run."""
FIELD_PX = 256
SHOWN_BEDS = 2
"""How many beds are learnt by heart, and how many of either kind are looked at closely."""
BATCH = 10


@dataclass(frozen=True, slots=True)
class Setting:
    """What learns, how strong a picture is painted, and on how many beds."""

    learns: str
    strength: float
    n_beds: int = SHOWN_BEDS

    @classmethod
    def of(cls, text: str) -> "Setting":
        learns, strength, *n_beds = text.split(":")
        return cls(learns, float(strength), *map(int, n_beds))

    @property
    def name(self) -> str:
        return f"{self.learns}-{self.strength:g}" + (f"-{self.n_beds}" if self.n_beds > SHOWN_BEDS else "")

    @property
    def has_step(self) -> bool:
        """Whether what answers in a step learns."""
        return self.learns != "decoder"

    @property
    def has_decoder(self) -> bool:
        return self.learns in {"decoder", "both"}

    @property
    def is_loud(self) -> bool:
        return self.learns in {"loud", "clear"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(".mini"), help="folder of weights")
    parser.add_argument("--seconds", type=float, default=330.0, help="that all settings learn for, at the same time")
    parser.add_argument("--out", type=Path, required=True, help="folder of the table and the sheets, made if absent")
    parser.add_argument("settings", nargs="*", default=SETTINGS, metavar="SETTING")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    settings = [Setting.of(text) for text in asked.settings]
    torch.save(paint_fields(asked.work, max(one.n_beds for one in settings)), asked.out / "fields.pt")
    spawned = multiprocessing.get_context("spawn")
    running = [spawned.Process(target=learn, args=(asked.work, asked.out, one, asked.seconds)) for one in settings]
    for process in running:
        process.start()
    for process in running:
        process.join()
    (asked.out / "fields.pt").unlink()
    report(asked.out, settings)


def paint_fields(work: Path, n_beds: int) -> tuple[Pictures, Pictures]:
    """Every recipe on beds that are learnt, and on a few others."""
    n_all = n_beds + SHOWN_BEDS
    config = replace(FULL, n_fields=0, n_chip_fields=n_all, field_px=FIELD_PX)
    with always_alike():
        scenes = Scenes.build(new_stage(work, config, 1.0), training_colours(), style=True)
        samples = [look_sample(percents) for percents in RECIPES.values()]
        painted = [only_bed(scenes, bed).paint(samples, flat_share=0.0) for bed in range(n_all)]
    # The same few are unseen however many are learnt.
    return Pictures.of(painted[SHOWN_BEDS:]), Pictures.of(painted[:SHOWN_BEDS])


def only_bed(scenes: Scenes, bed: int) -> Scenes:
    """The same scenes with nothing but one of their beds."""
    lit = LitFields(*(getattr(scenes.lit, one.name)[bed : bed + 1] for one in fields(LitFields)))
    return replace(scenes, lit=lit, areas=scenes.areas[bed : bed + 1])


def new_stage(work: Path, config: MiniConfig, seconds: float) -> Stage:
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return Stage(work, config, device, seconds, 0.0, 1.0)


def learn(work: Path, out: Path, setting: Setting, seconds: float) -> None:
    """One setting from beginning to end."""
    torch.manual_seed(0)
    stage = new_stage(work, FULL, seconds)
    learner = Learner(setting, stage, *torch.load(out / "fields.pt", weights_only=False))
    before, over_time, next_look = learner.look_at_both(), [], 0.0
    stage.started = time.monotonic()
    for step in stage.steps():
        if stage.elapsed_share >= next_look:
            over_time.append({"step": step, "s": round(stage.elapsed_share * seconds, 1), **learner.glance()})
            next_look += 1 / LOOKS
        learner.step(stage.learning_rate(PEAK, step, warm_up=50))
    over_time.append({"step": step + 1, "s": seconds, **learner.glance()})
    found = {"setting": setting.name, "steps": step + 1, "over_time": over_time}
    found |= {"before": before, "after": learner.look_at_both(), "floor": learner.floor()}
    (out / f"{setting.name}.json").write_text(json.dumps(found, indent=1))
    learner.save_sheet(out / f"{setting.name}.png")


def report(out: Path, settings: Sequence[Setting]) -> None:
    """One file of all figures, and a table of the most telling ones."""
    found = [json.loads(path.read_text()) for one in settings if (path := out / f"{one.name}.json").exists()]
    (out / "figures.json").write_text(json.dumps(found, indent=1))
    lines = [line_of(one) for one in found]
    lines += [f"{one.name}: no answer" for one in settings if not (out / f"{one.name}.json").exists()]
    (out / "table.txt").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))  # noqa: T201


class Learner:
    """The networks of a setting, and what they are to learn by heart."""

    def __init__(self, setting: Setting, stage: Stage, seen: Pictures, unseen: Pictures) -> None:
        self.setting, self.device, self.rng = setting, stage.device, random.Random(0)
        self.parts = loaded_parts(setting, stage)
        self.objective = Objective(self.parts.unet, self.parts.encoders, stage.config, stage.device)
        schedule = NoiseSchedule(build_scheduler(stage.config).alphas_cumprod, Prediction.VELOCITY)
        self.steps = schedule.steps(stage.config.guided_steps, setting.strength)
        self.loudness = float(1 / self.steps.sigmas[-2]) if setting.is_loud else 1.0
        if setting.is_loud:
            soften(self.parts.unet, self.loudness)
        learning = [p for part in (self.parts.unet, self.parts.vae) for p in part.parameters() if p.requires_grad]
        self.learning, self.updates = learning, adamw([{"params": learning}], stage.device, (0.9, 0.99))
        n_pictures = len(RECIPES) * setting.n_beds
        self.learnt, self.unseen = (self.see(part.to(stage.device)) for part in (seen.rows(slice(n_pictures)), unseen))
        self.seen = self.learnt.rows(slice(len(RECIPES) * SHOWN_BEDS))
        self.answer = torch.zeros((), device=stage.device)

    @torch.no_grad()
    def see(self, pictures: Pictures) -> Seen:
        """Pictures with what the networks make of them, which stays as it is."""
        captions = [look_sample(percents).caption for percents in RECIPES.values()]
        ids = tokenise(self.parts.tokenizer, captions).to(self.device)
        n_beds = len(pictures.lit) // len(RECIPES)
        states, pooled = (part.repeat(n_beds, *[1] * (part.ndim - 1)) for part in self.objective.read(ids))
        flat, lit = (self.encode(part) for part in (pictures.flat, pictures.lit))
        return Seen(pictures, flat, lit, states, pooled)

    def encode(self, pictures: Tensor) -> Tensor:
        few = pictures.contiguous(memory_format=torch.channels_last).split(BATCH)
        return torch.cat([self.parts.vae.encode(some).latent.float() for some in few])

    def step(self, rate: float) -> None:
        """Learn from one step of the run that paints a few pictures."""
        set_rate(self.updates.param_groups[0], rate)
        last = len(self.steps) - 1
        about = last if not self.setting.has_step or self.rng.random() < LAST_STEP_SHARE else self.rng.randint(0, last)
        drawn = self.learnt.rows(torch.randperm(len(self.learnt.lit), device=self.device)[:BATCH])
        with half_precision(self.device):
            latents = next(islice(self.guesses(drawn, learnt=about), about, None))
            losses = picture_losses(decode(self.parts.vae, latents), drawn.pictures.lit)
            loss = sum(losses.values()) + functional.mse_loss(latents, drawn.lit)
        self.updates.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.learning, 1.0)
        self.updates.step()

    def guesses(self, seen: Seen, learnt: int | None = None) -> Iterator[Tensor]:
        """Latents without noise as each step of a run sees them, the last of which is the picture.

        Gradients go through the answer of one step at most, and stop before it.
        """
        numbers = count()

        def denoise(latents: Tensor, time: Tensor) -> Tensor:
            with torch.set_grad_enabled(self.setting.has_step and next(numbers) == learnt):
                answer = self.objective.velocity(latents.detach(), time.expand(len(latents)), seen.states, seen.pooled)
            self.answer = answer.detach().float().square().mean().sqrt()
            return self.loudness * answer.float()

        noise = torch.randn_like(seen.flat) * (self.setting.learns != "clear")
        for step in sample(denoise, self.steps.noised(seen.flat, noise), self.steps):
            yield step.clean

    @torch.no_grad()
    def painted(self, seen: Seen) -> Tensor:
        """(B, 3, H, W) in -1..1, by the same noise always."""
        with always_alike(), half_precision(self.device):
            *_, latents = self.guesses(seen)
            return decode(self.parts.vae, latents).clamp(-1, 1)

    @torch.no_grad()
    def through_autoencoder(self, seen: Seen) -> Tensor:
        """The pairs, as near as the decoder can show them."""
        with half_precision(self.device):
            return decode(self.parts.vae, seen.lit).clamp(-1, 1)

    def glance(self) -> dict[str, float]:
        """How far the pictures are from their pairs, and how long the answer of the last step is."""
        apart = {
            name: round(float((self.painted(seen) - seen.pictures.lit).abs().mean()), 5)
            for name, seen in (("seen", self.seen), ("unseen", self.unseen))
        }
        return apart | {"answer": round(float(self.answer), 3)}

    def look_at_both(self) -> dict[str, object]:
        return {
            "seen": figures_of(self.painted(self.seen), self.seen.pictures, list(RECIPES)),
            "unseen": figures_of(self.painted(self.unseen), self.unseen.pictures, list(RECIPES)),
        }

    def floor(self) -> dict[str, object]:
        """The same of what the decoder can show at all, of the maps, and of the pairs themselves."""
        pictures = self.seen.pictures
        shown = {"autoencoder": self.through_autoencoder(self.seen), "map": pictures.flat, "pair": pictures.lit}
        return {name: figures_of(part, pictures, list(RECIPES)) for name, part in shown.items()}

    def save_sheet(self, path: Path) -> None:
        """Rows of recipes: map, picture, pair through the autoencoder, pair; an unseen bed's picture and pair."""
        columns = [self.seen.pictures.flat, self.painted(self.seen), self.through_autoencoder(self.seen)]
        columns += [self.seen.pictures.lit, self.painted(self.unseen), self.unseen.pictures.lit]
        save_sheet(path, [column[: len(RECIPES)] for column in columns])


def loaded_parts(setting: Setting, stage: Stage) -> Parts:
    """The networks with the tokens and the adapter, of which what a setting names can learn."""
    parts = Parts.load(stage)
    if setting.learns == "lora":
        tables = adapt(parts, stage.config)
        resume(parts.unet, tables, stage.work)
    else:
        resume_tokens(add_tokens(parts.encoders, parts.tokenizer), stage.work)
        fold(parts.unet, load_file(stage.work / "lora.safetensors"), stage.config.lora_strength)
        parts.unet.requires_grad_(setting.has_step)
    parts.encoders.requires_grad_(False)
    parts.vae.decoder.requires_grad_(setting.has_decoder)
    return parts


@torch.no_grad()
def soften(unet: nn.Module, times: float) -> None:
    """Make a UNet's answers so many times as short."""
    torch._foreach_div_(list(unet.conv_out.parameters()), times)


if __name__ == "__main__":
    main()
