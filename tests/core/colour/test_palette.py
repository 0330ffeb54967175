"""The palette: lookups by name, and makers' palette files."""

from pathlib import Path

import pytest

from plitka.core.colour.palette import default_palette, load_palette, nearest
from plitka.core.colour.spaces import ciede2000, hex_to_lab_d65
from plitka.errors import PaletteError

# Nominative of the three genders, genitive of two, and an oblique plural, for each Russian adjective of the 29.
ADJECTIVES = {
    "BEIGE": "бежевый бежевая бежевое бежевого бежевой бежевыми",
    "BLACK": "чёрный черная чёрное черного чёрной черных",
    "BLUE": "синий синяя синее синего синей синими",
    "BROWN": "коричневый коричневая коричневое коричневого коричневой коричневых",
    "DKBLUE": "тёмно-синий темно-синяя темно-синее тёмно-синего темно-синей темносиними",
    "DKGRAY": "тёмно-серый темно-серая темно-серое тёмно-серого темно-серой темносерых",
    "DKGREEN": "тёмно-зелёный темно-зеленая темно-зеленое тёмно-зелёного темно-зеленой темнозелёных",
    "EMERALD": "изумрудный изумрудная изумрудное изумрудного изумрудной изумрудным",
    "GRAY": "серый серая серое серого серой серыми",
    "LILAC": "сиреневый сиреневая сиреневое сиреневого сиреневой сиреневую",
    "LIMEGRN": "салатовый салатовая салатовое салатового салатовой салатовом",
    "LTGRAY": "светло-серый светло-серая светло-серое светло-серого светло-серой светлосерых",
    "LTGREEN": "светло-зелёный светло-зеленая светло-зеленое светло-зелёного светло-зеленой светлозелёных",
    "ORANGE": "оранжевый оранжевая оранжевое оранжевого оранжевой оранжевыми",
    "PEARL": "жемчужный жемчужная жемчужное жемчужного жемчужной жемчужных",
    "PINK": "розовый розовая розовое розового розовой розовому",
    "RED": "красный красная красное красного красной красных",
    "SAND": "песочный песочная песочное песочного песочной песочными",
    "SKYBLUE": "голубой голубая голубое голубого голубой голубых",
    "TURQSE": "бирюзовый бирюзовая бирюзовое бирюзового бирюзовой бирюзовую",
    "VIOLET": "фиолетовый фиолетовая фиолетовое фиолетового фиолетовой фиолетовым",
    "WHITE": "белый белая белое белого белой белыми",
    "WHTGRN": "бело-зелёный бело-зеленая бело-зеленое бело-зелёного бело-зеленой бело-зелёными",
    "YELLOW": "жёлтый желтая жёлтое желтого жёлтой желтых",
}
# Nouns and phrases that name a colour, in several cases.
NOUNS = {
    "GRNAPL": ["зелёное яблоко", "зеленого яблока", "зелёным яблоком", "зеленые яблоки"],
    "GRSGRN": ["зелёная трава", "зеленой травы", "зелёной травой", "зеленую траву"],
    "KHAKI": ["хаки", "ХАКИ"],
    "SALMON": ["лосось", "лосося", "лососем", "лососевый", "лососевой"],
    "TERCOT": ["терракот", "терракота", "терракоты", "терракотом", "терракотовый", "терракотовую"],
}


def test_the_default_palette_has_all_four_tables() -> None:
    """29 photographed colours, 52 of the trade and their RAL numbers, 51 of makers; every code is its own."""
    palette = default_palette()
    sources = [colour.source for colour in palette.colours]
    assert {source: sources.count(source) for source in sources} == {
        "catalogue": 29,
        "trade": 52,
        "maker": 51,
        "ral": 52,
    }
    assert len({colour.code for colour in palette.colours}) == len(palette.colours)
    assert [colour.code for colour in palette.catalogue] == sorted(colour.code for colour in palette.catalogue)


def test_codes_and_captions_read_back(subtests: pytest.Subtests) -> None:
    """A colour is found by its code in any case and by its caption name."""
    palette = default_palette()
    for colour in palette.colours:
        for text in (colour.code, colour.code.lower(), colour.caption_name, colour.caption_name.title()):
            with subtests.test(text):
                assert palette.find(text) == colour


def test_makers_colours_have_russian_names_for_readers() -> None:
    """Where there is a common one; in a recipe a name that others have too is theirs."""
    palette = default_palette()
    names = {colour.code: colour.name_ru for colour in palette.colours if colour.source == "maker"}
    assert names["RH30"] == "Бежевый"
    assert names["C003"] == "Жёлтый"
    assert [code for code, name in names.items() if name.isascii()] == ["RH90"]
    for name in ("бежевый", "жёлтый", "стандартный красный"):
        found = palette.find(name)
        assert found is None or found.source != "maker", name


