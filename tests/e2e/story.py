"""Objects of the stories that the tests tell."""


API_VERSIONS = {
    **{kind: "v1" for kind in ("ConfigMap", "Namespace", "Secret", "Service")},
    **{kind: "gateway.networking.k8s.io/v1" for kind in (
        "BackendTLSPolicy", "GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "ListenerSet", "ReferenceGrant", "TCPRoute",
        "TLSRoute", "UDPRoute")}}


def obj(kind, name, namespace=None, spec=None, data=None, type=None, **meta):
    out = {"apiVersion": API_VERSIONS.get(kind, "kuma.io/v1alpha1"), "kind": kind, "metadata": {"name": name, **meta}}
    if namespace:
        out["metadata"]["namespace"] = namespace
    if spec is not None:
        out["spec"] = spec
    if data is not None:
        out["data"] = data
    if type is not None:
        out["type"] = type
    return out


def namespace(name, **labels):
    return obj("Namespace", name, labels={"kuma.io/sidecar-injection": "enabled", **labels})


def gateway_class(name="kuma", config=None):
    spec = {"controllerName": "gateways.kuma.io/controller"}
    if config:
        spec["parametersRef"] = {"group": "kuma.io", "kind": "MeshGatewayConfig", "name": config}
    return obj("GatewayClass", name, spec=spec)


def gateway(name, ns, port=8080, cls="kuma", **meta):
    listener = {"name": "http", "port": port, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    return obj("Gateway", name, ns, {"gatewayClassName": cls, "listeners": [listener]}, **meta)


def service(name, ns, port=80):
    ports = [{"name": "http", "port": port, "protocol": "TCP", "appProtocol": "http"}]
    return obj("Service", name, ns, {"selector": {"app": name}, "ports": ports})


def route(name, ns, parents, backends, **meta):
    refs = [{"name": n, "port": p, "weight": w} for n, p, w in backends]
    return obj("HTTPRoute", name, ns, {"parentRefs": parents, "rules": [{"backendRefs": refs}]}, **meta)


def condition(conditions, kind):
    return next((c for c in conditions or [] if c["type"] == kind), None)


def parent_condition(http_route, kind, index=0):
    parents = (http_route or {}).get("status", {}).get("parents", [])
    return condition(parents[index]["conditions"], kind) if len(parents) > index else None
