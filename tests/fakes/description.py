"""An OpenAPI 3.0 description, to which requests and responses are held."""

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator


class Description:
    """Says of a request, or of a response, what the description does not allow."""

    def __init__(self, file: Path) -> None:
        self._document = _plain(json.loads(file.read_text(encoding="utf-8")))

    def wrong_in_request(
        self, method: str, path: str, query: dict[str, str], content_type: str, body: object
    ) -> list[str]:
        template, operation, inside = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is no call"]
        parameters = {
            (one["in"], one["name"]): one
            for one in map(self._resolved, operation.get("parameters", []))
        }
        found = [
            f"{template}: there is no parameter {key}"
            for key in query
            if ("query", key) not in parameters
        ]
        given = {("query", key): value for key, value in query.items()} | {
            ("path", k): v for k, v in inside.items()
        }
        for place, one in parameters.items():
            if place in given:
                value = _value(given[place], self._resolved(one["schema"]))
                found += self._errors(value, one["schema"], f"{template}: {place[1]}")
            elif one.get("required"):
                found.append(f"{template}: the parameter {place[1]} is missing")
        return found + self._wrong_body(template, operation.get("requestBody"), content_type, body)

    def wrong_in_response(
        self, method: str, path: str, status: int, content_type: str, body: object
    ) -> list[str]:
        template, operation, _ = self._operation(method, path)
        if operation is None:
            return []
        response = operation["responses"].get(str(status)) or operation["responses"]["default"]
        if status < 300 and str(status) not in operation["responses"]:
            return [f"{template}: {status} is no answer"]
        content = response["content"].get(content_type.split(";")[0])
        if content is None:
            return [f"{template}: {content_type} is no kind of answer"]
        return self._errors(body, content["schema"], f"{template} answered {status}")

    def _wrong_body(self, template: str, wanted: Any, content_type: str, body: object) -> list[str]:
        if wanted is None:
            return [] if body is None else [f"{template} takes no body"]
        content = wanted["content"].get(content_type.split(";")[0])
        if content is None:
            return [f"{template} takes no {content_type or 'body without a type'}"]
        return self._errors(body, content["schema"], template)

    def _operation(self, method: str, path: str) -> tuple[str, Any, dict[str, str]]:
        """The call a path means; one without a place holder goes first."""
        for template in sorted(self._document["paths"], key=lambda name: name.count("{")):
            names = re.findall(r"{(\w+)}", template)
            match = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", template), path)
            operation = self._document["paths"][template].get(method.lower())
            if match and operation:
                return template, operation, dict(zip(names, match.groups(), strict=True))
        return path, None, {}

    def _resolved(self, value: Any) -> Any:
        while "$ref" in value:
            found: Any = self._document
            for key in value["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            value = found
        return value

    def _errors(self, value: object, schema: Any, what: str) -> list[str]:
        validator = Draft202012Validator(
            {"components": self._document["components"], "allOf": [schema]}
        )
        return [
            f"{what}: {error.json_path} {error.message[:200]}"
            for error in validator.iter_errors(value)
        ]


def _plain(value: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` becomes a type; `discriminator` only repeats what
    `oneOf` says.
    """
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    made = {
        key: _plain(entry)
        for key, entry in value.items()
        if key not in {"nullable", "discriminator"}
    }
    if value.get("nullable") is True and isinstance(value.get("type"), str):
        made["type"] = [value["type"], "null"]
    return made


def _value(text: str, schema: Any) -> object:
    """A parameter as its schema means it: style `form`, not exploded."""
    if schema.get("type") == "array":
        return text.split(",")
    if schema.get("type") == "integer":
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    return text
