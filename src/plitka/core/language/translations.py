"""The languages of messages and help: English in the code, Russian from a gettext catalogue.

Text is translated at the edges (the command line, the service's answers), never where it is made, so an
error reads the same in every log.
"""

import gettext
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from plitka.errors import CommandHint, FieldName, Phrase

LANGUAGES = ("en", "ru")
_CATALOGUES = Path(__file__).parent / "locale"


class _WithComma(float):
    """A number that is written with a decimal comma."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(".", ",")


@runtime_checkable
class Sentence(Protocol):
    """What is told to people: a `PlitkaError` or a `Notice`."""

    @property
    def message(self) -> str:
        """A template for `str.format`."""
        ...

    @property
    def values(self) -> Mapping[str, object]:
        """What fills its places."""
        ...


@runtime_checkable
class Named(Protocol):
    """A value that has a name in each language, such as a recipe among what a notice tells."""

    def named_in(self, language: str) -> str:
        """How people are told it in one of `LANGUAGES`."""
        ...


def choose_language(environ: Mapping[str, str]) -> str:
    """The language of `PLITKA_LANG`, else of the usual locale variables, else English."""
    for variable in ("PLITKA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(variable, "").lower()
        if value:
            return "ru" if value.startswith("ru") else "en"
    return "en"


@lru_cache(maxsize=len(LANGUAGES))
def translation(language: str) -> gettext.NullTranslations:
    """The gettext catalogue of a language; English is the text itself."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("plitka", _CATALOGUES, [language])


def localise(sentence: Sentence, language: str, *, as_options: bool = False) -> str:
    """An error or a notice in a language, its values filled in; those that are words of ours in the same language.

    Args:
        sentence: it.
        language: one of `LANGUAGES`.
        as_options: name choices as the command line does, `--field-mm` for `field_mm`, and tell what is typed there.
    """
    told = {name: _localise_value(value, language, as_options) for name, value in sentence.values.items()}
    return translation(language).gettext(sentence.message).format(**told)


def localise_os_error(error: OSError, language: str) -> str:
    """What the system refused, with the file if there is one, in a language."""
    return f"{error.filename}: {_reason(error, language)}" if error.filename else _reason(error, language)


def _reason(error: OSError, language: str) -> str:
    """Why a file was refused, without the number that the system has for it; its own words where we have none."""
    _ = translation(language).gettext
    match error:
        case FileNotFoundError():
            return _("there is no such file or folder")
        case PermissionError():
            return _("it may not be opened")
        case IsADirectoryError():
            return _("it is a folder")
        case NotADirectoryError():
            return _("it is no folder")
    return error.strerror or str(error)


def _localise_value(value: object, language: str, as_options: bool) -> object:
    if isinstance(value, CommandHint) and not as_options:
        return ""
    if isinstance(value, Sentence):
        return localise(value, language, as_options=as_options)
    if isinstance(value, Named):
        return value.named_in(language)
    if isinstance(value, OSError):
        return _reason(value, language)
    if isinstance(value, float) and language == "ru":
        return _WithComma(value)
    if isinstance(value, FieldName) and as_options:
        return value.option
    if isinstance(value, Phrase):
        message: str = value
        return translation(language).gettext(message)
    return value
