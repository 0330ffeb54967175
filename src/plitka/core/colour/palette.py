"""The colours that plitka knows, by code, by name in English and Russian, by RAL number and by hex.

Four tables lie under `data`: the 29 colours of the photographed tiles, colours of the trade with their RAL
Classic numbers, the colours of three makers of granules, and further names. Where two colours claim one
name the earlier one has it: a palette file, the 29, the trade, the makers of granules.
A colour of the trade whose code would then read as another colour has a code that begins with TRADE_.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from math import nan
from pathlib import Path
from typing import Literal

from plitka.core.colour.maker_names import makers_own
from plitka.core.colour.ral import numbers_near
from plitka.core.colour.spaces import Lab, ciede2000, hex_to_lab_d65, hex_to_srgb8, srgb8_to_hex
from plitka.core.language.ordinary import ORDINARY
from plitka.core.language.spelling import close_names, count_pieces, is_cyrillic, name_key
from plitka.core.language.vocabulary import vocabulary
from plitka.errors import InputError, PaletteError, Phrase

Origin = Literal["custom", "catalogue", "trade", "maker", "ral", "free"]
"""Where a colour comes from: a palette file, the photographed tiles, the trade, a maker of granules, RAL, or a hex."""

MAX_PALETTE_BYTES = 1_000_000
_HEX_DIGITS = 6
_BRANDS = {"Rosehill TPV": "", "US EPDM installer (056-089 codes)": "US-"}
_PLAIN_NAME = re.compile("[A-Za-z]+(?:[ -][A-Za-z]+)*")
_CODE = re.compile(r"[A-Za-zА-Яа-яЁё]+(?:[ _-]?[A-Za-zА-Яа-яЁё0-9]+)*")
_RAL = re.compile(r"ral(\d{4})")
_CUSTOM_COLUMNS = ("code", "name", "hex", "name_ru", "ral", "density_g_cm3", "price_per_kg")
DENSITY_G_CM3_RANGE = (0.5, 5.0)
PRICE_RANGE = (0.0, 1e9)
"""Of a kilogram, in whatever currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A colour that granules can have."""

    code: str
    """What JSON and file names call it: `DKGREEN`, `BRICK_RED`, `RH20`, `RAL 3020`, `#A63D30`."""
    caption_name: str
    """The words that stand for it in a prompt, in lower case; read back they are this colour."""
    name_ru: str
    srgb_hex: str
    """`#RRGGBB`; of the 29, the median over the photographed tile."""
    source: Origin
    lit_hex: str | None = None
    """The lit faces of its granules, where photographed."""
    batch_lit_hexes: tuple[str, ...] = ()
    """The lit faces of other batches of it that were photographed: granules of one name differ from batch to batch."""
    ral: str | None = None
    """`RAL 3020` where the trade knows it by that number; the hex is then RAL's approximation."""
    density_g_cm3: float | None = None
    """Of its granules, where a palette file says so."""
    price_per_kg: float | None = None
    """Of its granules, where a palette file says so, in the currency of its maker."""
    other_names: tuple[str, ...] = ()
    """Further names that people use for it."""

    @property
    def lab_d65(self) -> Lab:
        """CIE Lab of `srgb_hex`."""
        return hex_to_lab_d65(self.srgb_hex)


