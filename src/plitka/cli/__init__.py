"""Composition root 1: the command line.

Exit codes: 0 done, 2 bad input, 3 not allowed, 4 a problem with the model or a file, 5 done but outside
the asked tolerance, 130 stopped by Ctrl-C. Each command is a module with `add` and `run`; whatever is
slow to import is imported in the body of a `run`.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from plitka.cli import arguments, terminal
from plitka.cli.engines import LoadEngine, load_bundled_engine
from plitka.errors import BundleError, Cancelled, EngineError, InputError, PlitkaError, ServiceError

EXIT_OK = 0
EXIT_INPUT = 2
EXIT_NOT_ALLOWED = 3
EXIT_FILE = 4
EXIT_STOPPED = 130

EXIT_CODES: dict[type[PlitkaError], int] = {
    InputError: EXIT_INPUT,
    BundleError: EXIT_FILE,
    EngineError: EXIT_FILE,
    ServiceError: EXIT_NOT_ALLOWED,
    Cancelled: EXIT_STOPPED,
}
"""An error's exit code is that of its nearest ancestor here."""


def exit_code(error: PlitkaError) -> int:
    """The row of `EXIT_CODES` that an error falls in."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def main(argv: Sequence[str] | None = None, *, load_engine: LoadEngine = load_bundled_engine) -> int:
    """Run one command and return its exit code.

    Args:
        argv: what follows the program's name; None for the process's own.
        load_engine: turns a model's name and a device into an engine; tests put theirs here.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    language = arguments.language_of(words, os.environ)
    options = arguments.parse(words, language, load_engine)
    person = terminal.open_terminal(language, quiet=options.quiet)
    try:
        return _run(options, person)
    except PlitkaError as error:
        person.error(error)
        return exit_code(error)
    except KeyboardInterrupt:
        person.fail(person.gettext("stopped"))
        return EXIT_STOPPED
    except BrokenPipeError:
        # The reader has seen enough (`plitka colours | head`); Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except OSError as error:
        person.fail(str(error))
        return EXIT_FILE


def _run(options: argparse.Namespace, person: terminal.Terminal) -> int:
    if options.logs:
        from plitka.cli.logs import configure_logs

        configure_logs(verbose=options.verbose, as_json=options.log_json)
    code: int = options.run(options, person)
    person.stdout.flush()  # here, so that a reader who has gone is noticed while we can still tell
    return code
