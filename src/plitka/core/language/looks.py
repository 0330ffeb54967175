"""Words about the look of a tile, in English and Russian: what a scene shows, and what only a prompt can take."""

_GRAIN = ("granules", "granule", "grain", "grains", "chips", "crumb", "texture", "fraction", "particles", "granulate")
_GRAIN_RU = ("гранула", "гранулы", "крошка", "фракция", "зерно", "текстура", "гранулами", "крошкой")
_LARGE, _LARGE_RU = (
    ("large", "coarse", "big", "larger", "bigger", "chunky"),
    ("крупная", "крупные", "крупный", "большие"),
)
_SMALL, _SMALL_RU = ("small", "fine", "finer", "smaller", "tiny"), ("мелкая", "мелкие", "мелкий", "маленькие")
_MEDIUM, _MEDIUM_RU = ("medium", "normal", "standard", "usual"), ("средняя", "средние", "обычная", "стандартная")


def _grains(words: tuple[str, ...], words_ru: tuple[str, ...]) -> str:
    """`large granules`, «крупная крошка» and all alike."""
    pairs = [(words, _GRAIN), (words_ru, _GRAIN_RU)]
    return ", ".join(f"{word} {grain}" for own, grains in pairs for word in own for grain in grains)


LOOKS = {
    "granules=2-4": _grains(_LARGE, _LARGE_RU)
    + ", large, big, coarse, coarse grained, крупный, крупно, крупнозернистая, кр крошка, кр фракция, кр гранула",
    "granules=0.5-1.5": _grains(_SMALL, _SMALL_RU) + ", fine, small, tiny, fine grained, мелкий, мелко, мелкозернистая",
    "granules=1-4": _grains(_MEDIUM, _MEDIUM_RU),
    "wet=yes": (
        "wet, slightly wet, a bit wet, damp, немного мокрый, слегка мокрый, слегка влажный, "
        "wet look, wet tile, wetted, after rain, rainy, in the rain, мокрый, мокрая, влажный, после дождя, под "
        "дождём"
    ),
    "wet=no": "dry, dry tile, сухой, сухая",
    "light=studio": (
        "studio, studio light, studio lighting, in the studio, студийный свет, студийном свете, студийное освещение, "
        "студийном освещении, студия, в студии"
    ),
    "light=sun": (
        "low sun, "
        "sun, sunny, sunny day, sunlight, sunlit, in the sun, hard light, hard shadows, harsh light, direct sun, "
        "bright sunlight, солнце, солнечный, солнечно, солнечный свет, на солнце, солнечный день, яркое "
        "солнце, ярком солнце, при ярком солнце, свет солнечный, жёсткий "
        "свет, при солнце"
    ),
    "light=overcast": (
        "overcast, overcast sky, cloudy sky, grey sky, "
        "overcast light, cloudy, soft light, soft lighting, diffuse light, diffused light, natural light, "
        "natural lighting, daylight, soft shadows, пасмурно, пасмурный, облачно, мягкий свет, рассеянный свет, "
        "свет дневной, "
        "свет рассеянный, свет мягкий, свет естественный, дневной рассеянный свет, overcast day, "
        "естественный свет, естественном свете, дневной свет, дневном свете, естественное освещение, "
        "естественном освещении, мягкое освещение, мягком свете, в пасмурный день"
    ),
    "light=warm": (
        "warm light, warm lighting, evening light, evening sun, "
        "low evening sun, golden hour, sunset light, at sunset, тёплый свет, тёплом свете, "
        "тёплом свету, тёплым светом, тёплое освещение, тёплом освещении, вечерний свет, вечернем свете, "
        "вечернее солнце, вечернем солнце, на вечернем солнце, закатный свет, закатном свете, на закате"
    ),
    "light=cold": (
        "cold light, cool light, cold lighting, cool lighting, холодный свет, холодном свете, холодном свету, "
        "холодным светом, холодное освещение, холодном освещении"
    ),
    "surface=pressed": (
        "pressed, moulded, molded, rough, rough texture, rough surface, прессованная, формованная, шероховатая, "
        "шершавая"
    ),
    "surface=cut": (
        "smooth, smooth texture, smooth surface, flat surface, cut, sliced, smooth face, cut face, "
        "sliced face, smooth rather than moulded, smooth face rather than moulded, cut rather than moulded, sliced "
        "rather than moulded, шлифованная, шлифованный, шлифованная поверхность, гладкая, ровная поверхность, резаная, "
        "гладкая поверхность"
    ),
    "pattern=mix": (
        "random, random pattern, randomly, scattered, shuffled, mixed pattern, mixed randomly, evenly mixed, "
        "random mix, evenly distributed, evenly spread, uniformly distributed, randomly distributed, "
        "well mixed, chaotic, chaotically, scattered pattern, uniformly mixed, uniform mix, random distribution, "
        "случайный, случайно, случайный узор, хаотично, хаотичный, вперемешку, вразброс, равномерно, равномерно "
        "перемешаны, равномерно перемешать, перемешать, перемешано, перемешаны, смешать, смешано, смешаны"
    ),
    "view=top": "top view, top down, top down view, view from above, from above, overhead, вид сверху, сверху",
}
"""Choices of a scene, in the words of its JSON; `pattern=mix` and `view=top` are what every tile is."""