class Palette:
    """Colours that can be found by what people call them.

    `colours` holds those that can be asked for: a colour whose code and names all belong to an earlier
    one is left out, and one whose caption name does is captioned by its code.
    """

    def __init__(self, colours: Iterable[Colour]) -> None:
        """Index the colours; where two claim a name, the earlier one has it."""
        given = tuple(colours)
        self._by_key = _index(given)
        self.colours = tuple(self._readable(given))
        mine = {colour.code: colour for colour in self.colours}
        self._by_key = {key: mine[colour.code] for key, colour in self._by_key.items() if colour.code in mine}
        self.longest_name = max((count_pieces(name) for colour in given for name in _all_names(colour)), default=0)
        """How many words the longest name has."""

    @property
    def catalogue(self) -> tuple[Colour, ...]:
        """The 29 colours of the photographed tiles, in the order of their codes."""
        return tuple(colour for colour in self.colours if colour.source == "catalogue")

    @property
    def own(self) -> tuple[Colour, ...]:
        """Those that a tile is looked through for: a palette file's, or else the catalogue."""
        return tuple(colour for colour in self.colours if colour.source == "custom") or self.catalogue

    def find(self, text: str) -> Colour | None:
        """The colour of a code, a name, a RAL number or a hex; None if there is no such colour."""
        text = text.strip()
        return free_colour(text) if text.startswith("#") else self.find_key(name_key(text))

    def named(self, names: Iterable[str]) -> tuple[Colour, ...]:
        """The colours that are named as `find` takes them, each once.

        Raises:
            InputError: there is no such colour.
        """
        found: dict[str, Colour] = {}
        for name in names:
            colour = self.find(name)
            if colour is None:
                likely = self.suggest(name)
                raise InputError(
                    "there is no colour {name!r}; try: {likely}"
                    if likely
                    else "there is no colour {name!r}; name a colour of the list, or give a hex such as #A63D30",
                    name=name,
                    likely=", ".join(likely),
                )
            found[colour.code] = colour
        return tuple(found.values())

    def find_key(self, key: str) -> Colour | None:
        """The colour that has a name with this `name_key`."""
        return self._by_key.get(key)

    def suggest(self, text: str, n: int = 3, *, cutoff: float = 0.65) -> tuple[str, ...]:
        """Up to `n` names that an unknown text may have meant, in its own script, the likest first.

        For a RAL number these are the nearest numbers that are known; otherwise `cutoff` says how like
        a name must be, 0..1.
        """
        match = _RAL.fullmatch(name_key(text))
        if match:
            return numbers_near(int(match[1]))[:n]
        return () if text.casefold() in ORDINARY else _suggest(self, text, n, cutoff)

    def with_colours(self, colours: Iterable[Colour]) -> "Palette":
        """A palette where these colours come before ours."""
        return Palette((*colours, *self.colours))

    def _readable(self, colours: Iterable[Colour]) -> Iterator[Colour]:
        for colour in colours:
            for caption in (colour.caption_name, colour.code.lower()):
                if self._by_key.get(name_key(caption)) == colour:
                    yield replace(colour, caption_name=caption)
                    break


@lru_cache(maxsize=256)
def _suggest(palette: Palette, text: str, n: int, cutoff: float) -> tuple[str, ...]:
    """As `Palette.suggest` has it; kept for a while, since a text that cannot be read is looked at again in parts."""
    names = [name for own in (is_cyrillic(text),) for colour in palette.colours for name in _shown_names(colour, own)]
    if any(character.isdigit() for character in text):
        names += [colour.code for colour in palette.colours if colour.source in ("maker", "custom")]
    return tuple(dict.fromkeys(close_names(text, {name_key(name): name for name in reversed(names)}, n, cutoff)))


def free_colour(text: str) -> Colour | None:
    """The colour of `#A63D30` or `#a63`, known by its hex alone; None if it is no hex."""
    try:
        srgb_hex = srgb8_to_hex(hex_to_srgb8(text))
    except ValueError:
        return None
    return Colour(
        code=srgb_hex, caption_name=srgb_hex.lower(), name_ru=srgb_hex, srgb_hex=srgb_hex, source="free"
    )  # fmt: skip


def nearest(colour: Lab | str, colours: Iterable[Colour]) -> Colour:
    """The colour that looks most like another, by CIEDE2000; raises ValueError if there is none.

    Args:
        colour: CIE Lab under D65, or a hex.
        colours: those to choose from; the first of equals is taken.
    """
    lab_d65 = hex_to_lab_d65(colour) if isinstance(colour, str) else colour
    return min(colours, key=lambda candidate: ciede2000(lab_d65, candidate.lab_d65))


@cache
def default_palette() -> Palette:
    """Our own colours: the 29, those of the trade with their RAL numbers, and those of makers of granules."""
    catalogue = _catalogue_colours()
    taken = {key for colour in catalogue for key in _keys(colour)}
    trade = tuple(_trade_colours(taken))
    ral = (_ral_colour(colour) for colour in trade)
    return Palette((*catalogue, *trade, *_maker_colours(trade), *ral))


def load_palette(path: Path) -> Palette:
    """Our colours with a maker's own before them.

    The file is CSV with the columns code, name, hex and, if wished, name_ru, ral, density_g_cm3 and price_per_kg,
    separated by commas or semicolons, in UTF-8 with or without a byte order mark, of at most 1 MB.

    Raises:
        PaletteError: the file cannot be read; `line` says where.
    """
    return read_palette(_read_bytes(path), path)


def read_palette(data: bytes, path: Path | Phrase) -> Palette:
    """As `load_palette`, of the bytes of such a file; `path` is what errors call it."""
    text = _text_of(data, path)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        _check_header(path, reader)
        colours = tuple(_custom_colours(path, reader))
    except csv.Error as exc:
        raise PaletteError(
            "{path}, line {line}: this is not CSV ({reason}); export the table as CSV again",
            path=path, line=reader.reader.line_num, reason=exc,
        ) from exc  # fmt: skip
    if not colours:
        raise PaletteError("{path}: there are no colours in it; add one a line: RED1,Signal red,#C1121C", path=path)
    return default_palette().with_colours(colours)


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_PALETTE_BYTES + 1)
    except OSError as exc:
        raise PaletteError(
            "{path}: the palette cannot be read ({reason}); give the path of a CSV file", path=path, reason=exc
        ) from exc


