"""Who may try a proof, after how many wrong ones.

A wrong proof counts against its address, against its code, and against the two together. Once a
code has had its share of wrong proofs, every address has one try at it left per window. So a
stranger at one address gets a handful of guesses, while the holder of the right proof, who comes
from another address, is not locked out by him. The count is read before a proof is looked at and
written after, so guesses sent at the same moment may exceed it by as many as are under way.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

Key = Literal["code", "address", "both"]
#: Wrong proofs in the window that is open, and when it ends.
Failures = Mapping[Key, tuple[int, datetime]]

_ADDRESS_LENGTH = 64


def keys(code: str, address: str) -> dict[Key, str]:
    """Give the names under which a wrong proof is counted."""
    place = address[:_ADDRESS_LENGTH]
    return {"code": f"code:{code}", "address": f"address:{place}", "both": f"both:{code}:{place}"}


def refused_until(failures: Failures, *, per_code: int, per_address: int) -> datetime | None:
    """Give until when no proof is looked at, or None when one may be tried."""
    wrong = {key: count for key, (count, _until) in failures.items()}
    if wrong.get("address", 0) >= per_address:
        return failures["address"][1]
    if wrong.get("code", 0) >= per_code and wrong.get("both", 0):
        return min(failures["code"][1], failures["both"][1])
    return None
