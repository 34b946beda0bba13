"""Defaults of CustomResourceDefinitions, filled in as an API server does."""

import copy
import pathlib

import yaml


class Defaults:
    """The schemas of a folder of CRD files, by kind."""

    def __init__(self, folder):
        self._schemas = {}
        for path in sorted(pathlib.Path(folder).glob("*.yaml")):
            crd = yaml.safe_load(path.read_text(encoding="utf-8"))
            for version in crd["spec"]["versions"]:
                self._schemas[crd["spec"]["names"]["kind"]] = version["schema"]["openAPIV3Schema"]
        if not self._schemas:
            raise LookupError(f"no CRD files in {folder}")

    def fill(self, obj):
        """A copy of `obj` with the defaults of its kind; unchanged when the kind has no CRD here."""
        obj = copy.deepcopy(obj)
        schema = self._schemas.get(obj.get("kind"))
        if schema:
            _fill(schema, obj)
        return obj


def _fill(schema, value):
    if isinstance(value, list):
        for item in value:
            _fill(schema.get("items", {}), item)
    elif isinstance(value, dict):
        properties = schema.get("properties", {})
        for name, child in properties.items():
            if "default" in child and value.get(name) is None:
                value[name] = copy.deepcopy(child["default"])
        rest = schema.get("additionalProperties")
        for name, member in value.items():
            if name in properties:
                _fill(properties[name], member)
            elif isinstance(rest, dict):
                _fill(rest, member)


def without_empty(value):
    """Members that are null, {} or [] equal absent ones; items of lists stay."""
    if isinstance(value, list):
        return [without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: without_empty(member) for name, member in value.items()}
    return {name: member for name, member in members.items() if member not in (None, {}, [])}
