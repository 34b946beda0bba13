"""What of two results must be equal, and how a difference is written down. Rules: README.md."""

from crd_defaults import without_empty

OWNER = "gateways.kuma.io/gateway.networking.k8s.io-owner"
MESH = "kuma.io/mesh"
STATUS_KINDS = ("GatewayClass", "Gateway", "HTTPRoute")


def differences(want, got, path=""):
    """Lines "path: want X, got Y" for every place where two JSON values differ."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in sorted(want.keys() | got.keys()):
            where = f"{path}.{name}" if name.isidentifier() else f"{path}['{name}']"
            if name not in got:
                yield f"{where}: want {want[name]!r}, got nothing"
            elif name not in want:
                yield f"{where}: want nothing, got {got[name]!r}"
            else:
                yield from differences(want[name], got[name], where)
    elif isinstance(want, list) and isinstance(got, list):
        for index in range(max(len(want), len(got))):
            where = f"{path}[{index}]"
            if index >= len(got):
                yield f"{where}: want {want[index]!r}, got nothing"
            elif index >= len(want):
                yield f"{where}: want nothing, got {got[index]!r}"
            else:
                yield from differences(want[index], got[index], where)
    elif want != got or isinstance(want, bool) != isinstance(got, bool):
        yield f"{path or '.'}: want {want!r}, got {got!r}"


def object_name(obj):
    meta = obj.get("metadata", {})
    return "/".join(part for part in (obj["kind"], meta.get("namespace"), meta["name"]) if part)


def resource_form(obj, defaults):
    """The compared part of one generated object."""
    filled = defaults.fill(obj)
    form = {name: filled.get(name) for name in ("apiVersion", "mesh", "spec")}
    labels = filled.get("metadata", {}).get("labels") or {}
    # Kuma's controller writes no mesh label on a MeshGateway; its admission webhook does.
    compared = (OWNER,) if obj["kind"] == "MeshGateway" else (OWNER, MESH)
    form["labels"] = {name: labels.get(name) for name in compared}
    if obj["kind"] == "Secret":
        form["type"] = obj.get("type")
    return without_empty(form)


def resource_forms(objects, defaults):
    """name -> compared part. A name twice is an error of whoever made the list."""
    forms = {}
    for obj in objects:
        name = object_name(obj)
        if name in forms:
            raise ValueError(f"{name} is listed twice")
        forms[name] = resource_form(obj, defaults)
    return forms


def _conditions(conditions, generations):
    forms = {}
    for each in conditions or []:
        if each.get("message") == "Waiting for controller" and "observedGeneration" not in each:
            continue  # The CRD's default: no controller wrote it.
        members = ("status", "reason", "message") + (("observedGeneration",) if generations else ())
        if each["type"] in forms:
            raise ValueError(f"condition {each['type']} is listed twice")
        forms[each["type"]] = {name: each.get(name) for name in members}
    return forms


def _parent_name(parent):
    ref = parent["parentRef"]
    members = ("group", "kind", "namespace", "name", "sectionName", "port")
    text = ",".join(f"{name}={ref[name]}" for name in members if ref.get(name) is not None)
    return f"{parent.get('controllerName')}({text})"


def status_form(kind, status, generations):
    """The compared part of one status; {} when it says nothing."""
    status = status or {}
    form = {"conditions": _conditions(status.get("conditions"), generations)}
    if kind == "Gateway":
        form["addresses"] = status.get("addresses")
        form["listeners"] = {
            each["name"]: {
                "attachedRoutes": each.get("attachedRoutes"),
                "supportedKinds": each.get("supportedKinds"),
                "conditions": _conditions(each.get("conditions"), generations),
            }
            for each in status.get("listeners") or []
        }
    if kind == "HTTPRoute":
        form["parents"] = {}
        for each in status.get("parents") or []:
            name = _parent_name(each)
            if name in form["parents"]:
                raise ValueError(f"parent {name} is listed twice")
            form["parents"][name] = {"conditions": _conditions(each.get("conditions"), generations)}
    return {name: member for name, member in form.items() if member not in (None, {}, [])}


def status_forms(objects, generations):
    """`objects`: whole objects or {kind, metadata, status}. Those that say nothing are left out."""
    forms = {}
    for obj in objects:
        if obj["kind"] == "MeshGatewayInstance":
            continue
        form = status_form(obj["kind"], obj.get("status"), generations)
        if form:
            forms["status of " + object_name(obj)] = form
    return forms


def recorded_statuses(status):
    """A recording's {kind: {"ns/name": status}} as a list of objects."""
    objects = []
    for kind, by_name in status.items():
        for full_name, each in by_name.items():
            namespace, _, name = full_name.rpartition("/")
            metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
            objects.append({"kind": kind, "metadata": metadata, "status": each})
    return objects


def compare(recorded, resources, statuses, defaults, generations):
    """Lines that say where a result differs from {"kuma", "status"} of a recording."""
    want = resource_forms(recorded["kuma"], defaults)
    want |= status_forms(recorded_statuses(recorded["status"]), generations)
    got = resource_forms(resources, defaults)
    got |= status_forms(statuses, generations)
    lines = []
    for name in sorted(want.keys() | got.keys()):
        if name not in got:
            lines.append(f"{name}: missing")
        elif name not in want:
            lines.append(f"{name}: must not exist")
        else:
            lines.extend(f"{name} {line}" for line in differences(want[name], got[name]))
    return lines
