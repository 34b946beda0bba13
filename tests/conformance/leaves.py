"""Leaves of a CRD schema, and objects that hold one of them.

For every leaf there are pairs of specs (with the leaf, without it) that are equal but for it. Everything around the leaf
that the schema requires is there in both, and so are the members that make it mean something (a filter's type, ...).
"""

import copy
import re

# Tried in order until one fits pattern, length and format.
STRINGS = ["other", "Other", "/other", "other.example.com", "https://other.example.com", "7s", "X-Other", "spiffe://a/b"]

# Values that the environment of every_leaf.py gives a meaning to; the last parts of a path, the longest that fits.
VALUES = {
    "hostnames[]": ["other.example.com"],
    "listeners[].hostname": ["listener.example.com"],
    "listeners[].port": [8099],
    "listeners[].protocol": ["HTTP", "HTTPS", "TLS", "TCP", "UDP", "other.example.com/protocol"],
    "listeners[].tls.mode": ["Passthrough"],
    "parentRefs[].port": [8081],
    "backendRefs[].namespace": ["elsewhere"],
    "parentRefs[].namespace": ["elsewhere"],
    "certificateRefs[].namespace": ["elsewhere"],
    "addresses[].value": ["192.0.2.44"],
    "addresses[].type": ["Hostname", "NamedAddress", "other.example.com/address"],
    "path.value": ["/other"],
    "fraction.numerator": [7],
    "fraction.denominator": [1000],
    "percent": [7],
    "weight": [7, 0],
    "statusCode": [301, 303, 307, 308],
    "codes[]": [503, 404],
    "perPort[].port": [8443],
    "operator": ["In", "NotIn", "Exists", "DoesNotExist"],
    "wellKnownCACertificates": ["System", "other.example.com/certificates"],
    "replacePrefixMatch": ["/other"],
    "replaceFullPath": ["/other"],
    "controllerName": ["other.example.com/controller"],
}

# Members that have to go along with a step of the path: {member: {sibling: value}}.
ALONG = {
    "replaceFullPath": {"type": "ReplaceFullPath"},
    "replacePrefixMatch": {"type": "ReplacePrefixMatch"},
    "absoluteTimeout": {"sessionName": "s"},
    "cookieConfig": {"sessionName": "s", "absoluteTimeout": "1h"},
    "denominator": {"numerator": 10},
    "uri": {"type": "URI"},
}


def walk(schema, path=()):
    """Yields (path, schema) of every leaf; a path has names, "[]" for items of a list and "{}" for values of a map."""
    if schema.get("properties"):
        for name, inner in schema["properties"].items():
            yield from walk(inner, path + (name,))
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from walk(schema["additionalProperties"], path + ("{}",))
    elif schema.get("type") == "array":
        yield from walk(schema["items"], path + ("[]",))
    else:
        yield path, schema


def text(path):
    return "." + ".".join(path).replace(".[]", "[]").replace(".{}", "{}")


def fits(value, schema):
    if "enum" in schema:
        return value in schema["enum"]
    if schema.get("type") == "boolean":
        return True
    if schema.get("type") == "integer":
        return schema.get("minimum", 0) <= value <= schema.get("maximum", 1 << 31)
    pattern = schema.get("pattern")
    if pattern and not re.search(pattern, value):
        return False
    return schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 20)


def values(path, schema):
    """Valid values that are not the default, most telling first."""
    name = text(path)
    known = max((key for key in VALUES if name.endswith(("." + key, "]" + key))), key=len, default=None)
    if known:
        found = VALUES[known]
    elif "enum" in schema:
        found = schema["enum"]
    elif schema.get("type") == "boolean":
        found = [True]
    elif schema.get("type") == "integer":
        found = [7, 700, 70000]
    else:
        found = STRINGS
    found = [each for each in found if each != schema.get("default") and fits(each, schema)]
    return found if known or "enum" in schema else found[:1]


def minimal(schema, path, base):
    """A value of the schema with what it requires. base: telling values by path text."""
    if text(path) in base:
        return copy.deepcopy(base[text(path)])
    if schema.get("properties"):
        return {name: minimal(schema["properties"][name], path + (name,), base) for name in schema.get("required", [])}
    if schema.get("type") == "array":
        return [minimal(schema["items"], path + ("[]",), base)]
    if schema.get("type") == "object":
        return {}
    if "default" in schema:
        return schema["default"]
    found = values(path, schema)
    return found[0] if found else "value"


class Specs:
    """Pairs of specs for the leaves of one kind. start: the spec to grow from; base: see minimal()."""

    def __init__(self, schema, start, base):
        self.schema = schema
        self.start = start
        self.base = base

    def pairs(self, path, schema):
        """Yields (value, spec with it, spec without it)."""
        for value in values(path, schema):
            spec = copy.deepcopy(self.start)
            holder = self.grow(spec, path)
            without = copy.deepcopy(spec)
            other = self.follow(without, path)
            last = path[-1]
            if last == "[]":
                holder[:] = [value]
                if not other:
                    self.prune(without, path)
            elif last == "{}":
                holder["example.com/other"] = value
                other.pop("example.com/other", None)
            else:
                holder[last] = value
                if other.get(last) == value:
                    del other[last]
            yield value, spec, without

    def grow(self, spec, path):
        """Makes the containers of the path in spec; returns the one that holds the leaf."""
        node, schema = spec, self.schema
        self.along(node, path[0], ())
        for place, step in enumerate(path[:-1]):
            schema = self.inner(schema, step)
            so_far = path[:place + 1]
            if step == "[]":
                if not node:
                    node.append(minimal(schema, so_far, self.base))
                node = node[0]
            else:
                if step not in node:
                    node[step] = [] if schema.get("type") == "array" else minimal(schema, so_far, self.base)
                node = node[step]
            if isinstance(node, dict):
                self.along(node, path[place + 1], so_far)
        return node

    @staticmethod
    def along(node, following, path):
        """Siblings that the next step needs."""
        node.update({key: value for key, value in ALONG.get(following, {}).items() if key != following})
        if path[-2:] == ("filters", "[]") and following != "type":
            node["type"] = {"urlRewrite": "URLRewrite", "cors": "CORS"}.get(following, following[0].upper() + following[1:])
        if following == "selector" and "namespaces" in path:
            node["from"] = "Selector"
        if following in ("grpc", "http") and path[-1] == "externalAuth":
            node["protocol"] = following.upper()

    @staticmethod
    def inner(schema, step):
        if step == "[]":
            return schema["items"]
        if step == "{}":
            return schema["additionalProperties"]
        return schema["properties"][step]

    @staticmethod
    def follow(spec, path):
        node = spec
        for step in path[:-1]:
            node = node[0] if step == "[]" else node[step]
        return node

    @staticmethod
    def prune(spec, path):
        """Takes the empty list at the end of the path out of its object."""
        node, names = spec, path[:-1]
        for step in names[:-1]:
            node = node[0] if step == "[]" else node[step]
        if names[-1] != "[]" and isinstance(node, dict):
            node.pop(names[-1], None)