@pytest.mark.parametrize("code", [colour.code for colour in default_palette().catalogue])
def test_every_catalogue_colour_is_in_the_morphology_tables(code: str) -> None:
    """Each of the 29 Russian names is tested in its forms, and itself found."""
    assert code in ADJECTIVES or code in NOUNS
    colour = default_palette().find(code)
    assert colour is not None
    assert default_palette().find(colour.name_ru) == colour


def test_russian_names_are_found_in_any_form(subtests: pytest.Subtests) -> None:
    """Gender, case, number, ё or е, hyphen or not do not matter."""
    all_forms = {code: forms.split() for code, forms in ADJECTIVES.items()}
    for code, forms in (*all_forms.items(), *NOUNS.items()):
        for form in forms:
            with subtests.test(form):
                found = default_palette().find(form)
                assert found is not None
                assert found.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("grey", "GRAY"),
        ("Light Grey", "LTGRAY"),
        ("dk green", "DKGREEN"),
        ("dark_green", "DKGREEN"),
        ("white green", "WHTGRN"),
        ("light green", "LTGREEN"),
        ("green", "GREEN"),
        ("purple", "PURPLE"),
        ("фиолетовый", "VIOLET"),
        ("морской волны", "TEAL"),
        ("слоновой кости", "IVORY"),
        ("графит", "ANTHRACITE"),
        ("шоколадный", "DARK_BROWN"),
        ("RAL3020", "RAL 3020"),
        ("рал 3020", "RAL 3020"),
        ("rh 20", "RH20"),
        ("us056", "US-056"),
        ("С009", "C009"),
        ("C009 Фиолетовый", "C009"),
        ("RH20 Standard Blue", "RH20"),
        ("mustard", "RH40"),
        ("standard blue", None),
        ("#a63d30", "#A63D30"),
        ("#a63", "#AA6633"),
        ("cиний", "BLUE"),
        ("056", "US-056"),
        ("RAL 3021", None),
        ("teel", None),
        ("", None),
    ],
)
def test_find(text: str, code: str | None) -> None:
    """Names resolve in the order of precedence; a maker's name alone only where it is unambiguous."""
    found = default_palette().find(text)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("teel", "teal"),
        ("blak", "black"),
        ("drak green", "dark green"),
        ("скай", None),
        ("чорный", "чёрный"),
        ("красненький", "красный"),
        ("зеленное яблоко", "зелёное яблоко"),
        ("RAL 3021", "RAL 3020"),
        ("RAL 1", None),
        ("RH91", "RH90"),
        ("qqqq", None),
    ],
)
def test_suggestions_come_in_the_script_of_the_query(text: str, expected: str | None) -> None:
    """The likest name comes first; for RAL the nearest number; nothing where nothing is like it."""
    assert next(iter(default_palette().suggest(text)), None) == expected


def test_maker_names_without_a_hex_take_the_trades_colour() -> None:
    """C009 «Фиолетовый» has the colour that the trade calls so."""
    palette = default_palette()
    violet, purple = palette.find("C009"), palette.find("PURPLE")
    assert violet is not None
    assert purple is not None
    assert violet.srgb_hex == purple.srgb_hex


def test_photographed_colours_know_their_light() -> None:
    """A catalogue colour has the median as its colour and that of its lit facets beside it."""
    red = default_palette().find("RED")
    assert red is not None
    assert (red.srgb_hex, red.lit_hex) == ("#C74A3E", "#D45244")


def test_batches_of_the_photographed_mixes_are_known() -> None:
    """Each lies within 25 CIEDE2000 of what the catalogue calls by its name."""
    with_batches = [colour for colour in default_palette().catalogue if colour.batch_lit_hexes]
    assert {colour.code for colour in with_batches} == {"BLACK", "BLUE", "DKGREEN", "RED", "WHITE", "YELLOW"}
    for colour in with_batches:
        assert colour.lit_hex is not None
        for batch in colour.batch_lit_hexes:
            assert 0 < ciede2000(hex_to_lab_d65(batch), hex_to_lab_d65(colour.lit_hex)) < 25


def test_nearest_is_by_ciede2000() -> None:
    """A colour is nearest to itself, and a bright red to the red of the 29."""
    catalogue = default_palette().catalogue
    assert all(nearest(colour.srgb_hex, catalogue) == colour for colour in catalogue)
    assert nearest(hex_to_lab_d65("#D04030"), catalogue).code == "RED"


