"""The options that intake reads beside the chassis's own."""

from datetime import timedelta

from pydantic import Field

from chassis.settings import Settings


class IntakeSettings(Settings):
    """How following without a login is kept from being guessed (`domain/guessing.py`), and more."""

    proof_window: timedelta = Field(
        timedelta(minutes=15), description="How long a wrong proof counts (ISO 8601)."
    )
    proofs_per_code: int = Field(
        5, ge=1, description="Wrong proofs for a code in the window; then an address has one try."
    )
    proofs_per_address: int = Field(
        30, ge=1, description="Wrong proofs from an address in the window, whatever the code."
    )
    code_life: timedelta = Field(
        timedelta(minutes=5), description="How long a requester's one-time code is good (ISO 8601)."
    )
    code_pause: timedelta = Field(
        timedelta(minutes=1), description="Least time between two codes for a contact (ISO 8601)."
    )
    codes_per_hour: int = Field(4, ge=1, description="One-time codes for a contact in an hour.")
    codes_per_day: int = Field(8, ge=1, description="One-time codes for a contact in a day.")
    code_tries: int = Field(5, ge=1, description="Tries that a one-time code bears.")
    zone: str = Field("Asia/Tehran", description="Time zone whose day is today in forms.")
