"""`python -m deploy.local.push_sink --port N`."""

import argparse

from deploy.local.push_sink.server import PushSink
from deploy.local.sinks import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.push_sink")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    serve(PushSink(port).application(), port)


if __name__ == "__main__":
    main()
