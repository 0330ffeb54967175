"""Which model an order is for: one that is named is never exchanged for another, also not after a new start."""

from plitka.core.generation import Engine
from plitka.errors import NotFound
from plitka.serve.engine_words import DistantEngine


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
    for one in engines_of(engine):
        served, _, version = one.name.partition("@")
        if name == served:
            return served
        if name in (one.name, version):
            return one.name
    served = ", ".join(one.name for one in engines_of(engine))
    raise NotFound("the model {model} is not served here, but {served}; name that one, or none", model=name,
                   served=served)  # fmt: skip


def engines_of(engine: Engine) -> tuple[Engine, ...]:
    """All that are served, where it stands for several; the first makes what names none."""
    return (engine, *engine.others) if isinstance(engine, DistantEngine) else (engine,)


def engine_for(model: str | None, engine: Engine | None) -> Engine | None:
    """Which of those that are served makes what was ordered of a model, as `settle_model` has it."""
    if engine is None or model is None:
        return engine
    return next((one for one in engines_of(engine) if model in (one.name, one.name.partition("@")[0])), engine)


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
