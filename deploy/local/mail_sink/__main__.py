"""`python -m deploy.local.mail_sink --smtp-port N --http-port M`."""

import argparse

from deploy.local.mail_sink.server import MailSink
from deploy.local.sinks import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mail_sink")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    options = parser.parse_args()
    serve(MailSink(options.smtp_port).application(), options.http_port)


if __name__ == "__main__":
    main()
