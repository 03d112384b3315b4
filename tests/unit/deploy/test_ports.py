"""Ports are free, ours alone, and friendly where people see them."""

import socket

from deploy.local.ports import HOST, PortBlock, friendly, is_free


def test_every_name_of_a_block_has_a_free_port_of_its_own():
    with PortBlock(["one", "two", "three"]) as block:
        ports = list(block.ports.values())

        assert list(block.ports) == ["one", "two", "three"]
        assert len(set(ports)) == 3
        assert all(is_free(port) for port in ports)


def test_blocks_that_are_held_at_the_same_time_share_no_port():
    names = [str(number) for number in range(40)]
    blocks = [PortBlock(names) for _ in range(20)]
    try:
        ports = [port for block in blocks for port in block.ports.values()]

        assert len(set(ports)) == len(ports)
    finally:
        for block in blocks:
            block.release()


def test_blocks_stay_clear_of_ports_that_connections_take():
    with PortBlock(["one"]) as block:
        assert block.ports["one"] < 32_768


def test_a_taken_friendly_port_gives_way_to_the_next_free_one():
    with PortBlock(["wanted", "next"]) as block, socket.socket() as other:
        wanted = block.ports["wanted"]
        other.bind((HOST, wanted))
        other.listen()

        assert friendly({"gateway": wanted}) == {"gateway": block.ports["next"]}


def test_two_names_that_want_the_same_port_get_different_ones():
    with PortBlock(["a", "b"]) as block:
        wanted = block.ports["a"]

        assert friendly({"one": wanted, "two": wanted}) == {"one": wanted, "two": wanted + 1}
