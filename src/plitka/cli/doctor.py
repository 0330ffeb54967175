"""`plitka doctor`: what this machine has for a model, and what to do about what it lacks."""

import argparse

from plitka.cli.arguments import (
    Commands,
    Translate,
    add_command,
    add_device_option,
    add_guidance_device_option,
    add_model_option,
)
from plitka.cli.exit_codes import EXIT_FILE, EXIT_OK
from plitka.cli.terminal import Terminal
from plitka.core.language.translations import localise


def add(commands: Commands, _: Translate) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "doctor", _, _("look at the GPU, its torch, the model and the hub, and say what is missing")
    )
    add_model_option(parser, _)
    add_device_option(parser, _)
    add_guidance_device_option(parser, _)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """A line for each thing, and below it what to do; 4 if no picture can be made."""
    from plitka.model.check_up import check_up

    code = EXIT_OK
    for finding in check_up(options.model, options.device, options.guidance_device):
        is_well = finding.advice is None and not finding.is_fatal
        terminal.write(f"{'+' if is_well else '-'} {localise(finding.told, terminal.language, as_options=True)}")
        if finding.advice is not None:
            terminal.write(f"  {localise(finding.advice, terminal.language)}")
        if finding.is_fatal:
            code = EXIT_FILE
    return code
