"""What supervisord is told about the programs of an installation."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.programs import Program, dying_with_parent, made_nice


def log_file(folder: Path, name: str) -> Path:
    return folder / "logs" / f"{name}.log"


def write(folder: Path, socket: Path, groups: Mapping[str, Sequence[Program]]) -> Path:
    """Write the configuration file and return it."""
    log_file(folder, "any").parent.mkdir(parents=True, exist_ok=True)
    sections = [
        *_own_sections(folder, socket),
        *(
            section
            for priority, (group, programs) in enumerate(groups.items(), start=1)
            for section in _group_sections(folder, group, priority, programs)
        ),
    ]
    file = folder / "supervisord.conf"
    file.write_text("\n".join(sections))
    return file


def _own_sections(folder: Path, socket: Path) -> list[str]:
    own = {
        "logfile": log_file(folder, "supervisord"),
        "logfile_maxbytes": "5MB",
        "logfile_backups": 1,
        "pidfile": folder / "supervisord.pid",
        "silent": "true",
    }
    if os.geteuid() == 0:
        own["user"] = "root"  # else it complains of being root
    interface = "supervisor.rpcinterface:make_main_rpcinterface"
    return [
        _section("supervisord", own),
        _section("unix_http_server", {"file": socket, "chmod": "0600"}),
        _section("rpcinterface:supervisor", {"supervisor.rpcinterface_factory": interface}),
    ]


def _group_sections(
    folder: Path, group: str, priority: int, programs: Sequence[Program]
) -> list[str]:
    """One group's programs stop together; the group with the highest priority stops first."""
    if not programs:
        return []
    names = ",".join(program.name for program in programs)
    return [
        _section(f"group:{group}", {"programs": names, "priority": priority}),
        *(_program_section(folder, program) for program in programs),
    ]


def _program_section(folder: Path, program: Program) -> str:
    command = dying_with_parent(made_nice(program.command, program.niceness))
    options = {
        "command": " ".join(f'"{_escaped(word)}"' for word in command),
        "environment": ",".join(
            f'{key}="{_escaped(value)}"' for key, value in program.environment.items()
        ),
        "directory": program.folder,
        "autostart": "false",
        "autorestart": "true",
        # Zero: "started" as soon as it runs. So no death is one "too quickly after the start",
        # and neither growing pauses nor a limit of restarts apply.
        "startsecs": 0,
        "stopwaitsecs": program.stop_seconds,
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": log_file(folder, program.name),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 1,
    }
    return _section(f"program:{program.name}", options)


def _section(title: str, options: Mapping[str, object]) -> str:
    lines = [f"[{title}]", *(f"{key} = {value}" for key, value in options.items())]
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    """Write a value so that supervisord reads it as it was."""
    # It takes quotes off both ends of a value as often as it finds them there.
    if '"' in value or "\n" in value or value.strip("'") != value:
        raise ValueError(f"supervisord's configuration cannot carry {value!r}")
    return value.replace("%", "%%")
