"""What goes over the wire is small for who takes gzip, and plain for everybody else."""

import gzip

import pytest
from starlette.datastructures import Headers

from gateway.pages.compression import takes_gzip

TAKING = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/", "/new", "/static/portal.css", "/static/vendor/htmx.js"])
async def test_who_takes_gzip_gets_the_same_with_fewer_bytes(world, path):
    plain = await world.get(path)
    small = await world.get(path, headers=TAKING)

    assert small.headers["content-encoding"] == "gzip"
    assert len(small.body) < len(plain.body) / 2
    assert "accept-encoding" in small.headers["vary"]
    assert "content-encoding" not in plain.headers
    if path.startswith("/static/"):
        assert gzip.decompress(small.body) == plain.body


async def test_fonts_are_compressed_already(world):
    reply = await world.get("/static/fonts/vazirmatn-latin.woff2", headers=TAKING)

    assert "content-encoding" not in reply.headers
    assert reply.headers["content-type"] == "font/woff2"


async def test_what_is_short_goes_as_it_is(world):
    reply = await world.get("/static/chevron.svg", headers=TAKING)

    assert "content-encoding" not in reply.headers


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../app.py", "/static/"])
async def test_only_files_that_are_there_are_served(world, path):
    assert (await world.get(path)).status == 404


async def test_static_files_can_only_be_read(world):
    assert (await world.post("/static/portal.css")).status == 405


@pytest.mark.parametrize(
    ("asked", "taken"),
    [("gzip", True), ("br;q=1.0, gzip;q=0.8", True), ("gzip; q=0", False), ("br", False)],
)
def test_who_takes_gzip_says_so(asked, taken):
    assert takes_gzip(Headers({"accept-encoding": asked})) is taken
