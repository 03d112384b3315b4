"""The account that enters a past, so that none of it seems to be the administrator's own work."""

from __future__ import annotations

import secrets

from peygir.client import Client

ACCOUNT = "importer"


async def become_importer(client: Client) -> None:
    """Go on as the account `importer`, which an administrator's session defines where needed.

    It gets a new password each time, which nobody learns. Anybody else goes on as himself.
    """
    if client.staff is None or client.staff.role != "admin":
        return
    password = secrets.token_urlsafe(24)
    account = {
        "name": "واردکنندهٔ داده",
        "role": "importer",
        "unit": client.staff.unit,
        "username": ACCOUNT,
        "password": password,
        "capacity": 0,
    }
    await client.put(f"/api/v1/admin/people/{ACCOUNT}", account)
    await client.sign_in(ACCOUNT, password)