def _text_of(data: bytes, path: Path | Phrase) -> str:
    if len(data) > MAX_PALETTE_BYTES:
        raise PaletteError("{path}: larger than 1 MB; a palette is one short line a colour", path=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise PaletteError(
            "{path}, line {line}: this is not UTF-8; save the table as “CSV UTF-8”",
            path=path, line=data.count(b"\n", 0, exc.start) + 1,
        ) from exc  # fmt: skip


def _check_header(path: Path | Phrase, reader: "csv.DictReader[str]") -> None:
    header = [(column or "").strip().casefold() for column in reader.fieldnames or ()]
    if not any(header):
        raise PaletteError("{path}: the file is empty; its first line must be: code,name,hex", path=path)
    for column in ("code", "name", "hex"):
        if column not in header:
            raise PaletteError(
                "{path}, line {line}: there is no column {column!r}; the first line must be: code,name,hex",
                path=path, line=1, column=column,
            )  # fmt: skip
    reader.fieldnames = header


def _custom_colours(path: Path | Phrase, rows: "csv.DictReader[str]") -> Iterator[Colour]:
    lines: dict[str, int] = {}
    for row in rows:
        values = {column: (row.get(column) or "").strip() for column in _CUSTOM_COLUMNS}
        if not any(values.values()):
            continue
        colour = _custom_colour(values, _refusal(path, rows.line_num))
        first = lines.setdefault(name_key(colour.code), rows.line_num)
        if first != rows.line_num:
            raise PaletteError(
                "{path}, line {line}: the code {code!r} is already used in line {first}; give each colour its own",
                path=path, line=rows.line_num, code=colour.code, first=first,
            )  # fmt: skip
        yield colour


def _refusal(path: Path | Phrase, line: int) -> Callable[..., PaletteError]:
    def refuse(message: str, **values: object) -> PaletteError:
        return PaletteError(message, path=path, line=line, **values)

    return refuse


def _custom_colour(row: dict[str, str], refuse: Callable[..., PaletteError]) -> Colour:
    code, name = row["code"].upper(), row["name"]
    if not _CODE.fullmatch(code) or len(code) > 32 or name_key(code) in vocabulary():
        raise refuse(
            "{path}, line {line}: {code!r} cannot be a code; it must begin with a letter, have only letters, "
            "digits and hyphens, at most 32 of them, and be no word of the recipe language, for example RED-12",
            code=row["code"],
        )
    if not name:
        raise refuse("{path}, line {line}: the colour {code!r} has no name; write one in the column “name”", code=code)
    try:
        srgb_hex = _hex_of(row["hex"])
    except ValueError as exc:
        raise refuse(
            "{path}, line {line}: {hex!r} is no colour; write it as #A63D30 (a spreadsheet drops zeros at its start)",
            hex=row["hex"],
        ) from exc
    plain = _PLAIN_NAME.fullmatch(name) and len(name) <= 60 and name_key(name) not in vocabulary()
    return Colour(
        code=code, caption_name=name.lower() if plain else code.lower(), name_ru=row["name_ru"] or name,
        srgb_hex=srgb_hex, source="custom", ral=row["ral"] or None, other_names=(name,),
        density_g_cm3=_density(row["density_g_cm3"], refuse), price_per_kg=_price(row["price_per_kg"], refuse),
    )  # fmt: skip


def _hex_of(text: str) -> str:
    """The hex of a cell; digits alone only if there are six, since a spreadsheet makes 128 of 000128."""
    if text.isdigit() and len(text) != _HEX_DIGITS:
        raise ValueError(text)
    return srgb8_to_hex(hex_to_srgb8("#" + text.removeprefix("#")))


def _density(text: str, refuse: Callable[..., PaletteError]) -> float | None:
    low, high = DENSITY_G_CM3_RANGE
    density = _number(text)
    if density is not None and not low <= density <= high:
        raise refuse(
            "{path}, line {line}: {density!r} is no density; write g/cm3, {low:g} to {high:g}, such as 1.55",
            density=text, low=low, high=high,
        )  # fmt: skip
    return density


def _price(text: str, refuse: Callable[..., PaletteError]) -> float | None:
    low, high = PRICE_RANGE
    price = _number(text)
    if price is not None and not low <= price <= high:
        raise refuse(
            "{path}, line {line}: {price!r} is no price of a kilogram; write a number alone, such as 210 or 2.40",
            price=text,
        )
    return price


def _number(text: str) -> float | None:
    """The number of a cell, with a point or a comma; None for an empty one, NaN for what is no number."""
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        return nan


def _catalogue_colours() -> tuple[Colour, ...]:
    others, batches = _rows_by_code("other_names.csv", "name"), _rows_by_code("photo_batches.csv", "lit_facet_hex")
    return tuple(
        Colour(
            code=row["code"], caption_name=_caption_of_photo(row["caption_name"]), name_ru=row["name_ru"],
            srgb_hex=row["median_hex"], lit_hex=row["lit_facet_hex"],
            batch_lit_hexes=tuple(batches.get(row["code"], ())),
            other_names=tuple(others.get(row["code"], ())), source="catalogue",
        )
        for row in _table("photo_colours.csv")
    )  # fmt: skip


def _rows_by_code(table: str, column: str) -> dict[str, list[str]]:
    """What a column says of each code."""
    found: dict[str, list[str]] = {}
    for row in _table(table):
        found.setdefault(row["code"], []).append(row[column])
    return found


def _caption_of_photo(name: str) -> str:
    # The one name that the captions of the v45 training photographs write with a hyphen.
    return "white-green" if name == "white green" else name


def _trade_colours(taken: set[str]) -> Iterator[Colour]:
    others = _rows_by_code("other_names.csv", "name")
    for row in _table("trade_colours.csv"):
        code = row["id"].upper()
        name, *more = _names_in(row["name_en"])
        name_ru, *more_ru = _names_in(row["name_ru"])
        if name_key(code) in taken:
            code = "TRADE_" + code
        caption = code.replace("_", " ").lower() if name_key(name) in taken else name.lower()
        yield Colour(
            code=code, caption_name=caption, name_ru=name_ru, srgb_hex=row["hex"], ral=row["ral"], source="trade",
            other_names=(name, *more, *(one for one in more_ru if not makers_own(one)), *others.get(code, ())),
        )  # fmt: skip


def _ral_colour(colour: Colour) -> Colour:
    number = colour.ral or ""
    return Colour(
        code=number, caption_name=number.lower(), name_ru=number, srgb_hex=colour.srgb_hex, ral=number, source="ral"
    )  # fmt: skip


def _maker_colours(trade: tuple[Colour, ...]) -> Iterator[Colour]:
    by_name_ru = {name_key(colour.name_ru): colour for colour in trade}
    for row in _table("maker_colours.csv"):
        code = _BRANDS.get(row["brand"], "") + row["code"].upper()
        name, own, name_ru, srgb_hex = row["name"], row["name"], row["name_ru"], row["hex"]
        if not srgb_hex:  # this maker publishes names only: the trade's colour of that name stands for it
            like = by_name_ru[name_key(name)]
            name, srgb_hex = _names_in(like.other_names[0])[0], like.srgb_hex
        yield Colour(
            code=code, caption_name=f"{code} {name}".lower(), name_ru=name_ru or own, srgb_hex=srgb_hex, source="maker",
            other_names=(name, own, f"{code} {own}", *filter(str.isdigit, [row["code"]]), *makers_own(name_ru)),
        )  # fmt: skip


def _names_in(text: str) -> list[str]:
    """«Фуксия (ярко-розовый)» is two names; one made of words of the recipe language alone is left out."""
    names = [name.strip() for name in text.rstrip(")").split("(")]
    return [name for name in names if not all(name_key(word) in vocabulary() for word in name.split())]


def _table(name: str) -> list[dict[str, str]]:
    text = resources.files("plitka.core.colour").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _all_names(colour: Colour) -> tuple[str, ...]:
    names_ru = () if colour.source == "maker" else (colour.name_ru,)  # a maker's are for readers: any colour has them
    return (colour.code, colour.caption_name, *names_ru, *colour.other_names)


def _keys(colour: Colour) -> Iterator[str]:
    reserved = vocabulary()
    return (key for name in _all_names(colour) if (key := name_key(name)) and key not in reserved)


def _shown_names(colour: Colour, cyrillic: bool) -> tuple[str, ...]:
    if colour.source == "ral" or colour.caption_name.startswith("trade "):
        return ()
    if colour.source == "maker":
        return () if cyrillic else (colour.caption_name,)
    return (colour.name_ru.lower(),) if cyrillic else (colour.caption_name,)


def _index(colours: tuple[Colour, ...]) -> dict[str, Colour]:
    """The colour of each key: the earliest that claims it, a maker's bare name only where no other colour has it."""
    keys: dict[str, Colour] = {}
    for colour in colours:
        own = (colour.code, colour.caption_name) if colour.source == "maker" else _all_names(colour)
        for key in map(name_key, own):
            if key not in vocabulary():
                keys.setdefault(key, colour)
    makers = [(key, colour) for colour in colours if colour.source == "maker" for key in set(_keys(colour))]
    claims = Counter(key for key, _ in makers)
    for key, colour in makers:
        if claims[key] == 1:
            keys.setdefault(key, colour)
    return keys
