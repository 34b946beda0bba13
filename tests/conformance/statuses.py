"""Judges the `expectStatus` entries of a test against a Translation. Rules: data/README.md, "expectStatus"."""

from states import generation_of

GATEWAY_GROUP = "gateway.networking.k8s.io"
SKIP_READINESS = "gateway-api/skip-this-for-readiness"


def describe(conditions, wanted=None):
    """Conditions as Type=Status(Reason)@generation; only those of the wanted types when there are any."""
    types = {each["type"] for each in wanted or []}
    shown = [each for each in conditions if each.get("type") in types] or conditions
    return ", ".join(f"{each.get('type')}={each.get('status')}({each.get('reason')})@{each.get('observedGeneration')}"
                     for each in shown) or "no conditions"


def has_condition(conditions, wanted):
    """Type, status and reason; an absent status or reason means any."""
    return any(each.get("type") == wanted["type"]
               and wanted.get("status") in (None, each.get("status"))
               and wanted.get("reason") in (None, each.get("reason")) for each in conditions)


def missing_conditions(conditions, wanted):
    return [each for each in wanted if not has_condition(conditions, each)]


def stale(conditions, generation):
    return [each for each in conditions if each.get("observedGeneration") != generation]


def wanted_text(conditions):
    return ", ".join(f"{each['type']}={each.get('status', '*')}({each.get('reason', '*')})" for each in conditions)


def same_parent(actual, wanted, namespace_required):
    """sectionName and port are not compared."""
    if any(actual.get(key) != wanted.get(key) for key in ("group", "kind", "name")):
        return False
    if actual.get("namespace") == wanted.get("namespace"):
        return True
    return not namespace_required and "namespace" not in actual


def named(reference, wanted):
    return reference.get("name") == wanted["name"] and reference.get("namespace") in (None, wanted.get("namespace"))


