"""What can be asked and done about keys of outside systems."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.errors import Forbidden
from contracts.calls.base import Nothing
from contracts.calls.routing import KeyGrant, MakeKey, OpenKey, RevokeKey, RotateKey, SystemKey
from services.routing import system_keys
from services.routing.doors.parts import Parts


class KeyCalls(Parts):
    """Keys of outside systems."""

    @query
    def system_keys(self, _request: Nothing, call: Call) -> list[SystemKey]:
        call.require("admin.change")
        return [system_keys.view(line) for line in self.store.system_keys.all()]

    @command
    def make_key(self, request: MakeKey, call: Call) -> SystemKey:
        call.require("admin.change")
        return system_keys.make(request, call, self.organisation, self.store.system_keys)

    @command
    def rotate_key(self, request: RotateKey, call: Call) -> SystemKey:
        call.require("admin.change")
        return system_keys.rotate(request, call, self.organisation, self.store.system_keys)

    @command
    def revoke_key(self, request: RevokeKey, call: Call) -> SystemKey:
        call.require("admin.change")
        return system_keys.revoke(request.id, call, self.organisation, self.store.system_keys)

    @query
    def open_key(self, request: OpenKey, call: Call) -> KeyGrant:
        if call.identity.role != "service":
            raise Forbidden("right_missing", right="admin.change")
        return system_keys.opened(request, call.now, self.store.system_keys)
