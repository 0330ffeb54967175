"""Words of specifications and orders that say nothing of a mix, in English and Russian: falls, standards, dates.

They are patterns over text in small letters without «ё».
"""

_LENGTH = r"\d+(?:[.,]\d+)?[ ]?-?(?:mm|cm|m|ft|мм|см|м)(?![^\W_])"
_STANDARD = (
    r"(?:(?:(?:to|per|as per|acc(?:ording|\.)? to|по|согласно)[ ])?"
    r"(?:(?:(?:bs|din|гост|astm|iso|p|р)[ ])*(?:en|ен|iso|исо|din|astm|bs|гост)[ ]?(?:[fр][ ]?)?\d{3,5}(?:[-:.]\d+)*"
    r"|(?:ту|tu|сто|снип|санпин|сп|тр тс|тр еаэс|техусловия|технические условия)[ ]?(?:№[ ]?)?"
    r"(?=\S*\d{3})\d+(?:[-–/.]\d+)+)"
    r"|(?:к-т|компл(?:ект)?|kit)\.?[ ]?(?:№|no\.?|#)[ ]?\d+)"
)
FALL_HEIGHT = (
    r"(?:(?:critical|maximum|max\.?|free|tested|rated)[ ])*(?:fall(?:ing)?[ -]heights?|height of fall|drop height|cfh)"
    rf"[ ]?(?:[:=-]|of|is|up to|max\.?)?[ ]?(?:up to )?{_LENGTH}(?:[ ]{_STANDARD})?"
    r"|(?:(?:критическ|максимальн|безопасн|расчетн)[а-я]+[ ])*высот[а-я]+[ ](?:свободного[ ])?падения"
    rf"[ ]?(?:[:=—–-]|до|не более)?[ ]?(?:до |не более )?{_LENGTH}(?:[ ]{_STANDARD})?"
    r"|\d+(?:[.,]\d+)?[ ]?(?:ft|feet|foot|m|')[ -]?(?:cfh|(?:critical )?fall[ -]heights?)"
)
"""From how high somebody may fall, which is no size of the tile."""
STANDARD = _STANDARD
"""By its number: `BS EN 1177`, «ГОСТ Р ЕН 1177»."""
PRODUCT = r"pour[ -]?(?:n|'n'|and|&)[ -]?play"
"""What a maker calls a floor, with `and` in it."""
