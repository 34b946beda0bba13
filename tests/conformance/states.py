"""The objects of one conformance test after each of its steps."""

import copy
import datetime
import json

import yaml

CLASS_NAME = "kuma"
CONTROLLER = "gateways.kuma.io/controller"
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Kinds whose metadata.generation the API server counts; the others have none.
COUNTED = ("gateway.networking.k8s.io", "apps", "kuma.io")


def key_of(obj):
    meta = obj.get("metadata", obj)
    group = obj["apiVersion"].rpartition("/")[0]
    return group, obj["kind"], meta.get("namespace", ""), meta["name"]


def load_yaml(path, authorities):
    text = substituted(path.read_text(encoding="utf-8"), authorities)
    return [each for each in yaml.load_all(text, Loader=LOADER) if each]


def substituted(text, authorities):
    """Placeholders replaced; authorities: PEM by name of the ConfigMap."""
    text = text.replace("{GATEWAY_CLASS_NAME}", CLASS_NAME)
    text = text.replace("{GATEWAY_CONTROLLER_NAME}", CONTROLLER).replace("{CONTROLLER_NAME}", CONTROLLER)
    for name, pem in authorities.items():
        text = text.replace("{CA_CERT:" + name + "}", json.dumps(pem)[1:-1])
    return text


class Fixtures:
    """Reads the data folder once for all tests. made and authorities: certificates.make_objects()."""

    def __init__(self, folder, made, authorities):
        self.folder = folder
        self.made = made
        self.authorities = authorities
        self.loaded = {}

    def load(self, name):
        if name not in self.loaded:
            self.loaded[name] = load_yaml(self.folder / "fixtures" / name, self.authorities)
        return copy.deepcopy(self.loaded[name])

    def test(self, path):
        """A file of tests/ with its placeholders replaced."""
        return json.loads(substituted(path.read_text(encoding="utf-8"), self.authorities))

    def initial(self, test):
        """The objects of step 0. Those made in code belong to the namespaces of the gateway tests."""
        objects = self.load(test["base"])
        for name in test.get("fixtures", []):
            objects += self.load(name)
        objects.append({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
                        "metadata": {"name": CLASS_NAME}, "spec": {"controllerName": CONTROLLER}})
        if test["suite"] == "gateway":
            objects += copy.deepcopy(self.made)
        for obj in objects:
            if obj["kind"] == "GatewayClass":
                obj["spec"]["controllerName"] = CONTROLLER
        return objects


def generation_of(obj):
    return obj["metadata"].get("generation", 1)


def stamped(obj, seconds):
    """The object with a creationTimestamp that much after the objects that have none."""
    if seconds and "creationTimestamp" not in obj["metadata"]:
        time = EPOCH + datetime.timedelta(seconds=seconds)
        obj["metadata"]["creationTimestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return obj


def without_status(obj):
    return {key: value for key, value in obj.items() if key not in ("metadata", "status")}


def replaced(old, new):
    """What the API server stores when new is applied over old."""
    new["metadata"].update({key: old["metadata"][key] for key in ("creationTimestamp",) if key in old["metadata"]})
    counted = key_of(new)[0] in COUNTED
    if counted:
        changed = without_status(old) != without_status(new)
        new["metadata"]["generation"] = generation_of(old) + (1 if changed else 0)
    if "status" in old:
        new["status"] = old["status"]
    return new


def apply_step(objects, step):
    """The objects after one step; the list given stays as it is."""
    result = list(objects)
    places = {key_of(obj): place for place, obj in enumerate(result)}
    for obj in copy.deepcopy(step.get("apply", [])):
        place = places.get(key_of(obj))
        if place is None:
            places[key_of(obj)] = len(result)
            result.append(stamped(obj, step.get("applyAfterSeconds", 0)))
        else:
            result[place] = replaced(result[place], obj)
    gone = {key_of(each) for each in step.get("delete", [])}
    return [obj for obj in result if key_of(obj) not in gone]


def states(fixtures, test, change):
    """Yields (number, step, objects) of every step; the step holds expectStatus and cases. change: see variation."""
    objects, test = change(fixtures.initial(test), test)
    for number, step in enumerate(test.get("steps") or [test]):
        objects = apply_step(objects, step)
        yield number, step, objects


def with_addresses(objects, translation):
    """The objects, and each generated MeshGatewayInstance as a cluster would show it once it has an address."""
    instances = []
    for number, made in enumerate(each for each in translation["resources"] if each["kind"] == "MeshGatewayInstance"):
        instance = copy.deepcopy(made)
        instance["status"] = {"loadBalancer": {"ingress": [{"ip": f"203.0.113.{number % 250 + 1}"}]}}
        instances.append(instance)
    return objects + instances
