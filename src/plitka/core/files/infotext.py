"""The text that A1111's web UI has in its pictures: what was asked, and with what settings, for people and programs."""

import json
import re
from collections.abc import Mapping

SAMPLER = "DPM++ 2M Karras"
"""The web UI's name of the schedule and the solver that every model here is sampled by."""

_NEGATIVE = "Negative prompt:"
_ENOUGH = 3
"""Settings that a last line has at least; a line with fewer is one of a prompt."""
_QUOTED = re.compile(r'[,:\n]|^"')
_SIZE = re.compile(r"([0-9]+)x([0-9]+)")
_DECODER = json.JSONDecoder()


def write_infotext(prompt: str, negative_prompt: str, settings: Mapping[str, object]) -> str:
    """Both prompts and a line of settings."""
    told = ", ".join(f"{name}: {_quoted(str(value))}" for name, value in settings.items())
    return f"{prompt}\n{_NEGATIVE} {negative_prompt}\n{told}"


def parse_infotext(text: str) -> dict[str, str]:
    """Prompts and settings by their names, a size apart as `Size-1` and `Size-2`; empty where there is no text."""
    if not text.strip():
        return {}
    *lines, last = text.strip().split("\n")
    settings = _settings_of(last)
    if len(settings) < _ENOUGH:
        lines, settings = [*lines, last], {}
    prompt, _, negative = "\n".join(("", *lines)).partition(f"\n{_NEGATIVE}")
    return {"Prompt": prompt.strip(), "Negative prompt": negative.strip()} | settings


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if _QUOTED.search(value) else value


def _settings_of(line: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while (colon := line.find(":", at)) >= 0:
        name = line[at:colon].rpartition(",")[2].strip()
        value, at = _value_at(line, colon + 1)
        size = _SIZE.fullmatch(value)
        found |= {f"{name}-1": size[1], f"{name}-2": size[2]} if size else {name: value}
    return found


def _value_at(line: str, start: int) -> tuple[str, int]:
    """The value that begins there, and where the next setting begins."""
    value, end = None, start
    opening = start + (line[start : start + 1] == " ")
    if line[opening : opening + 1] == '"':
        try:
            value, end = _DECODER.raw_decode(line, opening)
        except ValueError:  # a quotation mark like any other
            value, end = None, start
    comma = line.find(",", end)
    comma = len(line) if comma < 0 else comma
    return (line[start:comma].strip() if value is None else str(value)), comma + 1
