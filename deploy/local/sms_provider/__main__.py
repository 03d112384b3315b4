"""`python -m deploy.local.sms_provider --port N`; the account's key is PEYGIR_KAVENEGAR_KEY."""

import argparse
import os

from deploy.local.sinks import serve
from deploy.local.sms_provider.server import SmsProvider


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.sms_provider")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    serve(SmsProvider(os.environ.get("PEYGIR_KAVENEGAR_KEY")).application(), port)


if __name__ == "__main__":
    main()
