"""Judges the `cases` of a test against answers of `pawprint route`. Rules: data/README.md, "cases"."""

import re

# No listener or route hostname matches an address, so it stands for "the Gateway's own address".
ADDRESS = "192.0.2.1"
IMPLIED_PORTS = {"http": (None, 80), "https": (None, 443)}


class NotAskable(Exception):
    """The command has no words for this request."""


def words_of(request):
    """METHOD URL and flags of `pawprint route`."""
    scheme, host = request["scheme"], request.get("host")
    if "podIP" in request:
        raise NotAskable("requests to the address of a pod cannot be asked")
    name = request.get("sni") or without_port(host) or ADDRESS
    plain = scheme in ("tcp", "udp")
    url = f"{scheme}://{name}:{request['port']}" + ("" if plain else request.get("path", "/"))
    words = ["-" if plain else request.get("method", "GET"), url]
    if host is not None and (host != name or "sni" in request):
        words += ["-H", f"Host: {host}"]
    elif host is None and name != ADDRESS:
        words += ["-H", f"Host: {ADDRESS}"]
    for key, value in (request.get("headers") or {}).items():
        for each in value if isinstance(value, list) else [value]:
            words += ["-H", f"{key}: {each}"]
    if "gateway" in request:
        return words + ["--gateway", request["gateway"]]
    return words + ["--service", request["service"], "--from", request["from"].split("/")[0]]


def without_port(host):
    return re.sub(r":\d+$", "", host) if host else None


def changed_headers(headers, *changes):
    """Headers by lower-case name after changes {set, add, remove}, each applied remove, set, add."""
    result = {}
    for name, value in (headers or {}).items():
        result[name.lower()] = ",".join(value) if isinstance(value, list) else value
    for change in changes:
        change = change or {}
        for name in change.get("remove") or []:
            result.pop(name.lower(), None)
        for each in change.get("set") or []:
            result[each["name"].lower()] = each["value"]
        for each in change.get("add") or []:
            name = each["name"].lower()
            result[name] = f"{result[name]},{each['value']}" if result.get(name) else each["value"]
    return result


def live_backends(answer):
    """Backends that can be chosen."""
    return [each for each in answer.get("backends") or [] if each.get("weight", 1) > 0]


def effective(answer):
    """(outcome in the test's words, status code): a forward whose every backend fails is a status."""
    outcome = answer.get("outcome")
    if outcome == "forward":
        live = live_backends(answer)
        codes = {each.get("status") for each in live}
        if not live:
            return "status", answer.get("status", 500)
        if None not in codes and len(codes) == 1:
            return "status", codes.pop()
        return "forward", 200
    if outcome == "redirect":
        return "redirect", (answer.get("redirect") or {}).get("status") or answer.get("status")
    if outcome == "none":
        return ("reject", None) if answer.get("tls") == "reject" or not answer.get("status") else (
            "status", answer["status"])
    return "status", answer.get("status")


