"""`plitka work`, and how many workers `plitka serve` has, each on its processor or GPU."""

import argparse
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_guidance_device_option,
    add_model_option,
    decimal,
    engine_config,
    whole,
)
from plitka.cli.engines import LoadEngine
from plitka.cli.logs import configure_logs
from plitka.cli.store_access import add_data_option, require_packages, settings_of
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.core.generation import Engine
from plitka.core.scene import check_side
from plitka.errors import FieldName, InputError
from plitka.model.engine_config import NO_DEVICE, EngineConfig
from plitka.serve.settings import Settings

AUTO = "auto"
EachLoader = Sequence["partial[Engine]"]


def count(text: str) -> int | str:
    """How many workers were asked for, or `AUTO`."""
    return AUTO if text == AUTO else whole(text)


def add_workers_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """How many engines a service has."""
    parser.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help=_(
            "engines, each in a process and on a GPU of its own; auto: as many as there are GPUs; 0: only those of "
            "`plitka work` (default: {usual}, in the service's process)"
        ).format(usual=Settings().workers),
    )


def add_making_options(parser: argparse.ArgumentParser, _: Translate) -> None:
    """What every engine of a service is told, wherever it runs."""
    usual = Settings()
    parser.add_argument(
        "--batch",
        type=whole,
        metavar="N",
        help=_("pictures that are made at once (default: {usual})").format(usual=usual.batch),
    )
    parser.add_argument(
        "--drain-s",
        type=decimal,
        metavar="S",
        help=_("seconds that a stop waits for the picture in work (default: {usual:g})").format(usual=usual.drain_s),
    )
    parser.add_argument(
        "--warm-up-px",
        type=whole,
        metavar="PX",
        help=_("side of the first picture, which nobody sees (default: as large as usual)"),
    )


def add(commands: Commands, _: Translate, load_engine: LoadEngine) -> None:
    """Declare `work`."""
    parser = add_command(commands, "work", _, _("make pictures for a service of `plitka serve --workers`"))
    add_model_option(parser, _)
    add_device_option(parser, _)
    add_guidance_device_option(parser, _)
    add_data_option(parser, _)
    add_making_options(parser, _)
    parser.set_defaults(run=run_work, logs=True, load_engine=load_engine)


def run_work(options: argparse.Namespace, terminal: Terminal) -> int:
    """Take jobs from the service's database until told to stop."""
    require_packages()
    from plitka.serve.leases import WorkerRow
    from plitka.serve.worker_process import WorkerTerms, work

    check_making(options)
    settings = settings_of(options)
    configure_logs(verbose=not options.quiet, as_json=True)
    config = replace(engine_config(options), max_batch=settings.batch, batch_s=settings.batch_s or None)
    terms = WorkerTerms(
        settings=settings,
        load_engine=partial(options.load_engine, options.model, config, None),
        version=version(),
        warm_up_px=options.warm_up_px,
    )
    row = WorkerRow()
    terminal.remark(terminal.gettext("worker {id} of {name}").format(id=row.id[:8], name=row.name))
    return work(terms, row)


def check_making(options: argparse.Namespace) -> None:
    """Refuse at once what no engine could be made of.

    Raises:
        InputError: no picture has the side of `--warm-up-px`.
        BundleError: there is no such model, or it cannot be used.
    """
    from plitka.model.bundle import find_bundle

    if options.warm_up_px is not None:
        check_side(FieldName("warm_up_px"), options.warm_up_px)
    find_bundle(options.model)


def settle_workers(options: argparse.Namespace) -> None:
    """Have `options.workers` be a number: if it was to be found out, as many as have GPUs, and at least one."""
    if options.workers == AUTO:
        options.workers = max(1, _n_gpus(options.device) // _gpus_each(options.guidance_device))


def loaders(options: argparse.Namespace, config: EngineConfig, n_workers: int) -> EachLoader:
    """What makes each worker's engine: one a GPU in turn, or two, or on a part of the processor's cores.

    Raises:
        InputError: several workers would compute half of their guidance on one GPU, or on one that another paints on.
    """
    n_gpus = _n_gpus(options.device) if n_workers > 1 else 0
    if n_workers > 1 and config.guidance_device != NO_DEVICE:
        _check_gpus(config, n_workers, n_gpus)
    if n_gpus:
        each = [_on_own_gpus(config, number, n_gpus) for number in range(n_workers)]
    else:
        n_threads = max(1, (os.cpu_count() or 1) // max(1, n_workers))
        is_cpu = options.device in ("auto", "cpu")
        each = [replace(config, n_threads=n_threads if is_cpu else None)] * n_workers
    return [partial(options.load_engine, options.model, one, None) for one in each]


def _gpus_each(guidance_device: str) -> int:
    """That a worker takes."""
    return 1 if guidance_device == NO_DEVICE else 2


def _check_gpus(config: EngineConfig, n_workers: int, n_gpus: int) -> None:
    """Refuse workers that would stand in each other's way; without any GPU all of guidance is the processor's."""
    if config.guidance_device != AUTO or config.device.startswith("cuda:"):
        raise InputError(
            "{n} workers would share a GPU for half of their guidance; write --guidance-device auto without --device, "
            "which gives each two GPUs of its own, or have one worker",
            n=n_workers,
        )
    needed = n_workers * _gpus_each(config.guidance_device)
    if 0 < n_gpus < needed:
        raise InputError(
            "{n} workers with a second GPU for guidance need {needed} GPUs, and torch finds {n_gpus}; "
            "have fewer workers, or leave out --guidance-device",
            n=n_workers,
            needed=needed,
            n_gpus=n_gpus,
        )


def _on_own_gpus(config: EngineConfig, number: int, n_gpus: int) -> EngineConfig:
    """The next GPU in turn, or the next two."""
    first = _gpus_each(config.guidance_device) * number
    if config.guidance_device == NO_DEVICE:
        return replace(config, device=f"cuda:{first % n_gpus}")
    return replace(config, device=f"cuda:{first}", guidance_device=f"cuda:{first + 1}")


def _n_gpus(device: str) -> int:
    """GPUs that may be shared out: none where one, or the processor, was named."""
    if device not in ("auto", "cuda"):
        return 0
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:  # torch is not for us
        return fresh.submit(count_gpus).result()


def count_gpus() -> int:
    """How many torch sees, in this process."""
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0
