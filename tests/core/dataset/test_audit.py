"""Whole folders looked at."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.core.dataset.tile_folder import lay_out, write_table
from tests.core.measure.tile_pictures import tile

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.audit import Audit, Finding, audit_folder, is_uncaptioned, look_at, read_uncaptioned
from plitka.core.dataset.folder import Entry, read_folder
from plitka.core.dataset.judgement import WRONG_OFF
from plitka.core.dataset.verdict import Verdict
from plitka.core.recipes.recipe import format_colours

PALETTE = default_palette()


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Of tiles with right and wrong captions and none, and of what is no tile."""
    folder = lay_out(tmp_path_factory.mktemp("set"))
    write_table(folder)
    with Image.open(folder / "bare.png") as image:
        image.rotate(90).save(folder / "turned.png")
    (folder / "turned.txt").write_text("a photo of a tile")
    (folder / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (600, 600), "gray").save(folder / "smooth.png")
    (folder / "smooth.txt").write_text("100% gray")
    return audit_folder(read_folder(folder), PALETTE)


def finding(audit: Audit, name: str) -> Finding:
    """What is known of one picture."""
    return next(each for each in audit.findings if each.entry.name == name)


class TestAuditFolder:
    """`audit_folder`."""

    @pytest.mark.parametrize(
        ("name", "verdict", "proposal"),
        [
            ("right.png", Verdict.FINE, None),
            ("exchanged.png", Verdict.WRONG, "70% blue, 30% yellow"),
            ("replaced.png", Verdict.WRONG, "70% emerald, 30% sand"),
            ("bare.png", Verdict.NO_CAPTION, "100% red"),
            ("turned.png", Verdict.UNREADABLE, None),
            ("broken.png", Verdict.UNREADABLE, None),
            ("smooth.png", Verdict.UNREADABLE, None),
        ],
    )
    def test_each_picture_has_its_verdict(
        self, audit: Audit, name: str, verdict: Verdict, proposal: str | None
    ) -> None:
        """And what it shows, where its caption is wrong or there is none."""
        found = finding(audit, name)
        assert found.verdict is verdict
        assert (found.proposal and format_colours(found.proposal)) == proposal
        assert (found.reason is None) == (verdict in {Verdict.FINE, Verdict.NO_CAPTION})

    def test_reasons_say_what_is_wrong(self, audit: Audit) -> None:
        """In a caption, a picture, or its file."""
        says = {
            "exchanged.png": "blue, not 30 %",
            "replaced.png": "70% emerald, 30% sand",
            "turned.png": "no colour is named",
            "broken.png": "no picture that can be read",
            "smooth.png": "no granules",
        }
        assert all(part in str(finding(audit, name).reason) for name, part in says.items())

    def test_pictures_are_counted_and_come_in_order(self, audit: Audit) -> None:
        """Each once."""
        names = [each.entry.name for each in audit.findings]
        assert names == sorted(names)
        assert list(audit.counts.values()) == [1, 0, 2, 1, 3]
        assert [each.entry.name for each in audit.of(Verdict.WRONG)] == ["exchanged.png", "replaced.png"]

    def test_what_shows_the_same_granules_is_told(self, audit: Audit) -> None:
        """Also turned."""
        assert audit.duplicates == (("bare.png", "turned.png"),)

    def test_small_pictures_are_told(self, audit: Audit) -> None:
        """Beside their verdict."""
        assert ["512 px" in str(remark) for remark in finding(audit, "right.png").remarks] == [True]

    def test_processes_find_the_same(self, audit: Audit) -> None:
        """In the same order."""
        names = ("bare.png", "right.png")
        some = tuple(entry for entry in audit.folder.entries if entry.name in names)
        n_seen: list[int] = []
        folder = type(audit.folder)(path=audit.folder.path, entries=some)
        again = audit_folder(folder, PALETTE, jobs=2, on_pictures=n_seen.append)
        assert n_seen == [1, 1]
        assert [(each.entry, each.verdict, each.proposal, each.evidence) for each in again.findings] == [
            (each.entry, each.verdict, each.proposal, each.evidence)
            for each in (finding(audit, name) for name in names)
        ]


@pytest.mark.parametrize(
    ("caption", "origin", "bare"),
    [(None, None, True), ("red tile", None, False), ("ohwx", None, True), ("ohwx", Path("a.txt"), False)],
)
def test_the_name_of_a_folder_is_a_caption_only_if_it_tells_a_recipe(
    caption: str | None, origin: Path | None, bare: bool
) -> None:
    """That of kohya's is often a trigger alone."""
    entry = Entry(name="a.png", path=Path("a.png"), caption=caption, origin=origin)
    assert is_uncaptioned(entry, PALETTE) is bare


def test_those_without_a_caption_alone(tmp_path: Path) -> None:
    """In the same folder."""
    write_table(lay_out(tmp_path))
    assert [entry.name for entry in read_uncaptioned(read_folder(tmp_path), PALETTE).entries] == ["bare.png"]


def test_a_tiny_picture_is_no_traceback(tmp_path: Path) -> None:
    """It is too small to be measured."""
    path = tmp_path / "a.png"
    Image.fromarray(np.random.default_rng(0).integers(256, size=(9, 9, 3), dtype=np.uint8)).save(path)
    for caption in (None, "100% red"):
        found = look_at(Entry(name="a.png", path=path, caption=caption), PALETTE)
        assert found.verdict is Verdict.UNREADABLE


def test_specks_of_no_colour_do_not_take_a_lesser_colour_away(tmp_path: Path) -> None:
    """5 % that cannot be seen among them: that the tile is of the other colour alone explains the specks no better."""
    speckled, rng = tile("100% red", side_px=384).copy(), np.random.default_rng(0)
    for row, column in rng.integers(0, 381, (2000, 2)):
        speckled[row : row + 3, column : column + 3] = (70, 60, 120)
    path = tmp_path / "a.png"
    Image.fromarray(speckled).save(path)
    told, alone = (
        look_at(Entry(name="a.png", path=path, caption=caption, origin=path.with_suffix(".txt")), PALETTE)
        for caption in ("95% red, 5% blue", "100% red")
    )
    assert told.evidence is not None
    assert told.evidence.measured.off_palette > WRONG_OFF
    assert (told.verdict, told.proposal) == (Verdict.DOUBTFUL, None)
    assert alone.verdict is Verdict.DOUBTFUL
