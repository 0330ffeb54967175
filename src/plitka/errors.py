"""Every error that plitka raises on purpose.

```
PlitkaError                  .message .values
├── InputError               the caller's; asking again unchanged is useless
│   ├── RecipeError          .source .span .suggestions .rewritten   -> caret under the place
│   │   └── UnknownColour    a word that is no colour
│   ├── PromptTooLong        .n_tokens .limit .lost
│   ├── TooFine              granules that would not be seen in the picture
│   └── PaletteError         .path .line
├── BundleError              .path; a model on disk is missing, damaged or not what it says
│   ├── ManifestError        bundle.toml cannot be used as written
│   ├── MissingFile          a file that the manifest names is not there
│   ├── PointerFile          a Git-LFS pointer lies where the weights should be
│   ├── PickleFile           a format that can run code when it is opened
│   ├── TruncatedFile        the file ends before its header says
│   ├── HashMismatch         .expected .actual
│   └── BaseUnavailable      the base is not on this machine and cannot be fetched
├── EngineError              the network failed while it ran
│   ├── DeviceUnavailable    no such device here
│   ├── OutOfMemory          less memory than this picture needs
│   └── BadOutput            NaN or an empty picture
├── ServiceError             .retry_after_s; the service will not, or not now, or not for this key
│   ├── NotIdentified        no key, or none that is in force
│   ├── NotAllowed           the key's role does not reach so far
│   ├── NotFound             no such thing, or it is another key's
│   ├── Gone                 it was there, and is lost or damaged
│   ├── Conflict             the request contradicts one before it
│   ├── TooLarge             more than the service takes in
│   ├── TooMany              more often than the key may
│   ├── NoRoom               the disk is full, or nearly, or may not be written
│   └── Unavailable          starting, stopping, or full
│       └── StorageAway      the database or the pictures' place does not answer
└── Cancelled                the caller asked to stop; nothing was written
```

An error is an English sentence with named places and the values for them, so that an edge can say it
in another language (`plitka.core.language.localise`). Errors know neither exit codes nor HTTP: each
composition root has one table for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Phrase(str):
    """Words of ours among the values of an error: they are said in the language of its sentence."""

    __slots__ = ()


class FieldName(str):
    """The name of a choice among the values of an error, as JSON has it; the command line says it as an option."""

    __slots__ = ()

    @property
    def option(self) -> str:
        """As the command line has it."""
        return f"--{self.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class CommandHint:
    """The end of a sentence that helps at the command line alone: what is to be typed there; elsewhere it is left out.

    A template and its values, as a `PlitkaError` has.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.values)


class PlitkaError(Exception):
    """What went wrong, where, what was expected, and what to do next.

    `message` is a `str.format` template and `values` fill its places; `str(error)` is the English text. A value may be
    an error itself, a `Phrase`, a `FieldName` or a `CommandHint`.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross from one process to another; by default they would be made anew of positional arguments."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[PlitkaError], args: tuple[Any, ...], attributes: dict[str, Any]) -> PlitkaError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class InputError(PlitkaError):
    """The caller asked for something that cannot be made."""


class RecipeError(InputError):
    """A recipe cannot be read; `span` is the (start, end) place in `source` that is to blame."""

    def __init__(
        self,
        message: str,
        *,
        source: str,
        span: tuple[int, int],
        suggestions: tuple[str, ...] = (),
        rewritten: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(message, **values)
        self.source = source
        self.span = span
        self.suggestions = suggestions
        """What may stand in that place."""
        self.rewritten = rewritten
        """What may stand in the place of all of it."""


class UnknownColour(RecipeError):
    """A word of a recipe is no colour; `suggestions` are spelled like it."""


class PromptTooLong(InputError):
    """The prompt has more tokens than the text encoders read; `lost` is the part they would not see."""

    def __init__(self, message: str, *, n_tokens: int, limit: int, lost: str, **values: object) -> None:
        super().__init__(message, n_tokens=n_tokens, limit=limit, lost=lost, **values)
        self.n_tokens = n_tokens
        self.limit = limit
        self.lost = lost


class TooFine(InputError):
    """Granules would have too few pixels to be seen."""


class PaletteError(InputError):
    """A maker's palette file cannot be read; `line` counts from 1, 0 for the file as a whole."""

    def __init__(self, message: str, *, path: Path | str, line: int = 0, **values: object) -> None:
        super().__init__(message, path=path, line=line, **values)
        self.path = path
        self.line = line


class BundleError(PlitkaError):
    """A model on disk is missing, damaged, or not what its manifest says."""

    def __init__(self, message: str, *, path: Path | str, **values: object) -> None:
        super().__init__(message, path=path, **values)
        self.path = path


class ManifestError(BundleError):
    """bundle.toml cannot be used as written."""


class MissingFile(BundleError):
    """A file that the manifest names is not there."""


class PointerFile(BundleError):
    """A Git-LFS pointer lies where the weights should be."""


class PickleFile(BundleError):
    """The file is in a format that can run code when it is opened."""


class TruncatedFile(BundleError):
    """The file ends before its own header says it should."""


class HashMismatch(BundleError):
    """The file's content is not the content that the manifest promises."""

    def __init__(self, message: str, *, path: Path | str, expected: str, actual: str, **values: object) -> None:
        super().__init__(message, path=path, expected=expected, actual=actual, **values)
        self.expected = expected
        self.actual = actual


class BaseUnavailable(BundleError):
    """The base model is not on this machine and could not be fetched."""


class EngineError(PlitkaError):
    """The network failed while it ran."""


class DeviceUnavailable(EngineError):
    """The asked device does not exist on this machine."""


class OutOfMemory(EngineError):
    """The device has less memory than this picture needs; a smaller picture may fit."""


class BadOutput(EngineError):
    """The network produced NaN or an empty picture."""


class ServiceError(PlitkaError):
    """The service refuses; `retry_after_s` says after how long asking again may help, None that it will not."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_after_s = retry_after_s


class NotIdentified(ServiceError):
    """The request carries no key, or none that is in force."""


class NotAllowed(ServiceError):
    """The key is known, and its role does not reach so far."""


class NotFound(ServiceError):
    """There is no such thing, or it belongs to another key."""


class Gone(ServiceError):
    """It was there, and is lost or damaged."""


class Conflict(ServiceError):
    """The request contradicts one that was accepted before."""


class TooLarge(ServiceError):
    """More than the service takes in."""


class TooMany(ServiceError):
    """More often than the key may."""


class Unavailable(ServiceError):
    """The service is starting, stopping or full."""


class StorageAway(Unavailable):
    """The database or the pictures' place does not answer, or not now; the same may work in a moment."""


class NoRoom(ServiceError):
    """There is no room for further pictures, or they may not be written."""


class Cancelled(PlitkaError):
    """The caller asked to stop, and nothing was written."""
