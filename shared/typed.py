"""JSON to the core's records and back, by pydantic; unknown keys are errors everywhere.

The core's dataclasses stay free of pydantic: strictness is laid over them here, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from shared.core import books, execution, messages, plan, resolve, runs, slots, targets, workflows
from shared.core.errors import BadInput

T = TypeVar("T")

for _module in (books, execution, messages, plan, resolve, runs, slots, targets, workflows):
    for _model in vars(_module).values():
        if isinstance(_model, type) and hasattr(_model, "__dataclass_fields__"):
            _model.__pydantic_config__ = ConfigDict(  # type: ignore[attr-defined]
                extra="forbid"
            )


def adapter(model: Any) -> TypeAdapter[Any]:
    """The compiled adapter of a model or union, made once."""
    return _adapter(model)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def dump(value: Any, model: Any = None) -> bytes:
    """`value` as JSON; the same value gives the same bytes."""
    return adapter(model or type(value)).serializer.to_json(value)


def parse(model: type[T], body: bytes | str, place: str) -> T:
    """JSON text into `model`; BadInput names the place and the first key that is wrong."""
    try:
        parsed: T = adapter(model).validator.validate_json(body)
    except ValidationError as e:
        raise bad_input(e, place) from e
    return parsed


def build(model: Any, data: object, place: str) -> Any:
    """Python data into `model`; errors as `parse`."""
    try:
        return adapter(model).validator.validate_python(data)
    except ValidationError as e:
        raise bad_input(e, place) from e


def bad_input(error: ValidationError, place: str) -> BadInput:
    """The first of pydantic's complaints as ours."""
    first = error.errors(include_url=False)[0]
    where = key_of(first["loc"])
    found = "nothing" if first["type"] == "missing" else short(first["input"])
    return BadInput(f"{place} {where}".strip(), found, allowed_of(dict(first)))


def key_of(loc: Sequence[int | str]) -> str:
    """A location as people write it: steps[0].scrapers."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part.startswith("function-"):
            text += f".{part}" if text else part
    return text


def allowed_of(error: dict[str, Any]) -> str:
    """What would have been right, from pydantic's message."""
    match error["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return "only known keys"
        case "missing" | "missing_argument" | "missing_keyword_only_argument":
            return "this key is required"
        case "literal_error" | "enum":
            return str(error["ctx"]["expected"])
        case "tuple_type" | "list_type":
            return "a list"
        case "time_parsing" | "time_type":
            return "a time as HH:MM"
        case _:
            return str(error["msg"]).removeprefix("Input should be ")


def short(value: object, limit: int = 80) -> str:
    """`value` for an error text, cut when long."""
    text = str(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
