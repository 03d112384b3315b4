"""The demo's past is made once, and only when it is wanted."""

from deploy.local.history import History

DEMO = {"PEYGIR_DEMO_PASSWORD": "chosen"}


def test_a_new_installation_wants_its_past(tmp_path):
    assert History(tmp_path, DEMO).is_wanted


def test_a_past_that_is_there_is_not_made_again(tmp_path):
    (tmp_path / "history").write_text("done")

    assert not History(tmp_path, DEMO).is_wanted


def test_a_past_that_was_cut_off_is_gone_on_with(tmp_path):
    (tmp_path / "history").write_text("2026-11-22")

    assert History(tmp_path, DEMO).is_wanted


def test_nobody_gets_a_past_who_said_no(tmp_path):
    assert not History(tmp_path, {**DEMO, "PEYGIR_DEMO_HISTORY": "0"}).is_wanted


def test_stopping_what_was_never_started_is_nothing(tmp_path):
    History(tmp_path, DEMO).stop()

    assert not (tmp_path / "history").exists()
