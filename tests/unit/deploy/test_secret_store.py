"""Secrets are random, private, and the same after a restart."""

import json

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


def test_an_older_installation_gets_what_it_lacks_and_keeps_the_rest(tmp_path):
    before = load_or_make(tmp_path)
    file = tmp_path / SECRETS_FILE
    older = {key: value for key, value in json.loads(file.read_text()).items() if key != "push_key"}
    file.write_text(json.dumps(older))

    after = load_or_make(tmp_path)

    assert after.call_key == before.call_key
    assert after.push_key
    assert load_or_make(tmp_path) == after
