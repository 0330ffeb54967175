"""Which model an order is for: one that is named is never exchanged for another, also not after a new start."""

from plitka.core.generation import Engine
from plitka.errors import NotFound


def settle_model(asked: str | None, engine: Engine | None) -> str | None:
    """What a model was called, in one spelling: NAME, or NAME@VERSION where the version was named.

    Args:
        asked: NAME, VERSION or both with `@` or `:` between them, also after an OWNER and a slash; None for any.
        engine: of the model that is served; None while it is loaded, and then whatever was asked is taken.

    Raises:
        NotFound: another model is served.
    """
    if asked is None:
        return None
    name = asked.rpartition("/")[2].replace(":", "@", 1)
    if engine is None:
        return name
    served, _, version = engine.name.partition("@")
    if name == served:
        return served
    if name in (engine.name, version):
        return engine.name
    raise NotFound(
        "the model {model} is not served here, but {served}; name that one, or none", model=name, served=engine.name
    )


def is_same_model(one: str | None, other: str | None) -> bool:
    """Whether two orders were for the same model, also if only one was settled before the model was loaded."""
    return one == other or _version_alone(one, other) or _version_alone(other, one)


def _version_alone(bare: str | None, full: str | None) -> bool:
    return bool(bare) and full is not None and full.partition("@")[2] == bare


def is_served(kept: str, engine: Engine) -> bool:
    """Whether a model is the one that is served."""
    try:
        settle_model(kept, engine)
    except NotFound:
        return False
    return True
