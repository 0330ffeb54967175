"""The commands that look after the service's database."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.cli.conftest import Run, RunJson
from tests.serve.conftest import running

from plitka.serve import revisions
from plitka.serve.database import connect
from plitka.serve.settings import Settings


def make_older(folder: Path) -> None:
    """A database as the first plitka made it."""
    engine = connect(Settings(data=folder))
    revisions.migrate(engine, "0001")
    engine.dispose()


def test_migrating_is_a_command(run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else does it: neither looking at keys nor making one nor serving."""
    make_older(Path("kept"))
    for words in (("keys", "list"), ("keys", "create", "me"), ("keys", "revoke", "x"), ("serve", "--port", "0")):
        assert run(*words, "--data", "kept") == 2
        told = capsys.readouterr().err
        assert "plitka migrate" in told
        assert len(told.splitlines()) == 1
    assert run_json("migrate", "--data", "kept") == {"before": "0001", "after": revisions.latest()}
    assert run("migrate", "--data", "kept") == 0
    assert revisions.latest() in capsys.readouterr().out
    assert run("keys", "list", "--data", "kept") == 0


def test_looking_for_a_database_makes_none(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that was named wrongly is told."""
    for words in (("keys", "list"), ("keys", "revoke", "x"), ("migrate",)):
        assert run(*words, "--data", "typo") == 2
        assert "typo" in capsys.readouterr().err
    assert not Path("typo").exists()


@pytest.mark.parametrize("damage", ["nonsense", "page", "newer"])
def test_a_database_that_cannot_be_used_is_one_sentence(
    run: Run, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    """For every command, and no traceback."""
    assert run("keys", "create", "me", "--data", "kept") == 0
    path = Path("kept/plitka.sqlite")
    if damage == "newer":
        engine = connect(Settings(data=Path("kept")))
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
    else:
        content = path.read_bytes()
        path.write_bytes(b"nonsense" * 999 if damage == "nonsense" else content[:4096] + b"\xa5" * len(content[4096:]))
    capsys.readouterr()
    for words in (("keys", "list"), ("keys", "create", "you"), ("migrate",), ("serve", "--port", "0")):
        assert run(*words, "--data", "kept") == 2
        told = capsys.readouterr()
        assert len(told.err.splitlines()) == 1
        assert ("9999" if damage == "newer" else "damaged") in told.err
        assert told.out == ""


def make_picture(folder: Path) -> Path:
    """A service that has made one picture and was stopped; the picture's file."""
    with running(folder) as server:
        server.service.invite()  # the page's own row is no key that anybody could send
        client = server.client()
        server.ended(client, server.order(client))
    return next(folder.rglob("*.png"))


def test_a_backup_is_made_checked_and_restored(run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]) -> None:
    """Each tells what there is, keys as `keys list` counts them; a second one brings the first up to now."""
    make_picture(Path("kept"))
    copied = {"n_keys": 1, "n_jobs": 1, "n_pictures": 1, "lost": []}
    assert run_json("backup", "copy", "--data", "kept") == copied
    assert run("backup", "copy", "--data", "kept") == 0
    assert capsys.readouterr().out == "keys: 1, jobs: 1, pictures: 1\n"
    assert run_json("restore", "copy", "--data", "new") == copied
    for words in (["copy"], ["--data", "new"], ["--data", "kept"]):
        found = run_json("check", *words)
        assert found["is_well"]
        assert (found["n_jobs"], found["n_pictures"]) == (1, 1)
        assert run("check", *words) == 0
        counts = f"revision: {revisions.latest()}, jobs: 1, pictures: 1\n"
        assert capsys.readouterr().out == f"{counts}nothing is wrong\n"
    assert run("restore", "copy", "--data", "new") == 2
    assert "already" in capsys.readouterr().err


def test_a_backup_that_is_not_there_is_no_place_for_keys(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it was looked for is told, and not how to make a key there."""
    assert run("check", "nowhere") == 2
    told = capsys.readouterr().err
    assert "check where it is" in told
    assert "keys create" not in told


def test_a_backup_is_checked_and_not_what_the_environment_names(
    run: Run, run_json: RunJson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged one is found damaged, wherever the service keeps its own."""
    make_picture(Path("kept"))
    run_json("backup", "copy", "--data", "kept")
    next(Path("copy").rglob("*.png")).unlink()
    monkeypatch.setenv("PLITKA_DATABASE_URL", f"sqlite:///{Path('kept/plitka.sqlite').resolve()}")
    monkeypatch.setenv("PLITKA_PICTURES_URL", Path("kept/pictures").resolve().as_uri())
    assert run_json("check")["is_well"]
    assert run("check", "copy") == 4


def test_what_is_lost_is_exit_code_4(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """With the rest copied, and the file set aside when that is asked for."""
    path = make_picture(Path("kept"))
    path.write_bytes(b"cut")
    assert run("backup", "copy", "--data", "kept", "--quiet") == 4
    told = capsys.readouterr()
    assert told.out == f"keys: 1, jobs: 1, pictures: 0\npictures that are missing or damaged: 1\n  {path.stem}\n"
    assert run("check", "--data", "kept", "--repair") == 4
    assert "aside: 1" in capsys.readouterr().out
    assert not path.exists()
    assert run("check", "--data", "kept") == 0
    told = capsys.readouterr()
    assert "known to be lost: 1" in told.out
    assert "nothing is wrong" not in told.out
    assert run("backup", "copy", "--data", "kept", "--quiet") == 0


def test_copying_an_open_file_is_no_backup(run: Run, tmp_path: Path) -> None:
    """The file beside a running service has nothing in it, and what starts on that lets nobody in."""
    with running(tmp_path / "kept") as server:
        client = server.client()
        server.ended(client, server.order(client))
        shutil.copy(tmp_path / "kept/plitka.sqlite", tmp_path / "copied.sqlite")
        assert run("backup", "copy", "--data", "kept") == 0
    (tmp_path / "new").mkdir(mode=0o700)
    shutil.copy(tmp_path / "copied.sqlite", tmp_path / "new/plitka.sqlite")
    with running(tmp_path / "new") as server:
        assert server.client_of(None).get("/v1/jobs").status_code == 401
    with running(tmp_path / "copy") as server:
        assert len(server.service.store.list_keys()) == 1