class Judge:
    """Assertions on one state: the objects given to translate, its answer, and generations of the step before."""

    def __init__(self, objects, translation, before=None, settled=True):
        self.objects = {self.key(obj["kind"], obj["metadata"]): obj for obj in objects}
        self.statuses = {self.key(each["kind"], each["metadata"]): each["status"] for each in translation["statuses"]}
        self.resources = translation["resources"]
        self.before = before or {}
        self.settled = settled

    @staticmethod
    def key(kind, meta):
        return kind, meta.get("namespace", ""), meta["name"]

    def generations(self):
        return {key: generation_of(obj) for key, obj in self.objects.items()}

    def failures(self, entry):
        """Lines "object path: expected ..., got ..." of one expectStatus entry."""
        target = entry["object"]
        where = "/".join(part for part in (target["kind"], target.get("namespace"), target["name"]) if part)
        check = getattr(self, f"path_{entry['path']}")
        if entry["path"] == "namespaceReady":
            return check(target["name"])
        if entry["path"] == "addresses" and not self.settled:
            return []
        found = self.objects.get(self.key(target["kind"], target))
        if found is None:
            return [f"{where}: the object is not among the documents"]
        status = self.statuses.get(self.key(target["kind"], target), {})
        lines = list(check(entry, status, found))
        if entry.get("observedGeneration") == "allConditions":
            lines += self.old_generations(entry, status, generation_of(found))
        return [f"{where} {line}" for line in lines]

    def old_generations(self, entry, status, generation):
        """Conditions looked at that do not carry the object's generation."""
        lists = {"parents": "parents", "ancestors": "ancestors"}.get(entry["path"])
        groups = [("conditions", status.get("conditions") or [])]
        if lists:
            groups = [(f"{lists}[{place}]", each.get("conditions") or [])
                      for place, each in enumerate(status.get(lists) or [])]
        return [f"{name}: expected observedGeneration {generation} on every condition, got {describe(old)}"
                for name, conditions in groups for old in [stale(conditions, generation)] if old]

    def path_conditions(self, entry, status, _found):
        conditions = status.get("conditions") or []
        if entry["mode"] == "latest":
            return []
        missing = missing_conditions(conditions, entry["conditions"])
        return self.complaint("conditions", conditions, missing)

    @staticmethod
    def complaint(name, conditions, missing):
        if not missing:
            return []
        return [f"{name}: expected {wanted_text(missing)}, got {describe(conditions, missing)}"]

    def path_listeners(self, entry, status, _found):
        listeners = {each["name"]: each for each in status.get("listeners") or []}
        if entry["mode"] == "exact":
            return self.exact_listeners(entry["listeners"], listeners)
        names = entry["names"] if entry["mode"] == "named" else sorted(listeners)
        if not names:
            return ["listeners: expected some, got none"]
        lines = []
        for name in names:
            if name not in listeners:
                lines.append(f"listeners[{name}]: expected an entry, got none")
                continue
            conditions = listeners[name].get("conditions") or []
            lines += self.complaint(f"listeners[{name}]", conditions, missing_conditions(conditions, entry["conditions"]))
        return lines

    def exact_listeners(self, wanted, listeners):
        lines = []
        if len(wanted) != len(listeners):
            lines.append(f"listeners: expected {len(wanted)} entries, got {len(listeners)}: {', '.join(sorted(listeners))}")
        for each in wanted:
            name = each["name"]
            if name not in listeners:
                lines.append(f"listeners[{name}]: expected an entry, got none")
                continue
            got = listeners[name]
            if got.get("attachedRoutes") != each["attachedRoutes"]:
                lines.append(f"listeners[{name}].attachedRoutes: expected {each['attachedRoutes']}, "
                             f"got {got.get('attachedRoutes')}")
            lines += self.kinds(name, each["supportedKinds"], got.get("supportedKinds"))
            conditions = got.get("conditions") or []
            lines += self.complaint(f"listeners[{name}]", conditions, missing_conditions(conditions, each["conditions"]))
        return lines

    @staticmethod
    def kinds(name, wanted, got):
        as_set = {(each.get("group", GATEWAY_GROUP), each["kind"]) for each in got or []}
        expected = {(each.get("group", GATEWAY_GROUP), each["kind"]) for each in wanted}
        if got is None or not expected <= as_set or (not expected and as_set):
            return [f"listeners[{name}].supportedKinds: expected {sorted(expected)}, got "
                    f"{'no list' if got is None else sorted(as_set)}"]
        return []

    def path_parents(self, entry, status, _found):
        return getattr(self, f"parents_{entry['mode']}")(entry, status.get("parents") or [])

    @staticmethod
    def parents_latest(_entry, _parents):
        return []

    def parents_contains(self, entry, parents):
        lines = []
        for wanted in entry["parents"]:
            matching = [each for each in parents if each.get("controllerName") == wanted["controllerName"]
                        and same_parent(each["parentRef"], wanted["parentRef"], entry.get("namespaceRequired", True))]
            label = f"parents[{wanted['parentRef']['kind']} {wanted['parentRef']['name']}]"
            if not matching:
                lines.append(f"{label}: expected an entry with {wanted_text(wanted['conditions'])}, got none")
            elif all(missing_conditions(each.get("conditions") or [], wanted["conditions"]) for each in matching):
                conditions = matching[0].get("conditions") or []
                lines += self.complaint(label, conditions, missing_conditions(conditions, wanted["conditions"]))
        return lines

    def parents_anyNamed(self, entry, parents):
        return self.any_named("parents", "parentRef", entry["parent"], entry["conditions"], parents)

    @staticmethod
    def parents_noneAccepted(_entry, parents):
        refused = [{"type": "Accepted", "status": "False"}]
        if not parents or (len(parents) == 1 and not missing_conditions(parents[0].get("conditions") or [], refused)):
            return []
        return ["parents: expected no entry or one with Accepted=False, got "
                + "; ".join(describe(each.get("conditions") or []) for each in parents)]

    def any_named(self, path, reference, wanted, conditions, entries):
        matching = [each for each in entries if named(each[reference], wanted)]
        if any(not missing_conditions(each.get("conditions") or [], conditions) for each in matching):
            return []
        label = f"{path}[{wanted['name']}]"
        if not matching:
            return [f"{label}: expected an entry with {wanted_text(conditions)}, got none"]
        return self.complaint(label, matching[0].get("conditions") or [], conditions)

    def path_ancestors(self, entry, status, _found):
        ancestors = status.get("ancestors") or []
        if entry["mode"] == "latest":
            return []
        return self.any_named("ancestors", "ancestorRef", entry["ancestor"], entry["conditions"], ancestors)

    @staticmethod
    def path_attachedRoutes(_entry, status, _found):
        counts = [each.get("attachedRoutes") for each in status.get("listeners") or []]
        return [] if counts in ([], [0]) else [f"attachedRoutes: expected no listener or one with 0, got {counts}"]

    @staticmethod
    def path_attachedListenerSets(entry, status, _found):
        got, wanted = status.get("attachedListenerSets") or 0, entry["count"]
        return [] if got == wanted else [f"attachedListenerSets: expected {wanted}, got {got}"]

    @staticmethod
    def path_addresses(entry, status, _found):
        addresses = status.get("addresses") or []
        if entry["mode"] == "present":
            return [] if any(each.get("type") for each in addresses) else [
                f"addresses: expected at least one with a type, got {addresses}"]
        got = sorted((each.get("type", "IPAddress"), each.get("value")) for each in addresses)
        wanted = sorted((each.get("type", "IPAddress"), each.get("value")) for each in entry["addresses"])
        return [] if got == wanted else [f"addresses: expected {wanted}, got {got}"]

    def path_namespaceReady(self, namespace):
        """Gateways only: there are no Pods without a cluster."""
        wanted = [{"type": "Accepted", "status": "True"}, {"type": "Programmed", "status": "True"}]
        lines = []
        for (kind, place, name), obj in sorted(self.objects.items()):
            annotations = obj["metadata"].get("annotations") or {}
            if kind != "Gateway" or place != namespace or annotations.get(SKIP_READINESS) == "true":
                continue
            conditions = self.statuses.get((kind, place, name), {}).get("conditions") or []
            where = f"Namespace/{namespace} Gateway {name}"
            lines += self.complaint(where, conditions, missing_conditions(conditions, wanted))
            if stale(conditions, generation_of(obj)):
                lines.append(f"{where}: expected observedGeneration {generation_of(obj)}, got {describe(conditions)}")
        return lines

    def path_generation(self, _entry, _status, found):
        before = self.before.get(self.key(found["kind"], found["metadata"]))
        return [] if before not in (None, generation_of(found)) else [f"generation: expected another than {before}"]

    def path_generatedResources(self, entry, _status, found):
        """Kuma makes the Service and the Pods of a MeshGatewayInstance with the metadata of its templates."""
        made = list(self.resources)
        for each in self.resources:
            if each["kind"] == "MeshGatewayInstance":
                spec = each["spec"]
                made += [{"kind": "Service", "metadata": self.template(each, spec.get("serviceTemplate"))},
                         {"kind": "Pod", "metadata": self.template(each, spec.get("podTemplate"))}]
        lines, seen = [], 0
        for kind in entry["kinds"]:
            matching = [each["metadata"] for each in made if each["kind"] == kind
                        and each["metadata"].get("namespace") == found["metadata"]["namespace"]
                        and contains(each["metadata"].get("labels"), entry["selector"])]
            seen += len(matching)
            for member in ("labels", "annotations"):
                if matching and not contains(matching[0].get(member), entry.get(member)):
                    lines.append(f"generated {kind} {member}: expected {entry[member]}, got {matching[0].get(member)}")
        return lines if seen else [f"generated resources: expected one of {entry['kinds']} with labels "
                                   f"{entry['selector']}, got none"]

    @staticmethod
    def template(instance, template):
        return {**((template or {}).get("metadata") or {}), "namespace": instance["metadata"]["namespace"]}


def contains(actual, wanted):
    return all((actual or {}).get(key) == value for key, value in (wanted or {}).items())
