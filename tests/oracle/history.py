"""The watch events that a sequence of steps causes, with the objects that exist after each."""

import copy

GENERATED = ("MeshGateway", "MeshGatewayInstance", "MeshHTTPRoute", "MeshTCPRoute")
DELETION_TIME = "2024-01-01T00:00:00Z"


def key_of(obj):
    meta = obj.get("metadata", obj)
    group = obj.get("apiVersion", "").rpartition("/")[0]
    return (group, obj["kind"], meta.get("namespace") or "", meta["name"])


def merge_patch(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


class History:
    """Keeps the input objects of a case and what an observer of the API server was told."""

    def __init__(self, from_stored=False):
        self._from_stored = from_stored
        self._inputs = {}     # As applied, in order of creation.
        self._deleting = {}   # Deleted, but held by a finalizer.
        self._addressed = set()  # (namespace, name) of generated Services whose status was patched.
        self._told = {}       # key -> object as last sent.
        self._version = 100
        mesh = {"apiVersion": "kuma.io/v1alpha1", "kind": "Mesh", "metadata": {"name": "default"}, "spec": {}}
        self._inputs[key_of(mesh)] = mesh  # The control plane creates it.

    def step(self, step):
        """Events of one step: [{"type", "object"}]."""
        self._change_inputs(step)
        return self._tell(self._target(step["fresh"]))

    def _change_inputs(self, step):
        refused = {key_of(each["object"]) for each in step.get("applyErrors", [])}
        for obj in step.get("apply", []):
            if key_of(obj) not in refused:
                self._inputs[key_of(obj)] = copy.deepcopy(obj)
                self._deleting.pop(key_of(obj), None)
        for ref in step.get("delete", []):
            obj = self._inputs.pop(key_of(ref), None)
            if obj is not None:
                self._deleting[key_of(ref)] = obj
        for patch in step.get("patch", []):
            self._patch(patch)

    def _patch(self, patch):
        found = [key for key in self._inputs
                 if key[1:] == (patch["kind"], patch.get("namespace") or "", patch["name"])]
        for key in found:
            self._inputs[key] = merge_patch(self._inputs[key], patch["mergePatch"])
        # The Service of a MeshGatewayInstance bears its name. Other edits of generated objects by
        # hand are no inputs.
        if not found and patch["kind"] in ("Service", "MeshGatewayInstance") and \
                patch.get("subresource") == "status":
            self._addressed.add((patch.get("namespace") or "", patch["name"]))

    def _target(self, fresh):
        """What exists in the API server after the step, as far as it is an input."""
        refused = {key_of(each["object"]) for each in fresh.get("applyErrors", [])}
        stored = {key_of(obj): obj for obj in fresh["stored"]}
        target = {key: copy.deepcopy(obj) for key, obj in self._inputs.items() if key not in refused}
        for key, obj in list(self._deleting.items()):
            if "deletionTimestamp" not in stored.get(key, {}).get("metadata", {}):
                del self._deleting[key]
                continue
            held = copy.deepcopy(obj)
            held["metadata"]["finalizers"] = stored[key]["metadata"].get("finalizers", [])
            held["metadata"]["deletionTimestamp"] = DELETION_TIME
            target[key] = held
        if self._from_stored:
            for key in target.keys() & stored.keys():
                status = target[key].get("status")
                target[key] = copy.deepcopy(stored[key])
                if "deletionTimestamp" in target[key]["metadata"]:
                    target[key]["metadata"]["deletionTimestamp"] = DELETION_TIME
                if status is not None:
                    target[key]["status"] = status
        for obj in fresh["kuma"]:
            meta = obj["metadata"]
            if obj["kind"] == "MeshGatewayInstance" and \
                    (meta.get("namespace", ""), meta["name"]) in self._addressed:
                target[key_of(obj)] = copy.deepcopy(obj)
        return target

    def _tell(self, target):
        events = []
        for key in [key for key in self._told if key not in target]:
            gone = self._told.pop(key)
            gone["metadata"]["resourceVersion"] = self._next_version()
            events.append({"type": "DELETED", "object": gone})
        for key, obj in target.items():
            before = self._told.get(key)
            if before is not None and _content(before) == _content(obj):
                continue
            obj = copy.deepcopy(obj)
            meta = obj["metadata"]
            meta["resourceVersion"] = self._next_version()
            meta["uid"] = before["metadata"]["uid"] if before else f"uid-{self._version}"
            meta["generation"] = _generation(before, obj)
            self._told[key] = obj
            events.append({"type": "MODIFIED" if before else "ADDED", "object": copy.deepcopy(obj)})
        return events

    def _next_version(self):
        self._version += 1
        return str(self._version)


def _content(obj):
    obj = copy.deepcopy(obj)
    for name in ("resourceVersion", "uid", "generation"):
        obj["metadata"].pop(name, None)
    return obj


def _generation(before, obj):
    if before is None:
        return 1
    changed = before.get("spec") != obj.get("spec")
    return before["metadata"]["generation"] + (1 if changed else 0)
