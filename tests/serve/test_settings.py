"""Settings and the environment that changes them."""

import math
from dataclasses import Field, fields
from pathlib import Path

import pytest

from plitka.errors import InputError
from plitka.serve.settings import Settings, read_settings

FROM_ZERO = {"workers", "port", "min_free_bytes", "quiet_places", "max_steps", "max_side_px", "keep_bytes"}
NUMBERS = [one for one in fields(Settings) if one.type in (int, float)]


def test_the_environment_sets_a_field_and_an_option_wins() -> None:
    """Each by its name in capitals; None is no option."""
    environ = {"PLITKA_PORT": "1234", "PLITKA_SURVIVE_POWER_CUT": "yes", "PLITKA_CORS_ORIGINS": "https://a, https://b"}
    settings = read_settings(environ, host=None, queue_limit=7)
    assert (settings.port, settings.queue_limit, settings.host) == (1234, 7, Settings().host)
    assert settings.survive_power_cut
    assert settings.cors_origins == ("https://a", "https://b")
    assert read_settings(environ, port=1).port == 1


def test_the_command_for_a_key_names_its_data_wherever_it_is_typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In another folder, and in a window without our variables."""
    monkeypatch.delenv("PLITKA_HOME", raising=False)
    assert Settings().key_command == "plitka keys create NAME"
    monkeypatch.chdir(tmp_path)
    assert Settings(data=Path("my data")).key_command == f"plitka keys create NAME --data '{tmp_path / 'my data'}'"
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path))
    assert Settings().key_command == f"plitka keys create NAME --data {tmp_path / 'service'}"


@pytest.mark.parametrize(
    "environ",
    [
        {"PLITKA_PORT": "x"},
        {"PLITKA_PORT": "70000"},
        {"PLITKA_SURVIVE_POWER_CUT": "perhaps"},
        {"PLITKA_PER_MINUTE": "0"},
    ],
)
def test_a_value_of_another_kind_is_refused(environ: dict[str, str]) -> None:
    """Before anything is opened."""
    with pytest.raises(InputError):
        read_settings(environ)


@pytest.mark.parametrize("field", NUMBERS, ids=[one.name for one in NUMBERS])
def test_every_number_has_a_least_one(field: Field[int | float]) -> None:
    """Counts begin at 1, except for the few that mean something at 0; times are finite and not negative."""
    if field.type is float:
        refused: tuple[float, ...] = (-0.5, math.nan, math.inf, -math.inf)
    else:
        refused = (-1,) if field.name in FROM_ZERO else (-1, 0)
    for value in refused:
        with pytest.raises(InputError, match=field.name):
            read_settings({f"PLITKA_{field.name.upper()}": str(value)})
    read_settings({f"PLITKA_{field.name.upper()}": "1" if 0 in refused else "0"})


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.org", False)],  # noqa: S104
)
def test_who_can_reach_the_service(host: str, is_loopback: bool) -> None:
    """Only this machine, or others too."""
    assert Settings(host=host).is_loopback is is_loopback


def test_what_may_hold_a_password_is_not_shown(tmp_path: Path) -> None:
    """Neither database nor pictures nor Redis."""
    url = "x://user:secret@host"
    settings = Settings(database_url=url, pictures_url=url, redis_url=url)
    assert "secret" not in repr(settings)
    assert (settings.database, settings.pictures) == (url, url)
    assert Settings(data=tmp_path).database.startswith("sqlite:///")


def test_only_this_machine_can_be_served_without_a_key() -> None:
    """Never whoever reaches an address that others reach too."""
    assert read_settings({"PLITKA_OPEN_LOOPBACK": "yes"}).open_loopback
    with pytest.raises(InputError, match="open-loopback"):
        Settings(host="0.0.0.0", open_loopback=True)  # noqa: S104  (it is refused)


def test_a_proxy_that_is_no_address_is_refused() -> None:
    """A name could be anybody's tomorrow."""
    with pytest.raises(InputError, match="trusted_proxies"):
        Settings(trusted_proxies=("proxy.example",))
    trusting = Settings(trusted_proxies=("127.0.0.1", "10.0.0.0/8", "fd00::/8"))
    asked = ("127.0.0.1", "10.1.2.3", "fd00::1", "127.0.0.2", "192.0.2.1", "", "testclient")
    assert [trusting.trusts(address) for address in asked] == [True] * 3 + [False] * 4
