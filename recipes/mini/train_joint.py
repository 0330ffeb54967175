"""Stage 5c: base and adapter go on together, on a processor: the look alone, for what stages 4 and 5 left unlearnt.

Whole fields are small here, so all of a picture is looked at; the critic, which is slow, sees a part of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from networks import Parts
from prompts import training_colours
from scenes import Scenes
from stage import Average, Stage
from torch import nn
from train_guided import Lesson
from train_style import adapt, keep_words, resume, save
from train_unet import Objective, Pool


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    stage.config = config = replace(stage.config, guided_crop_px=stage.config.field_px)
    scenes, parts = Scenes.build(stage, training_colours(), style=True), Parts.load(stage)
    unet, tables = parts.unet, adapt(parts, config)
    resume(unet, tables, stage.work)
    unet.requires_grad_(True)
    groups = [{"params": list(unet.parameters())}, {"params": [t.weight for t in tables], "weight_decay": 0.0}]
    objective = Objective(unet, parts.encoders, config, stage.device)
    pool = Pool([scenes], parts, config, stage.device, seed=8 + stage.seed)
    lesson = Lesson(objective, parts.vae, pool, config, stage.device, groups, keep_words(tables, parts.tokenizer))
    lesson.critic_goes_on(stage.load("critic"))
    average = Average([unet, *tables], limit=0.99)
    lesson.prepare(stage.begin)
    stage.restart_clock()
    for step in stage.steps():
        lesson.step(stage.learning_rate(5e-4, step, warm_up=30), stage.position)
        average.update(step)
        pool.refresh(config.refresh)
        if step % 10 == 0:
            stage.log(step=step, **{name: float(value) for name, value in lesson.losses.items()})
        if step % 100 == 99:
            keep(stage, average, unet, tables, lesson)
    keep(stage, average, unet, tables, lesson)
    stage.log(step=step, **{name: float(value) for name, value in lesson.losses.items()})


def keep(stage: Stage, average: Average, unet: nn.Module, tables: Sequence[nn.Embedding], lesson: Lesson) -> None:
    """Write the averages of the base, the adapter and the tokens, and the critic."""
    with average.applied():
        base = {name: part for name, part in unet.state_dict().items() if ".lora_" not in name}
        stage.save("unet", {name.replace(".base_layer", ""): part for name, part in base.items()})
        save(stage, unet, tables)
    stage.save("critic", lesson.critic.state_dict())


if __name__ == "__main__":
    main()
