"""`plitka keys change`, `rotate`, `usage` and `audit`."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run, RunJson


def test_a_key_is_changed_and_rotated(run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]) -> None:
    """What is named and nothing else; `none` takes a limit away; the new secret stands alone on stdout."""
    made = run_json("keys", "create", "anna", "--daily", "5", "--data", "kept")
    words = ("keys", "change", made["id"], "--data", "kept")
    changed = run_json(*words, "--concurrency", "2", "--addresses", "192.0.2.0/24, 198.51.100.7")
    assert (changed["daily"], changed["concurrency"]) == (5, 2)
    assert changed["addresses"] == ["192.0.2.0/24", "198.51.100.7"]
    everything = ("--per-minute", "30", "--keep-days", "9", "--keep-bytes", "1000", "--webhook-hosts", "example.org")
    changed = run_json(*words, *everything)
    assert (changed["per_minute"], changed["keep_days"], changed["keep_bytes"]) == (30, 9, 1000)
    assert changed["webhook_hosts"] == ["example.org"]
    changed = run_json(*words, "--daily", "none", "--addresses", "none", "--name", "boris")
    assert (changed["daily"], changed["addresses"], changed["name"]) == (None, None, "boris")
    assert run(*words, "--daily", "many") == 2
    assert "--daily is a number, or none" in capsys.readouterr().err
    assert run("keys", "change", "0" * 12, "--data", "kept") == 2
    assert run("keys", "rotate", made["id"], "--overlap", "0", "--data", "kept") == 0
    (new,) = capsys.readouterr().out.split()
    assert new.startswith(f"plitka_{made['id']}_")
    assert new != made["key"]


def test_usage_and_deeds_are_told(run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]) -> None:
    """The deeds of this very command line are among them."""
    made = run_json("keys", "create", "anna", "--data", "kept")
    run("keys", "revoke", made["id"], "--data", "kept")
    capsys.readouterr()
    assert run_json("keys", "usage", "--data", "kept") == {"days": []}
    deeds = run_json("keys", "audit", "--data", "kept")["deeds"]
    assert [(deed["actor"], deed["action"], deed["subject"]) for deed in deeds] == [
        ("command line", "key.create", made["id"]),
        ("command line", "key.revoke", made["id"]),
    ]
    assert run("keys", "usage", "--data", "kept") == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "no key has ordered anything in these days\n")
    assert run("keys", "audit", "--data", "kept") == 0
    heading, created, revoked = capsys.readouterr().out.splitlines()
    assert heading.split()[:4] == ["time,", "UTC", "who", "what"]
    assert created.endswith("name: anna; role: maker")
    assert "key revoked" in revoked
    assert revoked[heading.index("to whom") :].split()[0] == made["id"]
    assert run("--language", "ru", "keys", "audit", "--data", "kept") == 0
    table = capsys.readouterr().out
    assert all(words in table for words in ("командная строка", "ключ создан", "ключ отозван", "имя: anna"))
    assert "key." not in table


def test_what_a_deed_was_done_with_is_told_in_words(
    run: Run, run_json: RunJson, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lists as one types them, and what was taken away."""
    made = run_json("keys", "create", "anna", "--data", "kept")
    networks = "192.0.2.0/24,198.51.100.7"
    run("keys", "change", made["id"], "--daily", "none", "--addresses", networks, "--data", "kept")
    run("keys", "rotate", made["id"], "--overlap", "24", "--data", "kept")
    capsys.readouterr()
    assert run("keys", "audit", "--data", "kept") == 0
    *_, changed, rotated = capsys.readouterr().out.splitlines()
    assert changed.endswith("pictures a day: none; addresses: 192.0.2.0/24, 198.51.100.7")
    assert rotated.endswith("hours with both secrets: 24")


@pytest.mark.parametrize("action", ["list", "usage", "audit"])
def test_without_a_database_it_is_told_how_to_make_a_key(
    run: Run, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    """In the very folder that was named; nothing is made there."""
    assert run("keys", action, "--data", "nowhere") == 2
    told = capsys.readouterr().err
    assert "no service yet" in told
    assert f"`plitka serve --data {Path('nowhere').resolve()}`" in told
    assert f"`plitka keys create NAME --data {Path('nowhere').resolve()}`" in told
    assert not Path("nowhere").exists()


def test_days_without_orders_are_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """In the reader's language, and with a heading once there is something below it."""
    assert run("keys", "create", "anna", "--data", "kept") == 0
    capsys.readouterr()
    assert run("--language", "ru", "keys", "usage", "--data", "kept") == 0
    assert capsys.readouterr().err == "за эти дни ни один ключ ничего не заказал\n"
