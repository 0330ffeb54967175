"""Settings and the environment that changes them."""

from pathlib import Path

import pytest

from plitka.errors import InputError
from plitka.serve.settings import Settings, read_settings


def test_the_environment_sets_a_field_and_an_option_wins() -> None:
    """Each by its name in capitals; None is no option."""
    environ = {"PLITKA_PORT": "1234", "PLITKA_SURVIVE_POWER_CUT": "yes", "PLITKA_CORS_ORIGINS": "https://a, https://b"}
    settings = read_settings(environ, host=None, queue_limit=7)
    assert (settings.port, settings.queue_limit, settings.host) == (1234, 7, Settings().host)
    assert settings.survive_power_cut
    assert settings.cors_origins == ("https://a", "https://b")
    assert read_settings(environ, port=1).port == 1


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
