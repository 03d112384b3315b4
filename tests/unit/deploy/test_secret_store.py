"""Secrets are random, private, and the same after a restart."""

from deploy.local.secret_store import SECRETS_FILE, load_or_make


def test_the_file_is_for_its_user_alone(tmp_path):
    load_or_make(tmp_path)

    assert (tmp_path / SECRETS_FILE).stat().st_mode & 0o777 == 0o600


def test_a_second_start_has_the_same_secrets(tmp_path):
    assert load_or_make(tmp_path) == load_or_make(tmp_path)


def test_another_installation_has_others(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    one, two = load_or_make(tmp_path / "one"), load_or_make(tmp_path / "two")

    assert one.call_key != two.call_key
    assert one.demo_password != two.demo_password
