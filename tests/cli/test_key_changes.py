"""`plitka keys change`, `rotate`, `usage` and `audit`."""

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
    assert run("keys", "audit", "--data", "kept") == 0
    assert "key.revoke" in capsys.readouterr().out
    assert run("--language", "ru", "keys", "usage", "--data", "kept") == 0
    assert "день" in capsys.readouterr().out
