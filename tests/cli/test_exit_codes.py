"""What each error's exit code is."""

import inspect

from plitka import errors
from plitka.cli.exit_codes import EXIT_CODES


def test_every_error_has_an_exit_code() -> None:
    """No class of errors.py falls through the table."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PlitkaError)]
    outside = [
        kind.__name__
        for kind in kinds
        if kind is not errors.PlitkaError and not any(base in EXIT_CODES for base in kind.__mro__)
    ]
    assert not outside
