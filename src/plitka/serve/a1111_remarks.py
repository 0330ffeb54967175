"""What a client of the AUTOMATIC1111 web UI asked for and does not get: a remark for each, and a line of the log."""

from collections.abc import Iterator, Mapping

import structlog

from plitka.core.files.infotext import SAMPLER
from plitka.core.generation import MAX_SEED
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import SIZE_STEP_PX
from plitka.serve.a1111_bodies import CHECKPOINT, TextToImage
from plitka.serve.prompt_syntax import without_syntax

log = structlog.get_logger(__name__)

SAMPLERS = frozenset((SAMPLER.lower(), "dpm++ 2m", "automatic"))
SCHEDULERS = frozenset(("automatic", "karras"))
"""Names, in lower case, that mean what every picture here is made with."""

_UNUSED = frozenset(
    (
        "styles", "subseed_strength", "seed_resize_from_h", "seed_resize_from_w", "sampler_name", "sampler_index",
        "scheduler", "restore_faces", "tiling", "enable_hr", "firstphase_width", "firstphase_height",
        "refiner_checkpoint", "script_name", "alwayson_scripts", "infotext", "override_settings",
    )
)  # fmt: skip
"""Of which a picture of the web UI depends, and none here does."""
_IDLE = frozenset(
    (
        "subseed", "do_not_save_samples", "do_not_save_grid", "eta", "denoising_strength", "s_min_uncond", "s_churn",
        "s_tmax", "s_tmin", "s_noise", "override_settings_restore_afterwards", "refiner_switch_at",
        "disable_extra_networks", "comments", "hr_scale", "hr_upscaler", "hr_second_pass_steps", "hr_resize_x",
        "hr_resize_y", "hr_checkpoint_name", "hr_sampler_name", "hr_scheduler", "hr_prompt", "hr_negative_prompt",
        "hr_additional_modules", "hr_cfg", "script_args", "save_images", "force_task_id",
    )
)  # fmt: skip
"""Which would change nothing there either where none of the others is asked for, or for this sampler."""
_USUAL: Mapping[str, tuple[object, ...]] = {
    "seed_resize_from_h": (-1,),
    "seed_resize_from_w": (-1,),
    "CLIP_stop_at_last_layers": (1,),
    "sd_vae": ("Automatic", "None"),
}
"""Values that ask for nothing, beside those that are empty, false or 0."""


def remarks_of(asked: TextToImage) -> list[Notice]:
    """What is told of a request."""
    return [*_of_values(asked), *_of_words(asked), *_of_names(asked)]


def other_checkpoint(asked: str, served: str) -> Notice:
    """That another model paints than the one that was named, as in the web UI."""
    return Notice("the checkpoint {asked} is not served here, and {model} paints instead",
                  {"asked": asked[:60], "model": served})  # fmt: skip


def _of_values(asked: TextToImage) -> Iterator[Notice]:
    order = asked.order()
    wanted = asked.enlarged or (asked.width, asked.height)
    if asked.enlarged:
        yield Notice("painted once, in the size of the second pass: {width} x {height}",
                     {"width": order.width_px, "height": order.height_px})  # fmt: skip
    pairs = ((wanted[0], order.width_px), (wanted[1], order.height_px))
    changes = ", ".join(f"{one} -> {other}" for one, other in pairs if one != other)
    if changes:
        yield Notice("sides are multiples of {step} px: {changes}", {"step": SIZE_STEP_PX, "changes": changes})
    if asked.seed != order.seed:
        yield Notice("seeds go up to {most}; this one stands for {seed}", {"most": MAX_SEED, "seed": order.seed})


def _of_words(asked: TextToImage) -> Iterator[Notice]:
    left_out = [*without_syntax(asked.prompt)[1], *without_syntax(asked.negative_prompt or "")[1]]
    if left_out:
        yield Notice(
            "left out of the prompt, since no picture here depends on it: {parts}", {"parts": " ".join(left_out)}
        )


def _of_names(asked: TextToImage) -> Iterator[Notice]:
    """What of the web UI's own names is not obeyed; what has other names is counted, since it may be anything."""
    sent = {**(asked.model_extra or {}), "override_settings": _other_settings(asked)}
    obeyed = {"enable_hr"} if asked.enlarged else set()
    unused = sorted(name for name in (_UNUSED & sent.keys()) - obeyed if _asks(name, sent[name]))
    n_unknown = sum(1 for name in sent.keys() - _UNUSED - _IDLE if _asks(name, sent[name]))
    if unused or n_unknown:
        log.info("fields_ignored", names=unused, n_unknown=n_unknown)
    if unused:
        yield Notice("not obeyed, since no picture here depends on it: {names}", {"names": ", ".join(unused)})
    if n_unknown:
        yield Notice("fields that are not known here, and were left out: {n}", {"n": n_unknown})


def _other_settings(asked: TextToImage) -> list[str]:
    """Settings that ask for something."""
    settings = asked.override_settings or {}
    return [name for name, value in settings.items() if name != CHECKPOINT and _asks(name, value)]


def _asks(name: str, value: object) -> bool:
    """Whether a field asks for anything."""
    known = {"sampler_name": SAMPLERS, "sampler_index": SAMPLERS, "scheduler": SCHEDULERS}.get(name)
    if known is not None and isinstance(value, str):
        return bool(value) and value.lower() not in known
    return bool(value) and value not in _USUAL.get(name, ())
