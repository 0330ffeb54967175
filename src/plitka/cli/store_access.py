"""What commands that look after a service share: where its data are, its settings, and its database."""

import argparse
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Translate
from plitka.errors import InputError
from plitka.serve.settings import Settings, read_settings

if TYPE_CHECKING:
    from plitka.serve.store import Store

_OPTIONS = {field.name for field in fields(Settings)}


def add_data_option(parser: argparse.ArgumentParser, _: Translate) -> None:
    """Where the database and the pictures are."""
    usual = str(Settings().data).replace("%", "%%")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=_("folder of keys, jobs and pictures (default: {usual})").format(usual=usual),
    )


@contextmanager
def opened(options: argparse.Namespace, *, create: bool) -> Iterator["Store"]:
    """The database beside a service that may run on it."""
    require_packages()
    from plitka.serve.database import require_some_key
    from plitka.serve.integrity import told_of_database
    from plitka.serve.store import open_store

    settings = settings_of(options)
    if not create:
        require_some_key(settings)
    with told_of_database(), closing(open_store(settings, own=False, create=create)) as store:
        yield store


def settings_of(options: argparse.Namespace) -> Settings:
    """Those of the environment, and of the options that are named as they are."""
    given: dict[str, Any] = {name: value for name, value in vars(options).items() if name in _OPTIONS}
    return read_settings(os.environ, **given)


def require_packages() -> None:
    """Raise InputError unless what the service needs is installed."""
    try:
        import fastapi  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        raise InputError("the service needs further packages; run: pip install 'plitka[serve]'") from error
