"""An identity provider on this machine: real HTTP, real signatures, and every way to be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "peygir", "a secret / of the client"


class Provider:
    """Signs people in without asking; tests change what it says."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.published = [self.key]
        self.offer: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.url = ""

    def authorize(self, address: str) -> str:
        """Do what a browser and a person would: give the code for what was asked."""
        asked = {name: each[0] for name, each in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return code

    def token(self, form: dict[str, str], login: str) -> dict[str, str] | None:
        """Change a code, once and for who proves that he began it; None refuses."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        expected = base64.b64encode(f"{CLIENT}:a%20secret%20%2F%20of%20the%20client".encode())
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form.get("redirect_uri")
            or login != f"Basic {expected.decode()}"
        ):
            return None
        return {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.signed(asked["nonce"]),
        }

    def signed(self, nonce: str) -> str:
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "s-1",
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "email": "Desk@Example.org",
            "email_verified": True,
        }
        claims = {name: each for name, each in (usual | self.claims).items() if each is not None}
        if self.algorithm == "RS256":
            return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        # Old ways to confuse: no signature at all, or the public key as a shared secret.
        head = {"alg": self.algorithm, "kid": self.key.kid}
        said = ".".join(_part(each) for each in (head, claims))
        if self.algorithm == "none":
            return f"{said}."
        mac = hmac.new(self.key.as_pem(private=False), said.encode(), hashlib.sha256).digest()
        return f"{said}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class _Handler(http.server.BaseHTTPRequestHandler):
    provider: ClassVar[Provider]

    def do_GET(self) -> None:
        provider = self.provider
        provider.asked.append(self.path)
        if self.path == "/.well-known/openid-configuration":
            usual = {
                "issuer": provider.url,
                "authorization_endpoint": f"{provider.url}/authorize",
                "token_endpoint": f"{provider.url}/token",
                "jwks_uri": f"{provider.url}/keys",
                "end_session_endpoint": f"{provider.url}/end",
            }
            self._answer(200, usual | provider.offer)
        elif self.path == "/keys":
            self._answer(200, {"keys": [key.as_dict(private=False) for key in provider.published]})
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        form = {name: each[0] for name, each in parse_qs(self.rfile.read(length).decode()).items()}
        self.provider.asked.append(self.path)
        answer = self.provider.token(form, self.headers.get("authorization", ""))
        self._answer(200 if answer else 400, answer or {"error": "invalid_grant"})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: Any) -> None:
        return


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers at `url`."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
