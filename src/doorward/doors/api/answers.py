"""Answers: a shape as JSON, or a refusal as problem details."""

from fastapi import Response
from pydantic import BaseModel

from doorward.doors.web.problems import problem
from doorward.kernel.outcome import Refused


def answer(shape: BaseModel, status: int = 200, *, headers: dict[str, str] | None = None) -> Response:
    """Answer with a shape."""
    return Response(shape.model_dump_json(), status, headers, "application/json")


def sparse_answer(shape: BaseModel) -> Response:
    """Answer with a shape whose empty fields are left out: what a step of sign-in says depends on the step."""
    return Response(shape.model_dump_json(exclude_none=True), 200, None, "application/json")


def problem_response(refused: Refused, reference: str) -> Response:
    """Answer with a refusal."""
    told = problem(refused, reference)
    response = Response(told.body, told.status)
    response.raw_headers = list(told.headers)
    return response
