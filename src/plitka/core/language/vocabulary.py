"""The words of a recipe that are not colours, in English and Russian, and what they do.

Words that mean nothing for the mix are listed too: a word that is neither a colour nor here is refused,
because it may be the one that mattered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache

from plitka.core.language.flecks import FLECKS
from plitka.core.language.labels import LABELS, LAYERS, PERIOD, PERIODS
from plitka.core.language.limits import LIMITS
from plitka.core.language.looks import ASIDES, FINISHES, LOOKS, PATTERNS
from plitka.core.language.modifiers import MODIFIERS
from plitka.core.language.numbers import COMPARED, FRACTIONS, NUMBERS, compounds, shares
from plitka.core.language.places import PLACES
from plitka.core.language.spelling import count_pieces, name_key
from plitka.core.language.units import LENGTHS, MASSES

TRIGGER = "ohwx_rubber_tile"
TOKENS = ("<s0>", "<s1>")
DESCRIPTORS = (
    "photorealistic rubber tile",
    "high quality",
    "detailed texture",
    "professional photography",
    "sharp focus",
)


PLAIN_COLOURS = (
    "black", "white", "gray", "red", "green", "blue", "yellow", "orange", "brown", "pink", "purple", "violet", "beige",
    "чёрный", "белый", "серый", "красный", "зелёный", "синий", "голубой", "жёлтый", "оранжевый", "коричневый",
    "розовый", "фиолетовый", "бежевый",
)  # fmt: skip
"""Names that another beside them makes finer, as in `anthracite grey`."""


JOINING = frozenset({"and", "n", "и", "&", "+", "plus", "плюс"})
"""Separators that make one group of what they join."""

WITH = frozenset({"with", "w/", "w", "has", "having", "to have", "to get", "с", "со"})
"""Separators between a ground and what is added to it."""


class Kind(StrEnum):
    """What a token does in a recipe."""

    COLOUR = "colour"
    NUMBER = "number"
    FRACTION = "fraction"
    """A share of the whole: half, «треть», ½."""
    PERCENT = "percent"
    PARTS = "parts"
    SEPARATOR = "separator"
    LINK = "link"
    """A colon, dash or equals sign between a colour and its number, or in a ratio; there also «2 to 1»."""
    SLASH = "slash"
    EQUAL = "equal"
    """All colours alike; its value is how many there must be, 0 for any number."""
    EACH = "each"
    FLECK = "fleck"
    REST = "rest"
    BASE = "base"
    """The next colour is the ground for the others."""
    NOT = "not"
    """The colour that follows is in no part of the mix."""
    RANGE = "range"
    """What stands by it is no single number: `less than`, or a limit such as «не менее»; its `text` is of
    `limits.LIMITS` where the limit itself is allowed."""
    ABOUT = "about"
    """The number by it is not exact: `roughly`, «примерно»."""
    VAGUE = "vague"
    """How much of a colour there is, in no number: `mostly`, «чуть-чуть»."""
    LABEL = "label"
    """Its number is of the order and no share: `tolerance 5%`, «кол-во 120»."""
    LAYER = "layer"
    """A layer of the tile; its `text` is `top` for what is seen, or `bottom`."""
    ZONE = "zone"
    """A part of the tile's face: `left`, «середина»."""
    LIKE = "like"
    """What follows it is compared with: `like a beach`, «как лес»; it names no colour of the mix."""
    PLACE = "place"
    """What follows it says where or for what a tile is: `under a swing`, «для двора»."""
    LIGHT = "light"
    """A colour before it is of the light: `red lighting`, «синяя подсветка»."""
    MODIFIER = "modifier"
    """It changes the colour that follows: `deep`, «бледно-»; its `text` is one of `colour.modifiers.MODIFIERS`."""
    COLOURED = "coloured"
    """It says that there are colours, and not which."""
    SBR = "sbr"
    """The trade's black crumb, where no colour stands by it."""
    MASS = "mass"
    """A unit of mass or a container; its value is grams, 0 for a container of no known mass."""
    LENGTH = "length"
    """A number that is a length or an area, or what announces one: `thickness`."""
    COUNTED = "counted"
    """What a number before it counts, and no share: `3 colours`, «2 плитки»; its value is the number of a word such as
    «двухцветный»."""
    TOTAL = "total"
    """The number that follows is the sum of the others."""
    BY_MASS = "by mass"
    """The numbers are shares of the mass."""
    LOOK = "look"
    """Says how the tile looks, and a scene can show it; its `text` is the choice, as in `light=sun`."""
    ASIDE = "aside"
    """Says how the picture looks, and only a prompt can take it; its `text` is the mask of a pattern that zones show,
    or one of `looks.FINISHES`."""
    LIKENESS = "likeness"
    """What a name before it describes: `stone texture` is no colour."""
    HALF = "half"
    """«Пол»: a half before a unit or a colour in the genitive, else a floor."""
    MIX = "mix"
    """What a number before it is shared out in: `15% mix of red and blue`."""
    SAME = "same"
    """As much as of the colour before: «столько же»."""
    COMPARED = "compared"
    """So many times as much of one colour as of another; its value is how many times."""
    BINDER = "binder"
    """What holds the granules together, and has no colour."""
    BRACKET = "bracket"
    UNKNOWN = "unknown"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word or phrase stands for."""

    kind: Kind
    value: Fraction = Fraction(0)
    text: str = ""


_PHRASES = {
    Kind.PERCENT: "percent, percentage, per cent, pct, percnt, prcnt, prct, persent, perc, "
    "процент, процента, проценту, процентов, процентами, проц, "
    "відсоток, відсотка, відсотки, відсотків",
    Kind.PARTS: (
        "part, parts, portion, portions, часть, части, частей, частями, частина, частини, "
        "частин, доля, долю, доли, долей, долями, ч, x, х, pts"
    ),
    Kind.SEPARATOR: (
        "and, n, plus, with, w, has, having, to have, to get, but, add, adding, then add, добавить, потом добавить, "
        "затем добавить, и, плюс, с, со, "
        "а также, но, і, та"
    ),
    Kind.LINK: "to, к, ко, до, till",
    Kind.EACH: "each, apiece, ea, по",
    Kind.FLECK: FLECKS,
    Kind.REST: (
        "rest, remainder, remaining, remaining area, all else, everything else, balance, base, background, ground, "
        "ground colour, ground color, base colour, base color, background colour, background color, "
        "остаток, остатка, остатку, от остатка, от остального, остальное, то что останется, а то что останется, "
        "что останется, оставшийся, оставшееся, ост, решта, залишок, основание, осн, основа, основы, основе, основу, "
        "основой, база, базы, базе, базу, базой, фон, фона, фоне, фоном, фону, полю"
    ),
    Kind.BASE: (
        "on, onto, over, against, look like in, look like on, look in, look on, looks on, на, поверх, по чёрному фону, "
        "выглядит на, смотрится на, будет смотреться на, будет выглядеть на"
    ),
    Kind.NOT: (
        "no, not, without, except, excluding, non, all but, anything but, everything but, everything except, any but, "
        "any colour but, any color but, без, без примеси, без добавления, without any, "
        "without added, "
        "no longer needed, no longer wanted, not needed, not wanted, not required, больше не надо, больше не нужно, "
        "больше не нужен, no trace of, without a trace of, "
        "no hint of, without a hint of, никаких, никакой, никакого, кроме, не, не надо, не нужно, "
        "не нужен, нет, за исключением, "
        "всё кроме, "
        "нельзя, не хочу, не хотим, не нравится, не нравятся, не любим, не люблю, don't like, do not like, "
        "don't want, do not want, doesn't want, does not want, no longer want, don't need, do not need, don't use, "
        "do not use, can't use, cannot use, can't have, cannot have, not keen on, hate, dislike"
    ),
    Kind.LIKENESS: (
        "texture, textured, look, style, effect, imitation, background scene, текстура, стиль, эффект, имитация"
    ),
    Kind.TOTAL: "total, in total, sum, altogether, итого, всего, сумма, в сумме",
    Kind.BY_MASS: (
        "weight, mass, wt, by weight, by mass, weight percent, mass percent, percent by weight, percent by "
        "mass, по массе, по весу, "
        "масса, массы, масс, вес, веса, весовых, массовых, массовых долей, процентов по массе, процентов по весу"
    ),
    Kind.RANGE: (
        "between, less than, more than, over than, fewer than, greater than, менее, более, "
        "меньше, больше, свыше, менее чем, более чем, меньше чем, больше чем"
    ),
    Kind.ABOUT: (
        "about, abt, around, approx, approximately, appr, roughly, circa, ca, or so, or thereabouts, "
        "somewhere around, give or take, прибл, приблиз, "
        "около, примерно, приблизительно, где-то, порядка, ориентировочно, в районе, прим, ок, плюс-минус"
    ),
    Kind.VAGUE: (
        "as possible, как можно больше, как можно меньше, a bit, a little, slightly, a hint of, hints of, a touch of, "
        "немного, чуть, слегка, a few, few, lots of, "
        "lots, a lot of, plenty of, very little, a sprinkle of, a sprinkle, sprinkle, a dash of, a pinch of, "
        "a drop of, almost no, капелька, капельки, капелькой, капельку, капля, каплей, каплю, редкий, "
        "редко, изредка, rarely, sparsely, sparse, occasional, побольше, "
        "щепотка, щепотку, щепоткой, hint of, touch of, dash of, pinch of, drop of, splash of, чуточка, "
        "небольшим количеством, большим количеством, a small amount of, a large amount of, поменьше, много, мало, "
        "несколько, чуть-чуть, немножко, немножечко, чуточку, чуток, "
        "a smidge of, a smidgen of, a splash of, a tad of, a tad, a lick of, a trace of, traces of, a scattering of, "
        "a smattering of, a dusting of, a sprinkling of, a handful of, a whisper of, a pop of, a wee bit of"
    ),
    Kind.HALF: "пол",
    Kind.MIX: "mix, mixed, mixture, blend, melange, меланж, меланжа, "
        "made up of, composed of, consisting of, микс, смесь, смеси, смесью",
    Kind.SAME: (
        "the same amount, same amount, the same of, same of, the same share, just as much, as much, столько же, "
        "такое же количество"
    ),
    Kind.BINDER: (
        "pu, пу, связка, связки, "
        "binder, binders, glue, adhesive, polyurethane, polyurethane binder, pu binder, polyurethane glue, "
        "клей, клея, клее, связующее, связующего, полиуретан, полиуретана, полиуретановый клей, "
        "полиуретановое связующее"
    ),
    Kind.LIKE: (
        "would look, will look, "
        "like, looks like, look like, looking like, similar to, reminiscent of, inspired by, как, как у, чтобы как, "
        "чтоб как, похоже на, похожий на, наподобие, вроде, типа"
    ),
    Kind.PLACE: (
        "above, under, underneath, near, beside, behind, next to, under a, под, над, возле, "
        "рядом с, за, чтоб, чтобы, so that"
    ),
    Kind.LIGHT: (
        "lights, lighting, backlight, backlighting, backlit, glow, glowing, lamp, lamps, illumination, "
        "свет, света, светом, свете, подсветка, подсветки, подсветкой, освещение, освещения, освещением, освещении"
    ),
    Kind.ZONE: (
        "zone, zones, left, left half, left side, right, right half, right side, centre, center, edge, edges, corner, "
        "corners, зона, зоны, зоне, левый, правый, слева, справа, середина, середине, середину, центр, центре, "
        "край, края, краям, угол, углы, углам"
    ),
    Kind.COLOURED: (
        "rainbow, rainbow colours, rainbow colors, all colours of the rainbow, радуга, радужный, всех цветов радуги, "
        "coloured, colored, colured, coulored, couloured, "
        "multicoloured, multicolored, multi coloured, multi colored, цветной, разноцветный, "
        "многоцветный"
    ),
    Kind.SBR: (
        "sbr, сбр, sbr crumb, sbr granules, tyre crumb, tire crumb, tyre rubber, tire rubber, tyre granules, "
        "tire granules, crumb of tyres, buffings, tyre buffings, tire buffings, rubber buffings, "
        "резиновая крошка, крошка sbr, шинная крошка, шинной крошки, крошка шин"
    ),
    Kind.LENGTH: (
        "thickness, thick, size, sized, width, wide, height, length, long, dimensions, format, area, толщина, "
        "толщиной, толщине, толщ, thk, "
        "толщины, размер, размером, размера, размеры, габариты, ширина, шириной, высота, высотой, длина, "
        "длиной, формат, выс, шир, дл, hgt, "
        "площадь, площадью"
    ),
    Kind.FILLER: (
        "a, an, the, of, in, is, tile, rubber, granule, granules, granulate, crumb, crumbs, chip, chips, "
        "than, same as, rosehill, melos, gezolan, stockmeier, playtop, unirubber, regupol, kraiburg, "
        "colour, color, recipe, epdm, full epdm, full depth, tpv, ratio, proportion, "
        "proportions, respectively, solid, plain, only, all, just, exactly, precisely, ровно, "
        "client wants, customer wants, the client wants, the customer wants, client asks for, customer asks for, "
        "заказчик хочет, клиент хочет, заказчик просит, клиент просит, заказчику нужна, клиенту нужна, "
        "from, for, me, please, use, using, in all, "
        "require, requires, required, pls, plz, plse, thx, tnx, asap, urgent, urgently, lol, can, you, do, let, us, "
        "could, could we see, can we see, can i see, see, would like, on top of that, on top of this, "
        "на тон, на полтона, "
        "provide, supply, quote, to supply, to provide, to be, to consist of, to comprise, comprising, to match, "
        "shall be, shall contain, shall consist of, to contain, must contain, should contain, will contain, content, "
        "what would, how would, what will, how will, what does, how does, "
        "what about, how about, the other, the other two, the other three, "
        "solid colour, throughout, per, pigment, pigments, pigmented, dyed, dye, "
        "col, this one, that one, "
        "double layer, single layer, two layer, three layer, two ply, the one, virgin, ii, iii, iv, want, need, i, "
        "we, make, made, give, show, generate, create, draw, picture, "
        "image, composition, made of, made from, consisting, consists, contains, containing, share, shares, amount, "
        "amounts, number, colour name, coloured through, through coloured, dyed through, now, any more, anymore, put, "
        "примесь, примеси, примесью, an admixture of, admixture of, "
        "теперь, отныне, floor, flooring, floors, mat, paver, paving, slab, "
        "surface, covering, coating, playground, gym, sports, outdoor, indoor, sample, particles, grains, material, "
        "fraction, fractions, grain size, it, its, this, that, be, should, must, will, here, there, some, at, by, as, "
        "колір, кольору, кольором, гумова, крихта, треба, потрібна, split, divide, divided, shared, "
        "поделить, разделить, делим, more or less, "
        "recycled, surfacing, wet pour, wetpour, poured in place, "
        "pour in place, why, try, shade, dry mix, hi, hello, good evening, good morning, good afternoon, thanks, "
        "thank you, main, primary, accent, accents, "
        "secondary, additional, first, "
        "second, third colour, third color, by area, by volume, any, "
        "fully, completely, pure, purely, entirely, uniform, single, "
        "гранулят, гранулята, гранулятом, плитка, плитку, плиткой, плитке, крошка, крошки, крошку, крошкой, крошке, "
        "гранулы, гранул, "
        "гранула, гранулами, чем, цвет, цвету, цветом, "
        "резина, резины, резиновый, эпдм, епдм, рецепт, состав, фракция, фракции, фр, из, в, соотношение, соотношении, "
        "пропорция, "
        "пропорции, соответственно, только, однотонный, однотонная, однотонно, сплошной, сплошная, "
        "сплошное, сплошного, одноцветный, одноцветная, "
        "от, для, мне, нужна, нужно, нужен, хочу, сделай, сделайте, сгенерируй, "
        "сгенерируйте, создай, создайте, здравствуйте, добрый день, привет, спасибо, "
        "пожалуйста, переработанный, вторичный, основной, дополнительный, акцентный, акцент, первый, второй, "
        "третий, сделать, покажи, покажите, "
        "нарисуй, изображение, картинка, состоит, содержит, содержание, содержанием, содержать, "
        "количество, пола, покрытие, покрытия, мат, брусчатка, "
        "поверхность, площадка, площадки, площадке, детский, спортзал, спортзала, зал, "
        "зала, тренажёрный, двор, двора, дорожка, дорожки, образец, материал, это, должно, должна, быть, при, "
        "весь, вся, всё, все, полностью, целиком, чисто, чистый, чистая, код, название, "
        "по площади, по объёму, надо, дай, дайте, давай, давайте, замешай, замешайте, "
        "замес, цв, ед, изм, доп, больше ничего, ничего больше, "
        "ну, а, просто, было, был, была, были, стало, завтра, сегодня, послезавтра, значит, "
        "спс, пжл, пжлст, плиз, плз, срочно, здрав, здравствуй, "
        "можно, во, пигмент, пигмента, "
        "пигментом, краситель, красителем, окрашенный, окрашенный в массе, прокрашенный в массе, "
        "двухслойный, однослойный, трёхслойный, наборный, тоже, "
        "каждого, каждой, каждый, посчитайте, рассчитайте, просчитайте, "
        "нам, наш, нашу, пусть будет, берём, возьмём, добавим, добавляем, "
        "бери, возьми, возьмите, добавь, добавьте, сыпь, засыпь, клади, положи, делай, делайте, туда, "
        "пожалуй, наверное, тогда, пиши, запиши, запишите, between the two, between the three, из этих двух, из двух"
    ),
}  # fmt: skip

_COUNTED = {
    "colours": (
        "colours, colors, colour mix, color mix, colour blend, color blend, colour tile, "
        "color tile, tone, tones, shades, цвета, цветов, цветах, "
        "цветами, оттенки, оттенка, оттенков, тона, тонов"
    ),
    "pieces": (
        "pieces, piece, pcs, pc, off, layers, layer, sheets, плиток, штук, штуки, штука, шт, слоя, слоёв, слой, "
        "tiles, mats, pavers, slabs, плитки, плит, pallet, pallets, поддон, поддона, поддонов, паллета, паллеты, "
        "паллет, "
        "рулон, рулона, рулонов"
    ),
    PERIOD: PERIODS,
}

_VAGUE = {
    "most": "mostly, mainly, predominantly, в основном, преимущественно",
    "change": (
        "less, more, fewer, chng, swap, swapped, switch, switched, replace, replaced, instead, замени, замените, "
        "заменить, поменяй, поменяйте, "
        "substitute, substituted, убери, уберите, убрать, убираем, убавь, прибавь, "
        "delete, deleted, omit, omitted, "
        "remove, removed, removing, drop, dropped, take out, leave out, get rid of, scrap, ditch, "
        "lose, cut out, выкинь, выкиньте, выкинуть, выброси, выбросьте, выбросить, удали, удалите, удалить, вычеркни, "
        "вычеркните, вычеркнуть"
    ),
    "instead": "instead of, in place of, in lieu of, rather than, вместо, взамен",
}
"""`most` is of what is more than half; the others say how a mix differs from one that is not told."""

CLOSE = "close"
"""The `text` of words for a colour that is nearly another: `close to RAL 8004`."""

_CLOSE = {
    CLOSE: (
        "close to, closest to, close match to, nearest to, near to, as close as possible to, "
        "близко к, близкий к, ближе к, ближайший к, максимально близко к, приближённый к"
    )
}

_COLOURS_IN_ALL = {
    2: "bicolour, bicolor, bicoloured, bicolored, двухцветный, двуцветный",
    3: "tricolour, tricolor, триколор, трёхцветный",
    4: "четырёхцветный",
}

CONTAINER = "container"
"""The `text` of what holds a mass, as a bag does."""
PER_AREA = "per area"
"""The `text` of a mass on a square metre or in a cubic one."""
_CONTAINERS = (25_000, 0)

# Words of the prompt that v45 was trained and used with: they say how the picture looks, not the mix.
_ASIDE = (
    TRIGGER, *DESCRIPTORS, "photorealistic", "photo", "photograph", "photographed", "photorealism",
    "rubber tile texture",
    "фото", "фотография", "фотореалистичный", "фотореалистично", "сфотографировано", "высокое качество",
)  # fmt: skip

_EQUAL = {
    0: (
        "rest equal, the rest equal, remainder equal, the remainder equal, balance equal, the balance equal, "
        "remaining equal, "
        "equal portions, in equal portions, equal measure, in equal measure, equal measures, in equal measures, "
        "equal parts, in equal parts, equal shares, in equal shares, equal amounts, in equal amounts, equally, "
        "in equal proportions, equal quantities, in equal quantities, the same amount of each, same amount of each, "
        "equal amount of each, an equal amount of each, same of each, half of each, half each, одинаково, "
        "split between, divided between, shared between, split evenly between, split equally between, "
        "evenly split between, equally split between, divided evenly between, divided equally between, "
        "evenly divided between, equally divided between, shared evenly between, shared equally between, "
        "equally between, evenly between, split evenly among, split equally among, split among, evenly among, "
        "equally among, divided among, equally divided among, evenly divided among, "
        "divided equally among, divided evenly among, shared among, "
        "shared equally among, equally shared between, evenly shared between, "
        "split half and half between, share the rest, "
        "split the rest, share the remainder, made up of equal, "
        "поровну между, поделить между, разделить между, поделить поровну между, разделить поровну между, "
        "пополам между, делят остаток, делят остальное, всех одинаково, всего одинаково, "
        "в равном количестве, в равных количествах, в одинаковом количестве, одинаковое количество, "
        "в одинаковых долях, evenly, поровну, равные доли, в равных долях, равными долями, равных долей, "
        "равные части, в равных частях, равными частями, равных частей, в равных пропорциях, в равной пропорции, "
        "в равном соотношении"
    ),
    2: "halves, half and half, half half, fifty fifty, пополам, напополам, пол на пол, "
    "половина на половину, половину на половину, фифти фифти",
    3: "thirds, in thirds, equal thirds",
    4: "quarters, in quarters, equal quarters",
}


@cache
def vocabulary() -> dict[str, Meaning]:
    """The meaning of each known word or phrase by its `name_key`."""
    return {name_key(phrase): meaning for phrase, meaning in phrases()}


@cache
def longest_phrase() -> int:
    """How many words the longest known phrase has."""
    return max(count_pieces(phrase) for phrase, _ in phrases())


def phrases() -> Iterator[tuple[str, Meaning]]:
    """Every known word or phrase and its meaning."""
    for meaning, written in _meanings():
        yield from ((phrase, meaning) for phrase in written.split(", "))
    yield from ((phrase, Meaning(Kind.SEPARATOR)) for phrase in _ASIDE)


def _meanings() -> Iterator[tuple[Meaning, str]]:
    for kind, written in (*_PHRASES.items(), (Kind.ASIDE, ASIDES), (Kind.ASIDE, PLACES)):
        yield Meaning(kind), written
    told = (
        (Kind.MODIFIER, MODIFIERS), (Kind.LOOK, LOOKS), (Kind.ASIDE, PATTERNS), (Kind.ASIDE, FINISHES),
        (Kind.COUNTED, _COUNTED),
        (Kind.LABEL, LABELS), (Kind.VAGUE, _VAGUE), (Kind.RANGE, LIMITS), (Kind.LAYER, LAYERS),
        (Kind.LENGTH, LENGTHS), (Kind.ABOUT, _CLOSE),
    )  # fmt: skip
    for kind, texts in told:
        yield from ((Meaning(kind, text=text), written) for text, written in texts.items())
    for grams, written in MASSES.items():
        yield Meaning(Kind.MASS, Fraction(grams), CONTAINER if grams in _CONTAINERS else ""), written
    for number, written in _COLOURS_IN_ALL.items():
        yield Meaning(Kind.COUNTED, Fraction(number), "colours"), written
    valued = (
        (Kind.EQUAL, _EQUAL), (Kind.FRACTION, FRACTIONS), (Kind.NUMBER, NUMBERS), (Kind.COMPARED, COMPARED),
    )  # fmt: skip
    for kind, values in valued:
        yield from ((Meaning(kind, Fraction(value)), written) for value, written in values.items())
    yield from ((Meaning(Kind.FRACTION, value), written) for value, written in shares())
    yield from ((Meaning(Kind.NUMBER, Fraction(value)), written) for value, written in compounds())
