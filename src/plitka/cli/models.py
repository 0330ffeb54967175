"""`plitka model`: the models on this machine."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Translate, add_command, add_family, decimal, model_help
from plitka.cli.engines import DEFAULT_MODEL
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.model_info import info_rows
from plitka.cli.terminal import Terminal
from plitka.core.recipes.recipe import V45

if TYPE_CHECKING:
    from plitka.model.bundle import Bundle


def add(commands: Commands, _: Translate) -> None:
    """Declare the command and its own commands."""
    actions = add_family(commands, "model", _, _("the models on this machine: list, info, verify, add"))
    add_command(actions, "list", _, _("name every model")).set_defaults(run=run_list, logs=True)
    for name, run, help_text in (
        ("info", run_info, _("say what a model is made of")),
        ("verify", run_verify, _("compare every file of a model with its hash")),
    ):
        one = add_command(actions, name, _, help_text)
        one.add_argument(
            "model",
            nargs="?",
            default=DEFAULT_MODEL,
            metavar="NAME_OR_DIR",
            help=model_help(_),
        )
        one.set_defaults(run=run, logs=True)
    add_add(actions, _)


def add_add(actions: Commands, _: Translate) -> None:
    """Declare `model add`."""
    parser = add_command(actions, "add", _, _("make a model of your own files, after checking that they fit"))
    parser.add_argument("--name", required=True, metavar="NAME", help=_("what to call the model"))
    parser.add_argument(
        "--base",
        required=True,
        metavar="HUB_ID_OR_DIR_OR_FILE",
        help=_("an SDXL: owner/name on the Hugging Face Hub, a folder in hub layout, or one .safetensors file"),
    )
    parser.add_argument(
        "--vae",
        type=Path,
        metavar="FILE",
        help=_("an SDXL autoencoder in one .safetensors file, in the place of the base's or where it has none"),
    )
    parser.add_argument("--lora", type=Path, metavar="FILE", help=_("a LoRA for SDXL, whoever wrote it"))
    parser.add_argument(
        "--embeddings",
        type=Path,
        metavar="FILE",
        help=_("learned tokens for both text encoders; leave it out if the LoRA file brings them"),
    )
    parser.add_argument("--strength", type=decimal, default=1.0, metavar="0..2", help=_("of the LoRA (default: 1)"))
    parser.add_argument(
        "--trigger",
        default=V45.trigger,
        metavar="WORD",
        help=_("the word before the tokens in every prompt (default: {default})").format(default=V45.trigger),
    )
    parser.add_argument("--revision", metavar="COMMIT", help=_("of a base on the hub (default: the newest)"))
    parser.add_argument(
        "--variant",
        metavar="NAME",
        help=_("of a base's files, such as bf16, or '' for those without one (default: fp16, where there is)"),
    )
    parser.add_argument(
        "--config",
        metavar="HUB_ID_OR_DIR",
        help=_("configurations and vocabularies for a base in one file (default: those of SDXL 1.0)"),
    )
    parser.add_argument("--licence", default="unstated", metavar="TEXT", help=_("under which the files may be used"))
    parser.set_defaults(run=run_add, logs=True)


def run_list(options: argparse.Namespace, terminal: Terminal) -> int:
    """Names and folders; no manifest is read, so that a damaged model is listed too."""
    from plitka.model.bundle import list_bundles

    folders = {name: str(folder) for name, folder in list_bundles().items()}
    if options.json:
        terminal.write_json({"models": folders})
    else:
        terminal.write_table(folders.items())
    return EXIT_OK


def run_info(options: argparse.Namespace, terminal: Terminal) -> int:
    """What the manifest says, and what the LoRA's header tells of where it comes from."""
    from plitka.model.bundle import find_bundle

    _show_bundle(find_bundle(options.model), options, terminal)
    return EXIT_OK


def run_add(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write a bundle of the user's files under the models folder; the base's weights are not loaded."""
    from plitka.model.bundle_builder import BundleParts, add_bundle

    bundle = add_bundle(
        BundleParts(
            name=options.name,
            base=options.base,
            vae=options.vae,
            lora=options.lora,
            embeddings=options.embeddings,
            strength=options.strength,
            trigger=options.trigger,
            revision=options.revision,
            variant=options.variant,
            config=options.config,
            licence=options.licence,
        )
    )
    _show_bundle(bundle, options, terminal)
    return EXIT_OK


def run_verify(options: argparse.Namespace, terminal: Terminal) -> int:
    """Read every byte of the model's own files; a hub base is held to its commit when it is loaded."""
    from plitka.model.bundle import find_bundle

    bundle = find_bundle(options.model)
    bundle.verify()
    if options.json:
        terminal.write_json({"model": bundle.label, "folder": str(bundle.folder), "n_files": len(bundle.files)})
    else:
        text = terminal.gettext("{model} is whole: {n_files} files match their hashes")
        terminal.write(text.format(model=bundle.label, n_files=len(bundle.files)))
    return EXIT_OK


def _show_bundle(bundle: "Bundle", options: argparse.Namespace, terminal: Terminal) -> None:
    info = _info(bundle)
    if options.json:
        terminal.write_json(info)
    else:
        terminal.write_table(info_rows(info, terminal))


def _info(bundle: "Bundle") -> dict[str, Any]:
    return {
        "name": bundle.name,
        "digest": bundle.digest,
        "licence": bundle.licence,
        "folder": str(bundle.folder),
        "base": {key: value for key, value in asdict(bundle.base).items() if value or key == "variant"},
        "noise": _noise_info(bundle),
        "vae": asdict(bundle.vae) if bundle.vae else None,
        "lora": _lora_info(bundle),
        "embeddings": asdict(bundle.embeddings) if bundle.embeddings else None,
        "controlnet": asdict(bundle.controlnet) if bundle.controlnet else None,
        "prompt": {"trigger": bundle.style.trigger},
        "defaults": asdict(bundle.defaults),
        "n_files": len(bundle.files),
        "n_bytes": sum(record.n_bytes for record in bundle.files.values()),
    }


def _noise_info(bundle: "Bundle") -> dict[str, object] | None:
    """What the base predicts and on which noise; of a damaged or distant one nothing."""
    from plitka.errors import BundleError
    from plitka.model.base_facts import bundle_facts

    try:
        return bundle_facts(bundle, local_only=True).noise_info()
    except BundleError:
        return None


def _lora_info(bundle: "Bundle") -> dict[str, Any] | None:
    """What the manifest says and what the file's header adds; of a damaged file only what the manifest says."""
    from plitka.errors import BundleError
    from plitka.model.provenance import trace_lora

    if bundle.lora is None:
        return None
    info = asdict(bundle.lora)
    try:
        traced = trace_lora(bundle.file(bundle.lora.file))
    except (BundleError, OSError):
        return info
    return info | {
        "producer": list(traced.producers),
        "n_modules": traced.n_modules,
        "rank": list(traced.ranks),
        "targets": dict(traced.targets),
        "dtype": list(traced.dtypes),
        "is_dora": traced.is_dora,
    }
