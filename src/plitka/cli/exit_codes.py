"""What the process's exit code tells a script."""

from plitka.errors import BundleError, Cancelled, EngineError, InputError, PlitkaError, ServiceError

EXIT_OK = 0
EXIT_INPUT = 2
EXIT_NOT_ALLOWED = 3
EXIT_FILE = 4
EXIT_MISSED = 5
"""Done, but a measured share is outside the asked tolerance."""
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
    """The code in `EXIT_CODES` of an error's nearest ancestor."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
