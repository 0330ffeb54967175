"""Questions about a tile that are no recipe: `How much does a black tile cost?`, «есть ли у вас красная плитка?»."""

import re

from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source

_ASKED = re.compile(
    r"(?<![^\W_])(?:how much (?:does|do|is|are|would|will|for)|what(?:'s| is| are| does| would| will)? (?:the |your )?"
    r"(?:price|cost|lead time)s?|what (?:does|do|would|will) [^,;.]{1,60} cost|(?:the )?(?:price|cost)s? (?:of|for|per)"
    r"|do you (?:have|sell|stock|deliver|offer)|have you got|who (?:sells|makes)|can i (?:buy|order)|where (?:can|do) i"
    r"|how (?:many|long|thick|heavy)|when (?:will|can|do)|(?:is|are) [^,;.]{1,60} (?:available|in stock)"
    r"|сколько (?:(?:это |она )?(?:будет |бы )?(?:стоит|стоят|стоить|стоила)|весит)|почем|какая (?:цена|стоимость)"
    r"|какова (?:цена|стоимость)|есть ли|у вас есть|(?:есть|бывает) у вас"
    r"|есть в наличии|(?:узнать|уточнить) (?:цену|стоимость|наличие)|кто (?:продает|делает)"
    r"|можно ли (?:купить|заказать)|где купить|когда (?:будет|привез|достав)[^\W\d_]*|какой срок"
    r"|вы (?:продаете|делаете|доставляете))(?![^\W_])"
)
_PRICED = re.compile(r"(?<![^\W_])(?:цена|цену|стоимость|price|cost|how much|сколько)(?![^\W_])")
_SHARES = re.compile(
    r"\d ?(?:%|/|:(?=\d)|проц|percent|pct|per cent|parts?|част|дол|kg|кг|мешк|bags?)"
    r"|(?<![^\W_])(?:percent|процент[а-я]*|half|third|quarter|equal|evenly|rest|половин|треть|четверт|поровну|остал)"
)
"""How much there is of a colour: a question with a recipe is read as that."""
_NO_SHARE = re.compile(
    r"\d+(?:[.,]\d+)? ?(?:[xх×*] ?\d+(?:[.,]\d+)? ?)?(?:mm|cm|m2|m|мм|см|м2|м|кв|sq|шт|pcs)?(?![^\W_])"
)
_SIZE = re.compile(r"[xх×*]|mm|cm|m|мм|см|м|кв|sq|шт|pcs")
_PAIR = 2
_BEFORE = re.compile(r"[.!?\n](?:\s+|\Z)|\n")
"""Where a sentence ends before another."""
_END = re.compile(r"[.!?\n](?=\s|\Z)|\Z")


def question_apart(source: Source) -> tuple[str, str] | None:
    """A text with blanks for the sentence that asks for a price and alike, and that; None where no other is there.

    What is asked with a share in it, `how much is 60% red?`, may be the recipe.
    """
    asked = _asked(source)
    if asked is None:
        return None
    start, end = source.span(*asked.span())
    start = max((found.end() for found in _BEFORE.finditer(source.text, 0, start)), default=0)
    ended = _END.search(source.text, end)
    end = len(source.text) if ended is None else ended.end()
    rest = f"{source.text[:start]}{' ' * (end - start)}{source.text[end:]}"
    question = source.text[start:end].strip()
    is_apart = _SHARES.search(question.casefold()) is None and any(map(str.isalpha, rest))
    return (rest, question) if is_apart else None


def tell_question(question: str) -> Notice:
    """That a question was set aside."""
    return Notice("{words!r} asks a question, and is no part of the mix", {"words": question})


def _asked(source: Source) -> "re.Match[str] | None":
    return _ASKED.search(source.folded) or (_PRICED.search(source.folded) if "?" in source.folded else None)


def check_question(source: Source) -> None:
    """Nothing unless a text asks for a price and alike, and says of no colour how much there is of it.

    Raises:
        RecipeError: with what a recipe looks like.
    """
    asked = _asked(source)
    if asked is None or _SHARES.search(source.folded):
        return
    numbers = [found for found in _NO_SHARE.finditer(source.folded) if not _SIZE.search(found[0])]
    if len(numbers) >= _PAIR:
        return
    span = source.span(*asked.span())
    raise source.refuse(
        "{words!r} asks a question, and is no recipe; write which colours the tile has and how much of each, as in: "
        "anthracite 90%, terracotta 10%",
        span,
        words=source.text[slice(*span)],
    )
