"""The browsers and phones that a staff member lets us push to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from contracts.calls.base import Nothing
from contracts.calls.notify import AddDevice, Devices, DeviceView, RemoveDevice
from gateway.access import SignedIn, SignedInCommanding
from gateway.answers import answered, gives
from gateway.documents import NewDevice
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/me/devices", tags=["sessions"], route_class=StrictRoute)

DevicePath = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Id of the device.")]


@router.get(
    "",
    operation_id="list_devices",
    summary="One's own devices",
    responses=gives(Devices),
)
async def list_devices(caller: SignedIn) -> Response:
    """Give what is pushed to, and the key that a browser subscribes with."""
    return answered(await caller.query("notify", "devices", Nothing(), Devices))


@router.post(
    "",
    status_code=201,
    operation_id="add_device",
    summary="Add a device",
    responses=gives(DeviceView, status=201, description="Urgent notices are pushed to it now."),
)
async def add_device(body: NewDevice, caller: SignedInCommanding) -> Response:
    """Take a browser's subscription; sent again, it is the same device."""
    request = AddDevice(
        endpoint=body.endpoint, p256dh=body.keys.p256dh, auth=body.keys.auth, label=body.label
    )
    device = await caller.command("notify", "add_device", request, DeviceView)
    return answered(device, status=201, headers=caller.replay_headers())


@router.delete(
    "/{device}",
    operation_id="remove_device",
    summary="Remove a device",
    responses=gives(list[DeviceView], description="Nothing is pushed to it; those that are left."),
)
async def remove_device(device: DevicePath, caller: SignedInCommanding) -> Response:
    """Push to it no more."""
    request = RemoveDevice(id=device)
    return answered(await caller.command("notify", "remove_device", request, list[DeviceView]))
