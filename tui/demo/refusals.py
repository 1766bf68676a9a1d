"""How the API says no, in each of the envelopes that were seen or documented."""

from __future__ import annotations

from typing import Any

from tui.demo.exchange import Response, html_response, json_response


class Refusal(Exception):
    """The request is answered with an error of the API."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """`code` is Portkey's own: AB01 to AB09."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def unauthorised() -> Refusal:
    return Refusal(401, "AB05", "Unauthorised Request")


def forbidden() -> Refusal:
    return Refusal(403, "AB03", "You do not have enough permissions to execute this request")


def invalid(parameter: str = "") -> Refusal:
    """A parameter is missing or wrong; the API names it only in part of its answers."""
    detail = f" ({parameter})" if parameter else ""
    return Refusal(400, "AB01", f"Invalid request. Please check and try again.{detail}")


def not_found() -> Refusal:
    return Refusal(404, "AB08", "Not Found")


def refusal_response(refusal: Refusal, envelope: str) -> Response:
    """The refusal in envelope A (control plane), B (gateway edge), C (the OpenAPI document's) or flat."""
    return json_response(_enveloped(refusal, envelope), refusal.status)


def banned_agent_response() -> Response:
    """What the edge in front of the API shows to a user agent it doesn't like."""
    return html_response(403, "Access denied", "error code: 1010")


_EDGE_CODES = {401: "03", 403: "033", 429: "05"}


def _enveloped(refusal: Refusal, envelope: str) -> dict[str, Any]:
    message = refusal.message
    if envelope == "B":
        code = _EDGE_CODES.get(refusal.status, refusal.code)
        text = f"Portkey Error: {message}. Error Code: {code}"
        return {"status": "failure", "message": text, "error": {"message": text, "code": code}}
    if envelope == "C":
        kind = "invalid_request_error" if refusal.status == 400 else "api_error"
        return {"error": {"type": kind, "message": message, "param": None, "code": refusal.code}}
    if envelope == "flat":
        return {"errorCode": refusal.code, "message": message}
    return {"success": False, "data": {"message": message, "errorCode": refusal.code}}
