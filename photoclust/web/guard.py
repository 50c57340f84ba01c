"""Who may ask: the browser that opened the address once, from the page itself, and nobody else."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",  # no face stays in the browser's cache
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

SAFE = ("GET", "HEAD")


class Guard:
    """Lets requests of the one browser through, and puts the same headers on every answer.

    Attributes
    ----------
    token : opens the page, once: `/?token=...`.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], *, read_only: bool) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._read_only = read_only
        self.token = secrets.token_urlsafe(32)
        self._is_used = False
        self._secret = secrets.token_urlsafe(32)
        port = next(iter(sorted(hosts))).rpartition(":")[2]
        # Cookies do not tell ports apart: two pages on one machine must.
        self._cookie = f"photoclust-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refused = self._refused(scope)
        await (refused or self._app)(scope, receive, send_with_headers)

    def _refused(self, scope: Scope) -> Response | None:
        """What is answered instead, to those who may not ask."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if len(headers.getlist("host")) != 1 or host not in self._hosts:
            return PlainTextResponse("This page is at another address.", 421)
        is_safe = scope["method"] in SAFE
        if origin != f"http://{host}" and (origin is not None or not is_safe):
            return PlainTextResponse("Only the page itself may ask this.", 403)
        token = QueryParams(scope["query_string"]).get("token")
        is_known = self._is_known(headers)
        if scope["path"] == "/" and token is not None and is_safe:
            return self._opened(token, is_known=is_known)
        if not is_known:
            return PlainTextResponse("Open the page by the address that photoclust printed.", 403)
        if not is_safe and self._read_only:
            return PlainTextResponse("This page only shows: it was started with --read-only.", 403)
        return None

    def _opened(self, token: str, *, is_known: bool) -> Response:
        """Exchange the token for a cookie."""
        is_right = hmac.compare_digest(token.encode(), self.token.encode())
        response = RedirectResponse("/", 303)
        if is_right and not self._is_used:
            self._is_used = True
            response.set_cookie(self._cookie, self._secret, httponly=True, samesite="strict")
        elif not is_known:
            return PlainTextResponse(
                "This address has been used, and it opens the page once. Go to the browser where"
                " it is open, or start `photoclust review --web` again.",
                403,
            )
        return response

    def _is_known(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self._cookie)
        return found is not None and hmac.compare_digest(
            found.value.encode(), self._secret.encode()
        )