ASIDES = (
    "neutral, neutral tone, warm, old, standard colour, standard color, standard colours, standard colors, "
    "стандартный цвет, стандартного цвета, стандартные цвета, нейтральный, тёплый, теплее, холоднее, warmer, cooler, "
    "beautiful, nice, good, pretty, cool, lovely, great, perfect, simple, classic, classical, amazing, stunning, "
    "stylish, bold, calm, fresh, fun, cosy, cozy, cheerful, natural looking, modern, clean, clear, "
    "realistic, real, natural, premium, quality, best quality, detailed, highly "
    "detailed, ultra detailed, hd, uhd, 4k, 8k, "
    "soft, softer, safe, slip resistant, non slip, anti slip, antislip, durable, cinematic, bokeh, moody, vintage, "
    "retro, hdr, minimal, minimalist, minimalistic, "
    "artistic, abstract, play zone, play area, sports zone, rest zone, futuristic, garden, park, patio, "
    "salt and pepper, top quality, "
    "dramatic, dramatic look, dramatic lighting, seamless, tileable, gradient, pattern, "
    "patterned, land, macro, closeup, close up, studio photo, "
    "vibrant, colourful, colorful, elegant, rustic, urban, industrial, side view, perspective, "
    "isometric, weathered, worn, aged, new, contrast, contrasting, "
    "хороший, хорошая, классный, простой, простая, классический, классическая, уютный, весёлый, "
    "красивый, красивая, современный, современная, реалистичный, реалистичная, качественный, детальный, "
    "детализированный, "
    "бесшовный, бесшовная, узор, узором, "
    "мягкий, мягкая, упругий, прочный, безопасный, нескользящий, износостойкий, соль и перец, соль с перцем, "
    "игровая зона, спортивная зона, зона отдыха, сад, парк, "
    "дача, "
    "градиент, стильная, рисунок, крупный план, контрастный, контрастная, новый, новая, старая, потёртая, "
    "один в один, "
    "под камень, под дерево, под мрамор, под бетон, под гранит, под кирпич, вид сбоку, в перспективе, драматичный"
)

FINISHES = {
    "matt": (
        "matt, matte, mat finish, matt finish, matte finish, matt surface, matte surface, dull finish, "
        "without sheen, without shine, without gloss, no sheen, no shine, no gloss, non glossy, not glossy, not shiny, "
        "not gloss, no glare, without glare, non reflective, anti glare, "
        "матовый, матовая, матовая поверхность, матовое покрытие, без блеска, без глянца, без отблеска, без бликов, "
        "не глянец, не глянцевый, не глянцевая, не блестящий, не блестящая"
    ),
    "satin": (
        "satin, satin finish, semi gloss, semi gloss finish, semi matt, semi matte, semi matt finish, half matt, "
        "полуматовый, полуматовая, полуглянцевый, полуглянцевая, сатиновый"
    ),
    "gloss": (
        "gloss, glossy, shiny, high gloss, gloss finish, glossy finish, glossy surface, shiny surface, lustrous, "
        "глянец, глянцевый, глянцевая, глянцевая поверхность, с блеском, с глянцем, блестящий, блестящая"
    ),
}
"""How much a face shines, which no scene shows."""

PATTERNS = {
    "stripes:90-100%": "nosing strip",
    "stripes:45-55%": (
        "strip, marking, line marking, line, stripe, разметка, разметкой, разметку, полосой, полосу, полоса, линию, "
        "линия, линией"
    ),
    "stripes:4": (
        "strips, markings, lines, striped, stripes, striped pattern, in stripes, линии, в полоску, полосатый, полосы, "
        "полоски, полосами, полосками"
    ),
    "checker:4": (
        "chequerboard, chequered, chequer pattern, squares, шахматка, шахматку, шахматки, клетка, клетки, "
        "grid, grid pattern, checkered, checkerboard, checker pattern, checked, chess pattern, chessboard, сетка, "
        "сеткой, шахматный, в клетку, клеткой, в шахматном порядке, шахматный узор, шахматкой"
    ),
    "border:8%": (
        "border, borders, bordered, frame, edging, рамка, рамкой, кайма, каймой, бордюр, бордюром, кантом, кантик, "
        "кантиком"
    ),
    "text:СТАРТ": (
        "letters, lettering, inscription, logo, text, digits, numerals, буквы, буквами, надпись, надписью, логотип, "
        "логотипом, цифра, цифрой, цифры, цифрами"
    ),
    "circle": "radial, radial pattern, circles, circular pattern, радиальный, радиальный узор, круги, кругами",
}
"""Patterns that zones show, by a mask of one."""

USUAL_CIRCLE_PERCENT = 60
"""Of the shorter side of a tile, where nothing is said of how large a circle is."""
