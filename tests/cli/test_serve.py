"""`plitka serve` and `plitka keys`; what the running service does is in tests/serve."""

import pytest
from tests.cli.conftest import Run, RunJson


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
    assert "anna" in listed
    assert made["key"] not in listed
    assert run_json("keys", "revoke", made["id"], "--data", "kept") == {"revoked": made["id"]}
    assert run("keys", "revoke", made["id"], "--data", "kept") == 2


def test_others_need_a_key_first(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that can be reached from outside does not start open to everybody."""
    assert run("serve", "--host", "0.0.0.0", "--data", "kept") == 2  # noqa: S104  (it is refused)
    assert "plitka keys create" in capsys.readouterr().err
