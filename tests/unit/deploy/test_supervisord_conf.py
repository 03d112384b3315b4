"""supervisord reads of a program what was written, whatever stands in it."""

import os

import pytest
from supervisor.options import ServerOptions

from deploy.local.programs import Program
from deploy.local.supervisord_conf import write


@pytest.fixture
def read_back(tmp_path):
    """Write programs as one group and return what supervisord makes of them."""

    def write_and_read(*programs: Program):
        file = write(tmp_path, tmp_path / "s.sock", {"group": programs})
        options = ServerOptions()
        options.realize(["-n", "-c", str(file)])
        (group,) = options.process_group_configs
        return group.process_configs

    return write_and_read


def test_commands_and_environment_come_through(read_back, tmp_path):
    program = Program(
        "odd",
        ["/bin/echo", "a b", "", "100%", "it's", "{127,0,0,1}"],
        tmp_path,
        environment={"ODD": "a,b=c 'x' 50%", "PLAIN": "1"},
        stop_seconds=7,
    )

    (read,) = read_back(program)

    assert read.command.endswith(
        '"--pdeathsig" "TERM" "--" "/bin/echo" "a b" "" "100%" "it\'s" "{127,0,0,1}"'
    )
    assert read.environment == program.environment
    assert (read.stopwaitsecs, read.directory) == (7, str(tmp_path))


def test_programs_are_restarted_without_pause_or_limit_and_not_started_alone(read_back, tmp_path):
    (read,) = read_back(Program("plain", ["/bin/true"], tmp_path))

    assert (read.autostart, read.startsecs) == (False, 0)
    assert read.autorestart is not False


@pytest.mark.parametrize("word", ['a "quoted" word', "two\nlines", "'quoted'"])
def test_what_cannot_be_written_is_refused(read_back, tmp_path, word):
    with pytest.raises(ValueError, match="cannot carry"):
        read_back(Program("odd", ["/bin/echo", word], tmp_path))


def test_the_folder_of_logs_is_there_before_supervisord(read_back, tmp_path):
    read_back(Program("plain", ["/bin/true"], tmp_path))

    assert os.access(tmp_path / "logs", os.W_OK)
