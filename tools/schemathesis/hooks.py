"""Lets schemathesis reach what requests ask for, and say what it cannot write by itself."""

import gzip
import json
import os

import schemathesis

with open(os.environ["BERTH_OBJECTS"], encoding="utf-8") as file:
    OBJECTS = json.load(file)

# What ends an object asks about made up ones only, or soon there would be none.
ENDS = ("DELETE", "/deletion", "/suspend", "/transfer", "/void", "/stop")


def known(name, made_up):
    """Half of all ids become those of objects that exist; always the same ones, so that a failure can be repeated."""
    if not isinstance(made_up, str) or name not in OBJECTS or sum(map(ord, made_up)) % 2:
        return made_up
    return OBJECTS[name]


def with_known(values):
    if isinstance(values, dict):
        return {name: known(name, with_known(value)) for name, value in values.items()}
    if isinstance(values, list):
        return [with_known(value) for value in values]
    return values


@schemathesis.hook
def map_case(context, case):
    operation = case.operation
    is_wrong = case.meta is None or case.meta.generation.mode.is_negative
    if is_wrong or any(end in f"{operation.method.upper()} {operation.path}" for end in ENDS):
        return case
    segments = operation.path.split("/")
    for name, value in dict(case.path_parameters or {}).items():
        # An id in a path is named by what is before it: /v1/apps/{id}.
        before = segments[segments.index("{%s}" % name) - 1]
        case.path_parameters[name] = known(name if name in OBJECTS else before, value)
    case.query = with_known(case.query)
    # What is followed has no end.
    if isinstance(case.query, dict):
        case.query.pop("follow", None)
    case.body = with_known(case.body)
    return case


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Classes of characters by their Unicode name are unknown to Python's regular expressions."""

    def rewrite(value):
        if isinstance(value, list):
            return [rewrite(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            name: in_python(each) if name == "pattern" and isinstance(each, str) else rewrite(each)
            for name, each in value.items()
        }

    raw_schema.update(rewrite(dict(raw_schema)))


def in_python(pattern):
    return pattern.replace("\\p{Cc}", "\\x00-\\x1f\\x7f-\\x9f").replace("\\p{Cs}", "")


@schemathesis.serializer("application/gzip")
def serialize_gzip(context, value):
    return gzip.compress(value if isinstance(value, bytes) else str(value).encode())
