"""The command line: one of the places where the rooms of plitka meet.

Exit codes: 0 done, 2 bad input, 3 not allowed, 4 a problem with the model or a file, 5 done but outside
the asked tolerance, 130 stopped by Ctrl-C. Each command is a module with `add` and `run`; whatever is
slow to import is imported in the body of a `run`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial

from plitka.cli.engines import LoadEngine, load_bundled_engine
from plitka.cli.exit_codes import EXIT_FILE, EXIT_OK, EXIT_STOPPED, exit_code
from plitka.cli.parser import language_of, parse
from plitka.cli.terminal import Terminal, open_terminal
from plitka.core.language.translations import localise_os_error
from plitka.errors import PlitkaError
from plitka.model.loading import let_waiting_threads_sleep


def main(argv: Sequence[str] | None = None, *, load_engine: LoadEngine | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: what follows the program's name; None for the process's own, which then is all the command's.
        load_engine: turns a model's name and a device into an engine, tests put theirs here; None: bundles.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    language = language_of(words, os.environ)
    options = parse(words, language, load_engine or partial(load_bundled_engine, is_own_process=argv is None))
    terminal = open_terminal(language, quiet=options.quiet)
    try:
        return _run(options, terminal)
    except PlitkaError as error:
        terminal.error(error)
        return exit_code(error)
    except KeyboardInterrupt:
        terminal.stop(terminal.gettext("stopped"))
        return EXIT_STOPPED
    except BrokenPipeError:
        # The reader has closed the pipe (`plitka colours | head`); Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except MemoryError:
        terminal.fail(terminal.gettext("memory ran out; ask for a smaller picture, or free memory"))
        return EXIT_FILE
    except OSError as error:
        terminal.fail(localise_os_error(error, language))
        return EXIT_FILE


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    let_waiting_threads_sleep()  # before numpy is there: the renderer and the measure need it as the models do
    if options.logs:
        from plitka.cli.logs import configure_logs

        configure_logs(verbose=options.verbose, as_json=options.log_json)
    code: int = options.run(options, terminal)
    terminal.stdout.flush()  # here, so that a closed pipe raises where it is handled
    return code
