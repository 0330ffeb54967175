"""`plitka serve` and `plitka keys`; what the running service does is in tests/serve."""

import os
import re
from pathlib import Path

import httpx2
import pytest
from tests.cli.conftest import Run, RunJson
from tests.serve import fast_server
from tests.serve.conftest import NO_ROOTS, free_port, wait_until


def test_a_key_is_made_listed_and_revoked(run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown once, alone on stdout; the list does not have it."""
    made = run_json("keys", "create", "anna", "--role", "viewer", "--data", "kept")
    assert set(made) == {"id", "name", "role", "key"}
    assert run("keys", "create", "boris", "--data", "kept") == 0
    told = capsys.readouterr()
    assert len(told.out.split()) == 1
    assert "boris" in told.err
    assert run("keys", "list", "--data", "kept") == 0
    listed = capsys.readouterr().out
    assert listed.splitlines()[0].split() == ["id", "name", "role", "a", "minute", "a", "day", "state"]
    assert "anna" in listed
    assert made["key"] not in listed
    assert run_json("keys", "revoke", made["id"], "--data", "kept") == {"revoked": made["id"], "cancelled": 0}
    assert run("keys", "revoke", made["id"], "--data", "kept") == 2
    other = run_json("keys", "create", "carl", "--data", "kept")["id"]
    assert run("keys", "revoke", other, "--data", "kept") == 0
    assert f"the key {other} opens nothing any more" in capsys.readouterr().err


def test_the_list_of_keys_is_in_the_readers_language(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Its heading, and what a key has no number of; without a key there is none."""
    assert run("keys", "create", "anna", "--data", "kept") == 0
    assert run("keys", "create", "boris", "--daily", "5", "--data", "kept") == 0
    capsys.readouterr()
    assert run("--language", "ru", "keys", "list", "--data", "kept") == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["id", "имя", "роль", "в", "минуту", "в", "день", "состояние"]
    assert [row[heading.index("в день") :].split() for row in rows] == [
        ["без", "предела", "действует"],
        ["5", "действует"],
    ]


def test_where_things_go_is_told(
    run: Run, run_json: RunJson, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the platform's place for data, unless an option or a variable says another."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PLITKA_DATA", raising=False)
    assert run("keys", "create", "anna") == 0
    assert str(tmp_path / "home" / "service") in capsys.readouterr().err
    assert (tmp_path / "home" / "service" / "plitka.sqlite").is_file()
    monkeypatch.setenv("PLITKA_DATA", str(tmp_path / "told"))
    assert run("keys", "create", "boris") == 0
    assert str(tmp_path / "told") in capsys.readouterr().err
    assert run("keys", "create", "carla", "--data", "given") == 0
    assert str(tmp_path / "given") in capsys.readouterr().err
    assert [row["name"] for row in run_json("keys", "list")["keys"]] == ["boris"]


def test_others_need_a_key_first(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that can be reached from outside does not start open to everybody."""
    assert run("serve", "--host", "0.0.0.0", "--data", "kept") == 2  # noqa: S104  (it is refused)
    assert "plitka keys create" in capsys.readouterr().err


def test_a_first_start_tells_how_to_make_a_key(run: Run, tmp_path: Path) -> None:
    """With the folder that was named; not once there is a key, nor where none is needed."""
    folder = tmp_path / "my data"
    folder.mkdir(mode=0o700)

    def told(*words: str) -> str:
        (folder / "log").unlink(missing_ok=True)
        with fast_server.served(folder, *words):
            return (folder / "log").read_text("utf-8")

    asked = f"plitka keys create NAME --data '{folder}'"
    first = told()
    assert asked in first
    assert f"kept in {folder}" in first
    assert asked not in told("--open-loopback")
    assert run("keys", "create", "me", "--data", str(folder)) == 0
    assert asked not in told()


def test_the_browser_of_this_machine_is_opened_signed_in(tmp_path: Path) -> None:
    """By a link that is good once, which is told as well; nobody needs a key for that."""
    folder, opened, browser = tmp_path / "data", tmp_path / "opened", tmp_path / "browser"
    folder.mkdir(mode=0o700)
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}.part" && mv "{opened}.part" "{opened}"\n', "utf-8")
    browser.chmod(0o700)
    with fast_server.served(folder, "--open", BROWSER=f"{browser} %s") as (_, port):
        wait_until(opened.exists)
        url, _, word = opened.read_text("utf-8").partition("#link=")
        assert url == f"http://127.0.0.1:{port}/"
        # The browser is asked first, so that its file may be there before the line is.
        wait_until(lambda: f"{url}#link={word}" in (folder / "log").read_text("utf-8"))
        assert "plitka keys create" not in (folder / "log").read_text("utf-8")
        with httpx2.Client(headers={"X-Plitka-Page": "1"}) as client:
            statuses = [client.post(f"{url}v1/session", json={"link": word}).status_code for _ in range(2)]
        assert statuses == [200, 401]


@pytest.mark.parametrize(
    ("words", "is_json", "shows_requests"),
    [((), False, False), (("--verbose",), False, True), (("--log-json",), True, True)],
)
def test_on_a_screen_the_log_leaves_the_link_in_sight(
    tmp_path: Path, words: tuple[str, ...], is_json: bool, shows_requests: bool
) -> None:
    """Warnings alone, and whether it is ready; more only where that is asked for."""
    screen, written = os.openpty()
    tmp_path.chmod(0o700)
    (tmp_path / "log").symlink_to(os.ttyname(written))
    with fast_server.served(tmp_path, *words) as (process, port):
        assert httpx2.get(f"http://127.0.0.1:{port}/v1/colours", verify=NO_ROOTS).status_code == 401
        fast_server.stop(process)
    os.set_blocking(screen, False)
    shown = os.read(screen, 100_000).decode()
    for descriptor in (screen, written):
        os.close(descriptor)
    assert "ready" in shown
    assert ('"event": "life"' in shown) == is_json
    assert ("engine_loaded" in shown) == shows_requests


def test_a_batch_below_one_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """As an option and as a variable it is the same setting."""
    assert run("serve", "--batch", "0", "--data", "kept") == 2
    assert "batch must be at least 1" in capsys.readouterr().err
    assert run("serve", "--batch", "2", "--batch-s", "5", "--data", "kept") == 2
    assert "give one of them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--model", "nosuch"), 4, "no model 'nosuch'"),
        (("--warm-up-px", "10"), 2, "--warm-up-px must lie in 64..2048"),
        (("--warm-up-px", "100"), 2, "--warm-up-px must be a multiple"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "work"])
def test_what_no_engine_comes_of_is_refused_at_once(
    run: Run, capsys: pytest.CaptureFixture[str], command: str, words: tuple[str, ...], code: int, told: str
) -> None:
    """A service that starts all the same would answer 503 to everybody, and say in its log alone why."""
    assert run(command, "--data", "kept", *words) == code
    assert told in capsys.readouterr().err
    assert not Path("kept").exists()


def test_a_folder_that_cannot_be_made_is_named(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the number that the system has for it, and in the reader's language."""
    assert run("serve", "--data", "/dev/null/data") == 4
    assert capsys.readouterr().err == "error: /dev/null/data: it is no folder\n"
    assert run("serve", "--data", "/dev/null/data", "--language", "ru") == 4
    assert "Errno" not in capsys.readouterr().err


def test_whoever_starts_a_service_reads_why_it_has_no_engine(tmp_path: Path) -> None:
    """Once, however often it is tried."""
    log = started(tmp_path, "--port", str(free_port()), until='"failed"', FAST_REFUSES="yes")
    assert log.count("error: no engine at /secret/place") == 1
    assert log.count("engine_failed_to_load") > 1


def test_the_address_that_is_told_is_the_one_that_is_listened_on(tmp_path: Path) -> None:
    """Also where the system chooses the port."""
    log = started(tmp_path, "--port", "0", until="http://127.0.0.1:")
    (port,) = re.findall(r"http://127\.0\.0\.1:(\d+)\n", log)
    assert int(port) > 0


def started(folder: Path, *words: str, until: str, **environ: str) -> str:
    """What a service has told when it has told that; it is ended then."""
    folder.chmod(0o700)
    log = folder / "log"
    log.touch()
    process = fast_server.start(folder, free_port(), *words, **environ)
    try:
        wait_until(lambda: until in log.read_text("utf-8").rpartition("\n")[0])  # of whole lines
        return log.read_text("utf-8")
    finally:
        fast_server.kill(process)
