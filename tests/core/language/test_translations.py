"""What plitka says to people, in every language it speaks."""

import ast
import gettext
import inspect
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import plitka
from plitka import errors
from plitka.core.language import translations as language
from plitka.core.recipes.mixes import NO_GROUND, OTHER_TOTAL
from plitka.core.recipes.reading import OF_PARTS
from plitka.core.recipes.recipe import Notice
from plitka.core.scene import Described, Lighting, Surface
from plitka.core.sheet.assumptions import Origin
from plitka.core.sheet.edges import Edge

SOURCE = Path(plitka.__file__).parent
CATALOGUE = SOURCE / "core/language/locale/ru/LC_MESSAGES/plitka.po"
DESCRIBED = (Surface, Lighting, Edge, Origin)
"""Every class of choices that are described; each is known to `Described` once its module is imported."""
PERCENT_PLACE = re.compile(r"%\((\w+)\)[sdr]|%%")


@cache
def modules() -> dict[Path, ast.Module]:
    """The source; read by who looks at it, for half a million objects of trees would slow down all other tests."""
    return {path.relative_to(SOURCE): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py")}


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """The trees do not stay after the last test of this file."""
    yield
    modules.cache_clear()


def russian() -> dict[str, str]:
    """Every English text of the catalogue with its Russian."""
    with CATALOGUE.open("rb") as file:
        return {
            str(entry.id): str(entry.string) for entry in read_po(file, locale="ru") if entry.id and not entry.fuzzy
        }


def speakers() -> dict[str, int]:
    """Whatever in the source takes a text for a person -> which of its arguments that is."""
    kinds = [
        name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__module__ == errors.__name__
    ]
    kinds.remove(errors.FieldName.__name__)  # the same in every language
    found = dict.fromkeys([*kinds, "Notice", "_", "gettext"], 0)
    for node in (node for tree in modules().values() for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg not in {"self", "cls"}]
            if "message" in names and node.name != "__init__":
                found[node.name] = names.index("message")
    return found


def spoken() -> Iterator[tuple[str, ast.expr]]:
    """Every expression in the source that a person may read, and where it stands."""
    positions = speakers()
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (name := called_name(node)) in positions:
                named = [keyword.value for keyword in node.keywords if keyword.arg == "message"]
                for text in named or node.args[positions[name] : positions[name] + 1]:
                    yield f"{path}:{node.lineno}", text


def spoken_texts() -> dict[str, str]:
    """Every text in the source that a person may read -> where it stands: literals, and descriptions of choices."""
    described = {
        member.description: f"{kind.__name__}.{member.name}" for kind in Described.__subclasses__() for member in kind
    }
    return described | {
        part.value: where
        for where, text in spoken()
        for part in ([text.body, text.orelse] if isinstance(text, ast.IfExp) else [text])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def called_name(node: ast.Call) -> str:
    """The last part of the name that is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def places(text: str) -> set[str]:
    """The named places of a template."""
    named = {name for _, name, _, _ in string.Formatter().parse(PERCENT_PLACE.sub("", text)) if name}
    return named | set(PERCENT_PLACE.findall(text))


def test_every_spoken_text_has_a_russian_entry() -> None:
    """No error, notice or help stays English in Russian."""
    known = {english for english, text in russian().items() if text}
    assert not {text: where for text, where in spoken_texts().items() if text not in known}


def test_all_described_choices_are_listed() -> None:
    """So that none is left out for want of an import."""
    assert set(Described.__subclasses__()) == set(DESCRIBED)


def test_translations_keep_the_named_places() -> None:
    """A translation fills in the same values as its original."""
    assert not {english for english, text in russian().items() if places(english) != places(text)}


def test_every_template_is_a_literal() -> None:
    """A sentence stands where it is raised, or is handed on as `message`: so it is found and translated."""
    hidden = [
        where
        for where, text in spoken()
        if not isinstance(text, ast.Constant | ast.IfExp) and "message" not in ast.unparse(text) and "cli" not in where
    ]
    assert not hidden


def test_the_compiled_catalogue_is_current() -> None:
    """What is installed says what the .po file says; `make translations` compiles it."""
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert not {english for english, text in russian().items() if text and compiled.gettext(english) != text}
    known = compiled._catalog  # type: ignore[attr-defined]  # the only way to list a catalogue
    assert set(known) - {""} == {english for english, text in russian().items() if text}


def test_no_russian_entry_is_left_over() -> None:
    """Each entry translates a text that is still spoken, by us or by argparse."""
    import argparse

    argparse_source = inspect.getsource(argparse)
    unspoken = set(russian()) - set(spoken_texts())
    assert not {text for text in unspoken if repr(text)[1:-1] not in argparse_source}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "PLITKA_LANG": "ru"}, "ru"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environ: dict[str, str], expected: str) -> None:
    """PLITKA_LANG wins, then the usual locale variables, and English is what is left."""
    assert language.choose_language(environ) == expected


def test_an_error_is_told_in_russian() -> None:
    """The same error object speaks both languages."""
    error = errors.InputError("{name} must lie in {low}..{high}, not {value}", name="steps", low=1, high=150, value=0)
    assert language.localise(error, "en") == "steps must lie in 1..150, not 0"
    assert language.localise(error, "ru") != str(error)
    assert "150" in language.localise(error, "ru")


def test_an_error_within_an_error_is_told_in_its_language() -> None:
    """As are words of ours among the values, and names of choices in the reader's spelling."""
    inner = errors.InputError("there is no job {name!r}", name=errors.FieldName("field_mm"))
    outer = errors.InputError("{reason}: {what}", reason=inner, what=errors.Phrase("the ground"))
    assert str(outer) == "there is no job 'field_mm': the ground"
    assert language.localise(outer, "en", as_options=True) == "there is no job '--field-mm': the ground"
    assert "the ground" not in language.localise(outer, "ru")


def test_numbers_have_a_decimal_comma_in_russian() -> None:
    """However the sentence rounds them."""
    error = errors.InputError(
        "{name} must lie in {low:g}..{high:g}, not {value:g}", name="x", low=0.5, high=2, value=2.5
    )
    assert language.localise(error, "en") == "x must lie in 0.5..2, not 2.5"
    assert {"0,5..2", "2,5"} <= set(re.findall(r"[\d,.]*\d", language.localise(error, "ru")))


@pytest.mark.parametrize(
    ("refused", "english", "russian_words"),
    [
        (FileNotFoundError(2, "No such file or directory", "a"), "there is no such file or folder", "файл не найден"),
        (PermissionError(13, "Permission denied", "a"), "it may not be opened", "нет прав доступа"),
        (IsADirectoryError(21, "Is a directory", "a"), "it is a folder", "это папка"),
        (NotADirectoryError(20, "Not a directory", "a"), "it is no folder", "это не папка"),
        (OSError(28, "No space left on device"), "No space left on device", "No space left on device"),
    ],
)
def test_what_the_system_says_is_told_without_its_number(refused: OSError, english: str, russian_words: str) -> None:
    """In the reader's language where the reason is a usual one."""
    error = errors.InputError("{path} cannot be read: {reason}", path="a", reason=refused)
    assert language.localise(error, "en") == f"a cannot be read: {english}"
    assert language.localise(error, "ru") == f"не удаётся прочитать a: {russian_words}"


def test_one_word_for_one_thing_in_russian() -> None:
    """What a picture, the base of a model and the usual value are called."""
    said = " ".join(russian().values()).lower()
    assert not re.findall(r"картин\w*|обычно:|по умолчанию:|\[errno|кончаться", said)


def test_a_notice_is_told_in_russian() -> None:
    """As an error is, with what is within it."""
    inner = Notice("the percents add up to {total}, not to 100; they were scaled to 100", {"total": 60})
    outer = Notice("zone {number} ({mask}): {reason}", {"number": 1, "mask": "circle", "reason": inner})
    assert language.localise(outer, "en") == f"zone 1 (circle): {inner}"
    assert str(inner) not in language.localise(outer, "ru")


def test_what_is_known_by_how_a_message_begins_is_still_said() -> None:
    """Readers look at some messages of others: another wording there must not go unnoticed here."""
    for beginning in (*OF_PARTS, OTHER_TOTAL, NO_GROUND):
        assert any(english.startswith(beginning) for english in russian()), beginning
