"""Captions corrected and written."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.core.dataset.tile_folder import CAPTIONS, SHOWN, TRIGGER, lay_out, write_table

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.audit import Audit, Finding
from plitka.core.dataset.correction import write_captions, write_corrections
from plitka.core.dataset.folder import read_folder
from plitka.core.dataset.verdict import Verdict
from plitka.core.recipes.reading import parse_recipe
from plitka.errors import InputError

PALETTE = default_palette()
WRONG = ("exchanged.png", "replaced.png")


def audited(folder: Path) -> Audit:
    """As if it had been looked at: it is known which captions are wrong."""
    read = read_folder(folder)
    findings = []
    for entry in read.entries:
        verdict = Verdict.NO_CAPTION if entry.caption is None else Verdict.FINE
        if entry.name in WRONG:
            verdict = Verdict.WRONG
        recipe = None if verdict is Verdict.FINE else parse_recipe(SHOWN[entry.path.name]).recipe
        findings.append(Finding(entry=entry, verdict=verdict, proposal=recipe))
    return Audit(folder=read, findings=tuple(findings), duplicates=())


def captions(folder: Path) -> dict[str, str | None]:
    """What is read from the folder now."""
    return {entry.name: entry.caption for entry in read_folder(folder).entries}


RIGHT = CAPTIONS | {
    "exchanged.png": f"{TRIGGER}, 70% blue, 30% yellow, photorealistic",
    "replaced.png": f"{TRIGGER}, 70% emerald, 30% sand",
}


class TestWriteCorrections:
    """`write_corrections`."""

    def test_a_table_is_copied_with_corrected_captions(self, tmp_path: Path) -> None:
        """Its other columns and rows stay; the original is not touched."""
        table = write_table(lay_out(tmp_path))
        before = table.read_bytes()
        assert write_corrections(audited(tmp_path), PALETTE) == [tmp_path / "metadata.corrected.csv"]
        assert table.read_bytes() == before
        assert captions(tmp_path) == RIGHT | {"bare.png": None}
        with (tmp_path / "metadata.corrected.csv").open(newline="", encoding="utf-8") as file:
            assert [row["note"] for row in csv.DictReader(file)] == ["x, y"] * 3

    def test_lines_of_json_are_copied(self, tmp_path: Path) -> None:
        """With all that stands in them, and those that are none."""
        lay_out(tmp_path)
        lines = [json.dumps({"file_name": name, "text": text, "n": 1}) for name, text in CAPTIONS.items()]
        (tmp_path / "metadata.jsonl").write_text("\n".join([*lines, "", "{"]), "utf-8")
        write_corrections(audited(tmp_path), PALETTE)
        assert captions(tmp_path) == RIGHT | {"bare.png": None}
        corrected = (tmp_path / "metadata.corrected.jsonl").read_text("utf-8").split("\n")
        assert corrected[3:] == ["", "{"]
        assert [json.loads(line)["n"] for line in corrected[:3]] == [1, 1, 1]

    def test_texts_are_written_beside_texts(self, tmp_path: Path) -> None:
        """Only those that were wrong."""
        lay_out(tmp_path)
        for name, text in CAPTIONS.items():
            (tmp_path / name).with_suffix(".txt").write_text(text)
        written = write_corrections(audited(tmp_path), PALETTE)
        assert [path.name for path in written] == ["exchanged.corrected.txt", "replaced.corrected.txt"]
        assert captions(tmp_path) == RIGHT | {"bare.png": None}

    def test_a_second_correction_takes_the_place_of_the_first(self, tmp_path: Path) -> None:
        """No file is corrected twice over."""
        write_table(lay_out(tmp_path))
        first = write_corrections(audited(tmp_path), PALETTE)
        assert write_corrections(audited(tmp_path), PALETTE) == first
        assert captions(tmp_path) == RIGHT | {"bare.png": None}

    def test_the_name_of_a_folder_is_corrected_by_a_text(self, tmp_path: Path) -> None:
        """It tells of other pictures as well."""
        lay_out(tmp_path / "3_red tile", ["replaced.png"])
        audit = audited(tmp_path)
        [finding] = audit.findings
        wrong = replace(finding, verdict=Verdict.WRONG, proposal=parse_recipe(SHOWN["replaced.png"]).recipe)
        assert write_corrections(replace(audit, findings=(wrong,)), PALETTE) == [
            tmp_path / "3_red tile/replaced.txt",
        ]
        assert captions(tmp_path) == {"3_red tile/replaced.png": "70% emerald, 30% sand tile"}

    def test_nothing_wrong_writes_nothing(self, tmp_path: Path) -> None:
        """No copy of what is right."""
        write_table(lay_out(tmp_path, ["right.png"]), {"right.png": CAPTIONS["right.png"]})
        assert write_corrections(audited(tmp_path), PALETTE) == []


class TestWriteCaptions:
    """`write_captions`."""

    @pytest.mark.parametrize(
        ("words", "caption"), [({}, f"{TRIGGER}, 100% red"), ({"trigger": "TOK"}, "TOK, 100% red")]
    )
    def test_pictures_without_a_caption_get_a_text(self, tmp_path: Path, words: dict[str, str], caption: str) -> None:
        """The others are left alone."""
        write_table(lay_out(tmp_path))
        assert write_captions(audited(tmp_path).findings, **words) == [tmp_path / "bare.txt"]
        assert captions(tmp_path) == CAPTIONS | {"bare.png": caption}

    def test_a_place_that_cannot_be_written_to_is_told(self, tmp_path: Path) -> None:
        """With its name."""
        lay_out(tmp_path, ["bare.png"])
        audit = audited(tmp_path)
        (tmp_path / "bare.txt").mkdir()
        with pytest.raises(InputError, match=r"cannot write to .*bare\.txt"):
            write_captions(audit.findings)
