"""Words for shapes on a tile that no zone draws, in English and Russian, as patterns over text in small letters."""

FIGURE = (
    r"stars?|cross(?:es)?|hearts?|triangles?|rings?|rectangles?|ovals?|ellipses?|diamonds?|rhombus(?:es)?|hexagons?"
    r"|octagons?|pentagons?|polygons?|arrows?|spirals?|zig[ -]?zags?|waves?|wavy(?: lines?)?|swirls?|clouds?|flowers?"
    r"|snowflakes?|footprints?|chevrons?|herringbone|semi-?circles?|quarter[ -]circles?|crescents?|arcs?|hopscotch"
    r"|fish(?:es)?|square(?! (?:tile|mat|slab|met|m(?![a-z])|cm|mm|f))|symbols?|icons?"
    r"|logos?|emblems?|crests?|coats? of arms|mascots?|герб(?:а|ом|ы|ами)?"
    r"|pictograms?|silhouettes?|эмблем[а-я]*|символ[а-я]*|значк(?:ом|а)|значок|пиктограмм[а-я]*|силуэт[а-я]*"
    r"|логотип[а-я]*|corners|угл(?:ы|ами|ах)|уголк[а-я]*|butterfl(?:y|ies)"
    r"|звезд[а-я]*|крест(?:а|ом|ы|ик[а-я]*)?|сердц[а-я]*|сердечк[а-я]*|треугольник[а-я]*"
    r"|квадрат(?:а|ом|ик[а-я]*)?(?! м)|кол(?:ьцо|ьца|ьцом|ец|ечк[а-я]*)|прямоугольник[а-я]*|овал[а-я]*"
    r"|эллипс[а-я]*|ромб[а-я]*"
    r"|(?:шести|восьми|пяти|много)угольник[а-я]*|стрелк[а-я]*|спирал[а-я]*|зигзаг[а-я]*|цвет(?:ок|ком|ки|очк[а-я]*)"
    r"|снежинк[а-я]*|полукруг[а-я]*|полумесяц[а-я]*|дуг(?:а|и|у|ой)|елочк[а-я]*|рыбк[а-я]*|классик(?:и|ами)"
    r"|бабочк[а-я]*"
)
"""A figure, which a picture of it can be the mask of."""
EMBLEM = r"logos?|emblems?|crests?|coats? of arms|mascots?|эмблем[а-я]*|логотип[а-я]*|герб(?:а|ом|ы|ами)?"
"""Figures with colours of their own, wherever these stand."""
CHARACTERS = r"figures|digits|numerals|numbers|цифр(?:ы|ами)|номера(?:ми)?"
"""Before a range of what is drawn, one on each tile."""
CHARACTER = r"figure|digit|numeral|number|цифр[а-я]*|letter|букв[а-я]*"
"""Before a character that is drawn: `figure 5`, «буква А»."""
DIAGONAL = (
    r"(?:(?:on|along|across|cut on|split on) (?:the|a) )?diagonal(?:ly)?(?: split| cut)?|corner to corner"
    r"|(?:по |на )?диагонал[а-я]*|наискос(?:ок|ь)|(?:с|от|из) угла (?:на|до|в|к) угол[а-я]*"
)
"""A line that no zone has for its edge."""
STRIPES = r"stripes?|striped|stripe?y|bands?|banded|lines|полос(?!т)[а-я]*|лини(?:и|ями|й)(?![а-я])"
TURNED = (
    r"diagonal(?:ly)?|slant(?:ed|ing)|oblique|(?:по |на )?диагонал[а-я]*|наискос(?:ок|ь)"
    r"|наклонн[а-я]+|кос(?:ые|ых|ыми|ая|ой|ую)"
)
"""How stripes lie that neither stand upright nor lie across the tile."""
CURVED = (
    r"wavy|waved|curv(?:ed|y|ing)|zig[ -]?zag(?:ged|ging)?|wave[- ]?shaped|волнист[а-я]+|волн(?:ой|ами)"
    r"|изогнут[а-я]+|крив(?:ые|ых|ыми|ая|ой|ую)|зигзаг[а-я]*"
)
"""How stripes lie that are not straight."""
GRADIENT = r"gradients?|ombr[eé]|fad(?:e|es|ing)|градиент[а-я]*|омбре|плавн[а-я]+ переход[а-я]*"
"""A change from one colour to another across the tile, which no zone has."""
POINTED = (
    r"ones?|others?|another|outer(?:most)?|inner(?:most)?|bull['’]?s?[ -]?eye|те|одни|одна|один"
    r"|други[а-я]+|друг(?:ая|ой|ую)|втор(?:ая|ой|ые|ую)|перв(?:ая|ый|ые|ую)|внешн[а-я]+|внутренн[а-я]+|наружн[а-я]+|мишен[а-я]*|яблочк[а-я]+"
)
"""Words that say which of several parts is meant, and are no colours."""
UNSHOWN = (
    r"(?:on|along|at|down) (?:only )?(?:one|two|three|both|opposite|[123])(?: (?:opposite|long|short))?"
    r" (?:sides?|edges?)|(?:с|по|вдоль) (?:одн\w+|дву\w+|двум|тре[хм]|обе\w+|обоим|противоположн\w+)"
    r" (?:сторон\w*|кра\w+|граня\w+)"
)
"""Where a part lies that no zone has."""
PARTED = r"quarter[ -]circles?|semi-?circles?|concentric|полукруг[а-я]*|концентрич[а-я]*"
"""Of a circle, which no zone is."""
LAID = r"(?:laid|laying|lay|installed|fixed|set|уклад[а-я]*|кладк[а-я]*|уложен[а-я]*|клад[а-я]+|лож[а-я]+)"
"""How tiles lie on the floor is nothing of what one shows."""
SPOTS = r"dots|spots|точ(?:ки|ек|ками|ечк[а-я]*|ечек)|пят(?:на|ен|нами|ныш[а-я]*)|круж[а-я]+|горош[а-я]+"
"""Flecks that can be counted."""
