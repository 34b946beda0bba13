"""Changes names, namespaces, ports and creation times of a test and of what it expects, so that the meaning stays.

Ties break by namespace/name and by age, so every name gets the same prefix (their order stays), and ages follow that
order. Ports move by one distance. Hostnames, header names and the names of objects that do not exist stay.
"""

import datetime
import random

from states import EPOCH

# Below these keys `name` is the name of a header, a port, a container or the like.
OTHER_NAMES = {"headers", "set", "add", "queryParams", "containers", "volumes", "env", "ports", "volumeMounts"}
PAIRS = {"gateway", "service", "from", "neverBackend", "mirroredTo"}
BACKENDS = {"backend", "neverBackend"}
LISTENER_KINDS = {"Gateway", "ListenerSet"}


class Variation:
    def __init__(self, seed):
        self.seed = seed
        choice = random.Random(f"vary {seed}")
        self.prefix = "".join(choice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(choice.randint(1, 3))) + "-"
        self.gateway_ports = choice.randint(1000, 2000)
        self.service_ports = choice.randint(1000, 2000)
        self.start = EPOCH + datetime.timedelta(days=choice.randint(1, 20000))
        self.names = set()
        self.namespaces = set()
        self.listeners = set()
        self.move_listeners = True

    def __call__(self, objects, test):
        """The objects and the test, changed; both are new."""
        steps = test.get("steps") or [test]
        applied = [obj for step in steps for obj in step.get("apply", [])]
        self.collect(objects + applied)
        cases = [case for step in steps for case in step.get("cases", [])]
        # Where a Location header leaves the listener's port out, another port would put it in.
        self.move_listeners = not any(case["expect"]["outcome"] == "redirect" for case in cases)
        changed = [self.document(obj) for obj in objects]
        self.stamp(changed, 0)
        return changed, self.test(test)

    def collect(self, objects):
        for obj in objects:
            self.names.add(obj["metadata"]["name"])
            if obj["kind"] == "Namespace":
                self.namespaces.add(obj["metadata"]["name"])
            if obj["kind"] in LISTENER_KINDS:
                self.listeners.update(each["name"] for each in obj["spec"].get("listeners", []))

    def renamed(self, value):
        known = self.names | self.namespaces | self.listeners
        return self.prefix + value if value in known else value

    def stamp(self, objects, seconds):
        choice = random.Random(f"times {self.seed} {seconds}")
        ordered = sorted(objects, key=lambda obj: (obj["metadata"].get("namespace", ""), obj["metadata"]["name"]))
        time = self.start + datetime.timedelta(seconds=seconds)
        for obj in ordered:
            time += datetime.timedelta(seconds=choice.randint(1, 50))
            obj["metadata"]["creationTimestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")

    def document(self, obj):
        """One object of the API with new names and ports."""
        result = self.walk(obj, ())
        if obj["kind"] in LISTENER_KINDS and self.move_listeners:
            for each in result["spec"].get("listeners", []):
                if "port" in each:
                    each["port"] += self.gateway_ports
            frontend = ((result["spec"].get("tls") or {}).get("frontend") or {}).get("perPort") or []
            for each in frontend:
                each["port"] += self.gateway_ports
        if obj["kind"] == "Service":
            for each in result["spec"].get("ports", []):
                each.setdefault("targetPort", each["port"])
                each["port"] += self.service_ports
        return result

    def walk(self, node, path):
        if isinstance(node, list):
            return [self.walk(each, path) for each in node]
        if not isinstance(node, dict):
            return node
        result = {}
        for key, value in node.items():
            inside = path + (key,)
            if isinstance(value, str):
                result[key] = self.text(key, value, path)
            elif key == "port" and isinstance(value, int):
                result[key] = value + self.distance(node, path)
            else:
                result[key] = self.walk(value, inside)
        return result

    def text(self, key, value, path):
        below_metadata = path[-1:] in (("labels",), ("matchLabels",), ("selector",))
        if below_metadata:
            known = key in ("gateway.networking.k8s.io/gateway-name", "kubernetes.io/metadata.name")
            return self.renamed(value) if known else value
        of_service = key == "sectionName" and "targetRefs" in path  # the name of a port
        if key in ("name", "sectionName", "gatewayClassName") and not OTHER_NAMES & set(path) and not of_service:
            return self.renamed(value)
        return self.renamed(value) if key == "namespace" else value

    def distance(self, node, path):
        """How far the port of a reference moves; ports of listeners and Services move in document()."""
        if not path or path[-1] in ("listeners", "ports", "perPort", "requestRedirect"):
            return 0
        if path[-1] == "parentRefs" or path[-1] == "parentRef":
            on_service = node.get("kind") == "Service"
            return self.service_ports if on_service else self.gateway_ports * self.move_listeners
        return self.service_ports if path[-1] in ("backendRefs", "backendRef") else 0

    def test(self, test):
        result = dict(test)
        steps = []
        for number, step in enumerate(test.get("steps") or [test]):
            changed = dict(step)
            created = [self.document(obj) for obj in step.get("apply", [])]
            self.stamp(created, 100000 * (number + 1) + step.get("applyAfterSeconds", 0))
            changed["apply"] = created
            changed["delete"] = [self.walk(each, ()) for each in step.get("delete", [])]
            changed["expectStatus"] = [self.walk(each, ()) for each in step.get("expectStatus", [])]
            for entry in changed["expectStatus"]:
                if "names" in entry:
                    entry["names"] = [self.renamed(each) for each in entry["names"]]
            changed["cases"] = [self.case(each) for each in step.get("cases", [])]
            steps.append(changed)
        if "steps" in test:
            result["steps"] = steps
        else:
            result = steps[0]
        return result

    def pair(self, value):
        if isinstance(value, list):
            return [self.pair(each) for each in value]
        return "/".join(self.renamed(part) for part in value.split("/"))

    def case(self, case):
        request, expect = dict(case["request"]), self.expectation(case["expect"])
        for key in PAIRS & set(request):
            request[key] = self.pair(request[key])
        if "gateway" in request:
            request["port"] += self.gateway_ports * self.move_listeners
        else:
            request["port"] += self.service_ports
            request["host"] = self.service_host(request.get("host"))
        return {**case, "request": request, "expect": expect}

    def service_host(self, host):
        if not host:
            return host
        name, colon, port = host.partition(":")
        return self.renamed(name) + (f":{int(port) + self.service_ports}" if colon else "")

    def expectation(self, expect):
        result = dict(expect)
        for key in (PAIRS | BACKENDS | {"backendNamespace"}) & set(result):
            result[key] = self.pair(result[key])
        for key in ("weights", "perBackend"):
            if key in result:
                result[key] = {self.renamed(name): value if key == "weights" else self.expectation(value)
                               for name, value in result[key].items()}
        return result


def unchanged(objects, test):
    """The variation that changes nothing."""
    return objects, test
