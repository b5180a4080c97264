"""What pydantic found wrong, in plain words. The value sent is never repeated."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from service.errors import FieldProblem, InvalidInput
from service.web.bodies import OWN_PREFIX

MOST_FIELDS = 50
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How pydantic writes a choice that is a member of an enumeration; people send its value."""
_SHOWABLE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_TEXT = ("wrong_type", "This must be text.")
_WHOLE = ("wrong_type", "This must be a whole number.")
_NUMBER = ("wrong_type", "This must be a number.")
_YES_NO = ("wrong_type", "This must be true or false.")
_LIST = ("wrong_type", "This must be a list.")
_OBJECT = ("wrong_type", "This must be an object with named fields.")
_DATE = ("not_a_date", "This must be a date like 2027-01-31.")
_TIME = ("not_a_time", "This must be a time of day like 16:00:00.")
_MOMENT = ("not_a_time", "This must be a date and time like 2027-01-31T16:00:00.")
_ID = ("not_a_uuid", "This must be a UUID.")
_ADDRESS = ("not_a_url", "This must be a web address.")
_CHOICE = ("not_a_choice", "This must be one of: {expected}.")
_KIND = ("not_a_choice", "This does not say which kind it is.")

# Only limits and choices of the schema are ever filled in.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "This is required."),
    "extra_forbidden": ("unknown_field", "There is no such field here."),
    "string_type": _TEXT,
    "string_too_short": ("too_short", "This must have at least {min_length} characters."),
    "string_too_long": ("too_long", "This must have at most {max_length} characters."),
    "string_pattern_mismatch": ("wrong_form", "This does not have the form asked for."),
    "string_unicode": ("wrong_form", "This is not valid text."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": ("out_of_range", "This number is out of range."),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "greater_than": ("too_small", "This must be greater than {gt}."),
    "greater_than_equal": ("too_small", "This must be at least {ge}."),
    "less_than": ("too_large", "This must be less than {lt}."),
    "less_than_equal": ("too_large", "This must be at most {le}."),
    "multiple_of": ("wrong_form", "This must be a multiple of {multiple_of}."),
    "too_short": ("too_few", "This must have at least {min_length} entries."),
    "too_long": ("too_many", "This must have at most {max_length} entries."),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "none_required": ("wrong_type", "This must be null."),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "union_tag_invalid": _KIND,
    "union_tag_not_found": _KIND,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_past": ("not_past", "This date must be in the past."),
    "date_future": ("not_future", "This date must be in the future."),
    "time_type": _TIME,
    "time_parsing": _TIME,
    "time_delta_type": ("not_a_duration", "This must be a length of time like PT45M."),
    "time_delta_parsing": ("not_a_duration", "This must be a length of time like PT45M."),
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_naive": ("offset_not_wanted", "Give a local time without an offset."),
    "timezone_aware": ("offset_missing", "Give the time with its offset."),
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
}


def invalid_input(error: ValidationError) -> InvalidInput:
    """The same news as one of our errors. Syntax that only pydantic minded is `malformed_json`."""
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return InvalidInput("This is not valid JSON.", code="malformed_json")
    return InvalidInput(fields=[_field_problem(dict(one)) for one in found[:MOST_FIELDS]])


def _field_problem(found: Mapping[str, Any]) -> FieldProblem:
    code, sentence = _in_plain_words(found["type"], found.get("ctx", {}))
    return FieldProblem(dotted(found["loc"]), code, sentence)


def _in_plain_words(kind: str, limits: Mapping[str, Any]) -> tuple[str, str]:
    if kind.startswith(OWN_PREFIX):
        return kind.removeprefix(OWN_PREFIX), str(limits["sentence"])
    if kind not in SENTENCES:
        return "invalid", "This value is not valid."
    code, sentence = SENTENCES[kind]
    told = {name: _MEMBER.sub(r"\1", str(limit)) for name, limit in limits.items()}
    return code, sentence.format_map(told)


def dotted(place: tuple[int | str, ...]) -> str:
    """`children.0.name`; names of a caller's making are shown only if short and harmless."""
    return (
        ".".join(part if _SHOWABLE.fullmatch(part) else "?" for part in map(str, place)) or "body"
    )
