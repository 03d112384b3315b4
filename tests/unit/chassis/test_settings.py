"""Reading the environment."""

import pytest

from chassis.settings import ChassisSettings, SettingsError


@pytest.fixture
def environment(monkeypatch):
    """An environment with the one setting that has no default."""
    monkeypatch.setenv("PEYGIR_CALL_KEYS", "a" * 32)
    return monkeypatch


def test_all_faults_are_told_at_once(environment):
    environment.delenv("PEYGIR_CALL_KEYS")
    environment.setenv("PEYGIR_PARTITIONS", "none")
    environment.setenv("PEYGIR_ROLES", "cooking")
    environment.setenv("PEYGIR_LEASE_SECONDS", "-1")

    with pytest.raises(SettingsError) as error:
        ChassisSettings.load()

    for name in ("call_keys", "partitions", "roles", "lease_seconds"):
        assert name in str(error.value)


def test_a_fault_does_not_show_the_value(environment):
    environment.setenv("PEYGIR_PARTITIONS", "hunter2")

    with pytest.raises(SettingsError) as error:
        ChassisSettings.load()

    assert "hunter2" not in str(error.value)


def test_secrets_are_masked(environment):
    environment.setenv("MONGO_URI", "mongodb://user:hunter2@host/")

    masked = ChassisSettings.load().masked()

    assert not any("hunter2" in value or "a" * 32 in value for value in masked.values())
    assert masked["partitions"] == "2"


def test_lists_are_written_with_commas(environment):
    environment.setenv("PEYGIR_RETRY_SECONDS", "0.2, 0.4")
    environment.setenv("PEYGIR_ROLES", "events")
    environment.setenv("PEYGIR_CALL_KEYS", f"{'n' * 32}, {'o' * 32}")
    environment.setenv("PEYGIR_SLA_URL", "http://a:1/, http://b:2")

    settings = ChassisSettings.load()

    assert settings.retry_seconds == (0.2, 0.4)
    assert settings.roles == {"events"}
    assert settings.keys == ["n" * 32, "o" * 32]
    assert settings.addresses("sla") == ["http://a:1", "http://b:2"]


def test_settings_cannot_be_changed(environment):
    settings = ChassisSettings.load()

    with pytest.raises(ValueError, match="frozen"):
        settings.partitions = 3


def test_the_relay_looks_back_further_than_a_write_may_take(environment):
    settings = ChassisSettings.load()

    assert settings.relay_lookback_seconds > 2 * settings.mongo_seconds