@pytest.mark.parametrize(
    "data",
    [
        b"code,name,hex\nRED-12,Signal red,#C1121C\nSEA,Sea,0af\n",
        b"\xef\xbb\xbfcode;name;hex\r\nRED-12;Signal red;#C1121C\r\n\r\nSEA;Sea;#00AAFF\r\n",
        "Name,Code,Hex,name_ru,note\nSignal red,red-12,#c1121c,Сигнальный красный,x\nSea,sea,#0AF,,\n".encode(),
    ],
)
def test_makers_palettes_are_read(tmp_path: Path, data: bytes) -> None:
    """Comma or semicolon, mark or none, any order and case of columns; the maker's names come first."""
    path = tmp_path / "maker.csv"
    path.write_bytes(data)
    palette = load_palette(path)
    found = palette.find("signal red")
    assert found is not None
    assert (found.code, found.srgb_hex, found.source) == ("RED-12", "#C1121C", "custom")
    sea = palette.find("Sea")
    assert sea is not None
    assert sea.srgb_hex == "#00AAFF"
    red = palette.find("red")
    assert red is not None
    assert red.code == "RED"
    assert all(palette.find(colour.caption_name) == colour for colour in palette.colours)


def test_a_palette_tells_densities_and_prices(tmp_path: Path) -> None:
    """With a point or a comma; none where its cell is empty."""
    path = tmp_path / "maker.csv"
    path.write_text("code;name;hex;density_g_cm3;price_per_kg\nA1;a;#FFF;1,4;210,5\nA2;b;#000;;\n", "utf-8")
    known = {colour.code: (colour.density_g_cm3, colour.price_per_kg) for colour in load_palette(path).colours[:2]}
    assert known == {"A1": (1.4, 210.5), "A2": (None, None)}


def test_a_makers_name_takes_the_place_of_ours(tmp_path: Path) -> None:
    """Where a maker has a red of their own, «red» and its code are theirs and ours cannot be asked for."""
    path = tmp_path / "maker.csv"
    path.write_text("code,name,hex,name_ru\nMR1,Red,#FF0000,Красный\nMR2,Red 2,#EE0000,\nMR3,and,#DD0000,\n", "utf-8")
    palette = load_palette(path)
    codes = {text: colour.code for text in ("red", "красная", "mr2", "MR3") if (colour := palette.find(text))}
    assert codes == {"red": "MR1", "красная": "MR1", "mr2": "MR2", "MR3": "MR3"}
    assert [colour.caption_name for colour in palette.colours[:3]] == ["red", "mr2", "mr3"]
    assert "RED" not in {colour.code for colour in palette.colours}


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 0, "empty"),
        (b"\n\n", 0, "empty"),
        (b"code,name,hex\n", 0, "no colours"),
        (b"code,name\nA,a\n", 1, "'hex'"),
        (b"name,hex\na,#FFF\n", 1, "'code'"),
        (b"code,name,hex\nA1,a,#FFF\nA2,b,red\n", 3, "'red'"),
        (b"code,name,hex\nA1,a,\n", 2, "''"),
        (b"code,name,hex\nNAVY,Navy,128\n", 2, "zeros"),
        (b"code,name,hex\nNAVY,Navy,80\n", 2, "zeros"),
        (b"code,name,hex\nA1,,#FFF\n", 2, "no name"),
        (b"code,name,hex\n,a,#FFF\n", 2, "cannot be a code"),
        (b"code,name,hex\n056,a,#FFF\n", 2, "begin with a letter"),
        (b"code,name,hex\nAND,a,#FFF\n", 2, "no word of the recipe language"),
        (b"code,name,hex\nA1,a,#FFF\nB1,b,#000\na-1,c,#111\n", 4, "line 2"),
        ("code,name,hex\nA1,а,#FFF\nA2,б,#FFF\n".encode("cp1251"), 2, "UTF-8"),
        (b'code,name,hex\nA1,"a,#FFF\n', 2, "not CSV"),
        (b"code,name,hex\n" + b"A1,a,#FFF\n" * 110_000, 0, "1 MB"),
        (b"code,name,hex,density_g_cm3\nA1,a,#FFF,heavy\n", 2, "no density"),
        (b"code,name,hex,price_per_kg\nA1,a,#FFF,210 EUR\n", 2, "no price"),
        (b"code,name,hex,price_per_kg\nA1,a,#FFF,-1\n", 2, "no price"),
        (b"code,name,hex,price_per_kg\nA1,a,#FFF,nan\n", 2, "no price"),
    ],
)
def test_palette_files_that_cannot_be_used_are_refused(tmp_path: Path, data: bytes, line: int, words: str) -> None:
    """The error names the file, the line and what was expected."""
    path = tmp_path / "maker.csv"
    path.write_bytes(data)
    with pytest.raises(PaletteError) as caught:
        load_palette(path)
    assert caught.value.line == line
    assert caught.value.path == path
    assert words in str(caught.value)


def test_a_missing_palette_is_refused(tmp_path: Path) -> None:
    """A path that is not there is the caller's mistake."""
    with pytest.raises(PaletteError, match="No such file"):
        load_palette(tmp_path / "none.csv")
