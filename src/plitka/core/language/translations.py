"""The languages of messages and help: English in the code, Russian from a gettext catalogue.

Text is translated at the edges (the command line, the service's answers), never where it is made, so an
error reads the same in every log.
"""

import gettext
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from plitka.errors import FieldName, Phrase, PlitkaError

LANGUAGES = ("en", "ru")
_CATALOGUES = Path(__file__).parent / "locale"


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


def localise(error: PlitkaError, language: str, *, as_options: bool = False) -> str:
    """The error's sentence in a language, its values filled in; those that are words of ours in the same language.

    Args:
        error: it.
        language: one of `LANGUAGES`.
        as_options: name choices as the command line does, `--field-mm` for `field_mm`.
    """
    told = {name: _localise_value(value, language, as_options) for name, value in error.values.items()}
    return translation(language).gettext(error.message).format(**told)


def _localise_value(value: object, language: str, as_options: bool) -> object:
    if isinstance(value, PlitkaError):
        return localise(value, language, as_options=as_options)
    if isinstance(value, FieldName) and as_options:
        return value.option
    if isinstance(value, Phrase):
        message: str = value
        return translation(language).gettext(message)
    return value