class Case:
    """One case and the answer to its request; failures() lists what differs."""

    def __init__(self, case, answer):
        self.request = case["request"]
        ignored = case["expect"].get("notCompared", [])
        self.expect = {key: value for key, value in case["expect"].items() if key not in ignored}
        self.answer = answer
        self.lines = []

    def failures(self):
        outcome, code = effective(self.answer)
        self.same("outcome", self.expect["outcome"], outcome, self.reason(code))
        if self.lines:
            return self.lines
        self.codes(code)
        self.response_headers()
        {"forward": self.forward, "redirect": self.redirect}.get(outcome, lambda: None)()
        return self.lines

    def same(self, name, wanted, got, more=""):
        if wanted != got:
            self.lines.append(f"{name}: expected {wanted}, got {got}{more}")

    def reason(self, code):
        failed = [f"{each.get('route')}[{each.get('ruleIndex')}] {each.get('failedOn')}"
                  for each in self.answer.get("considered") or []][:3]
        return f" {code or ''} (listener {self.answer.get('listener')}, route {self.answer.get('route')}" + (
            f"; {'; '.join(failed)})" if failed else ")")

    def codes(self, code):
        if "statusCode" in self.expect:
            self.same("statusCode", self.expect["statusCode"], code)
        if "statusCodes" in self.expect and code not in self.expect["statusCodes"]:
            self.lines.append(f"statusCode: expected one of {self.expect['statusCodes']}, got {code}")
        wanted = self.expect.get("grpcStatus")
        if wanted is not None:
            got = 0 if self.expect["outcome"] == "forward" else self.answer.get("grpcStatus")
            self.same("grpcStatus", wanted, got)

    def forward(self):
        live = live_backends(self.answer)
        if "weights" in self.expect:
            self.weights(live)
        for backend in live:
            if "status" in backend and "weights" not in self.expect:
                self.lines.append(f"backends: expected an answer, got {backend['status']} from {backend['service']}")
            self.backend(backend, self.expect)
            extra = (self.expect.get("perBackend") or {}).get(backend["service"].split("/")[-1])
            if extra:
                self.backend(backend, extra)
        self.mirrors()

    def weights(self, live):
        total = sum(each["weight"] for each in live)
        got = {}
        for each in live:
            name = each["service"].split("/")[-1]
            got[name] = got.get(name, 0) + each["weight"] / total
        wanted = {name: share for name, share in self.expect["weights"].items() if share}
        if set(got) != set(wanted) or any(abs(got[name] - wanted[name]) > 1e-9 for name in wanted):
            self.lines.append(f"weights: expected {wanted}, got {got}")

    def backend(self, backend, expect):
        namespace, name = backend["service"].split("/", 1)
        if "backend" in expect:
            self.same("backend", expect["backend"], name)
        if "neverBackend" in expect and name in as_list(expect["neverBackend"]):
            self.lines.append(f"backend: expected never {name}, got it")
        if "backendNamespace" in expect:
            self.same("backendNamespace", expect["backendNamespace"], namespace)
        own, common = backend.get("request") or {}, self.answer.get("request") or {}
        if "pathAtBackend" in expect:
            self.same("pathAtBackend", expect["pathAtBackend"],
                      own.get("path") or common.get("path") or self.request.get("path", "/"))
        if "hostAtBackend" in expect:
            self.same("hostAtBackend", expect["hostAtBackend"],
                      own.get("host") or common.get("host") or self.request.get("host"))
        if "methodAtBackend" in expect:
            self.same("methodAtBackend", expect["methodAtBackend"], self.request.get("method", "GET"))
        headers = changed_headers(self.request.get("headers"), common.get("headers"), own.get("headers"))
        self.headers("requestHeadersAtBackend", expect.get("requestHeadersAtBackend"), headers)
        self.absent("absentHeadersAtBackend", expect.get("absentHeadersAtBackend"), headers)

    def headers(self, label, wanted, got):
        for name, value in (wanted or {}).items():
            self.same(f"{label}[{name}]", ",".join(value) if isinstance(value, list) else value, got.get(name.lower()))

    def absent(self, label, names, got):
        for name in names or []:
            if name.lower() in got:
                self.lines.append(f"{label}[{name}]: expected none, got {got[name.lower()]}")

    def response_headers(self):
        change = (self.answer.get("response") or {}).get("headers")
        got = changed_headers(self.request.get("backendSetsResponseHeaders"), change)
        self.headers("responseHeaders", self.expect.get("responseHeaders"), got)
        self.absent("absentResponseHeaders", self.expect.get("absentResponseHeaders"), got)
        for name, values in (self.expect.get("responseHeadersOneOf") or {}).items():
            value = got.get(name.lower())
            if self.expect.get("ignoreWhitespaceInResponseHeaders"):
                value = value and value.replace(" ", "")
                values = [each.replace(" ", "") for each in values]
            if value not in values:
                self.lines.append(f"responseHeaders[{name}]: expected one of {values}, got {value}")

    def redirect(self):
        wanted, got = self.expect.get("redirect"), self.answer.get("redirect") or {}
        if wanted is None:
            return
        scheme = got.get("scheme") or self.request["scheme"]
        if "scheme" in wanted:
            self.same("redirect.scheme", wanted["scheme"], scheme)
        if "path" in wanted:
            path = got.get("path") or self.request.get("path", "/")
            self.same("redirect.path", wanted["path"], path.split("?")[0])
        if "host" in wanted:
            self.same("redirect.host", wanted["host"], got.get("host") or self.request.get("host"))
        port = got.get("port")
        if wanted.get("port"):
            self.same("redirect.port", int(wanted["port"]), port)
        elif port not in IMPLIED_PORTS.get(scheme, (None,)):
            self.lines.append(f"redirect.port: expected none or that of {scheme}, got {port}")
        if "statusCode" in wanted:
            self.same("redirect.statusCode", wanted["statusCode"], got.get("status") or self.answer.get("status"))

    def mirrors(self):
        if "mirroredTo" not in self.expect:
            return
        got = self.answer.get("mirrors") or []
        self.same("mirroredTo", sorted(self.expect["mirroredTo"]), sorted(each["service"] for each in got))
        percent = self.expect.get("mirrorPercent", 100)
        for each in got:
            self.same(f"mirrorPercent[{each['service']}]", percent, each.get("percent", 100))


def as_list(value):
    return value if isinstance(value, list) else [value]
