"""`python -m gateway`: serve people and programs on one port, operators on another."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
from collections.abc import Iterator

import uvicorn
import uvloop
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chassis import logging, tracing
from chassis.calls.aio import Services
from chassis.garbage import look_less_often
from chassis.metrics import metric, watch
from chassis.settings import SERVICES
from gateway.app import at_the_edge, create_app
from gateway.caller import Gateway
from gateway.connections import guarded
from gateway.limits import REDIS_SECONDS, Limits, limits_of
from gateway.openapi import VERSION
from gateway.revocations import Revocations
from gateway.settings import GatewaySettings


class Server(uvicorn.Server):
    """A server that leaves signals to us: its own way ends the process before we have closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def main() -> None:
    """Run until told to stop."""
    settings = GatewaySettings.load()
    logging.configure("gateway", settings.log_level)
    _allow_many_connections()
    uvloop.run(serve(settings))


def _allow_many_connections() -> None:
    """Take all the open files that the machine gives: the usual few are used up by slow clients."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def serve(settings: GatewaySettings) -> None:
    """Serve both ports; the operators' one ends last."""
    services = Services({name: settings.addresses(name) for name in SERVICES}, settings.keys)
    redis = Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
    gateway = Gateway(
        settings,
        services,
        limits=Limits(limits_of(settings), redis_url=settings.redis_url.get_secret_value()),
        revocations=Revocations(redis, keep_seconds=settings.refresh_seconds),
    )
    metric("peygir_build_info", "gateway", VERSION).set(1)
    door = Server(_door_config(settings, gateway))
    back = Server(_back_config(settings, door))
    watch(lambda: len(door.server_state.connections), "peygir_http_connections")

    def stop() -> None:
        gateway.closing.set()
        door.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    look_less_often()
    back_task = asyncio.create_task(back.serve())
    tracer = tracing.begin("gateway", settings.otlp_url, share=settings.trace_share)
    telling = asyncio.create_task(_tell(tracer)) if tracer else None
    try:
        await door.serve()
    finally:
        if telling is not None and tracer is not None:
            telling.cancel()
            await asyncio.to_thread(tracer.send)
        back.should_exit = True
        await back_task
        await services.close()
        await redis.aclose()


async def _tell(tracer: tracing.Tracer) -> None:
    while True:
        await asyncio.sleep(tracing.PAUSE_SECONDS)
        await asyncio.to_thread(tracer.send)


def _door_config(settings: GatewaySettings, gateway: Gateway) -> uvicorn.Config:
    proxies = [each.strip() for each in settings.trusted_proxies.split(",") if each.strip()]
    return uvicorn.Config(
        at_the_edge(create_app(gateway)),
        host=settings.gateway_host,
        port=settings.gateway_port,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=int(settings.drain_seconds),
        http=guarded(head_seconds=settings.head_seconds, body_seconds=settings.body_seconds),
        ws="none",
    )


def _back_config(settings: GatewaySettings, door: uvicorn.Server) -> uvicorn.Config:
    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        serving = door.started and not door.should_exit
        return PlainTextResponse("ready\n" if serving else "not ready\n", 200 if serving else 503)

    routes = [Route("/metrics", metrics), Route("/healthz", alive), Route("/readyz", ready)]
    return uvicorn.Config(
        Starlette(routes=routes),
        host=settings.metrics_host,
        port=settings.metrics_port,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="off",
    )


if __name__ == "__main__":
    main()
