"""Words for letters on a tile, in English and Russian, as patterns over text in small letters without «ё»."""

WRITING = r"lettering|letters|text|inscription|writing|logo|надпис(?:ь|ью|и)|текст(?:ом)?|букв(?:ы|ами)|логотип(?:ом)?"
"""What is written, with or without a colour of its own."""
NAMED = r"letter|word|number|numeral|digit|figure|букв(?:а|ой|у)|цифр(?:а|ой|у)|слов(?:о|ом)|номер(?:ом)?"
"""The same beside a colour only: else it may be a number of an order."""
SAYS = r"(?:(?:that )?(?:saying|says|reading|reads)|of|with|со? слов\w+)"
"""Between such a word and what is written."""
IN = r"(?:in|цвета|цветом)"
"""Before the colour of what is written."""
ON_IT = (
    r"on (?:it|top|the (?:tile|front|face))|in the (?:middle|cent(?:re|er))|across it|painted on(?: it)?"
    r"|на ней|на нем|посередине|(?:в|по) (?:центру|центре|середине)"
)
"""Behind what is written: where it is."""
