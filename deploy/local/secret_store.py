"""The secrets of one installation: random, made once, kept in a file that only its user reads."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

SECRETS_FILE = "secrets.json"

_BYTES = 32
_PASSWORD_BYTES = 9  # twelve characters that a person can copy


@dataclass(frozen=True)
class Secrets:
    broker_password: str
    call_key: str  # services and gateway sign their calls with it
    session_key: str  # the gateway signs sessions of staff with it
    sms_key: str  # the account at the local SMS provider
    demo_password: str
    push_key: str  # web push is signed with it: the private number of a P-256 key


def load_or_make(base: Path) -> Secrets:
    """Read the secrets, or make them on the first start, so that a restart has the same.

    What an older installation has not got yet is made and added.
    """
    file = base / SECRETS_FILE
    known = json.loads(file.read_text()) if file.exists() else {}
    made = Secrets(**_fresh() | known)
    if asdict(made) == known:
        return made
    # Written aside and moved, so that a kill in between leaves no half a file behind.
    aside = file.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
        json.dump(asdict(made), stream)
    aside.replace(file)
    return made


def _fresh() -> dict[str, str]:
    return {
        "broker_password": secrets.token_hex(_BYTES),
        "call_key": secrets.token_urlsafe(_BYTES),
        "session_key": secrets.token_urlsafe(_BYTES),
        "sms_key": secrets.token_hex(_BYTES),
        "demo_password": secrets.token_urlsafe(_PASSWORD_BYTES),
        "push_key": _curve_key(),
    }


def _curve_key() -> str:
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(_BYTES, "big")).decode().rstrip("=")
