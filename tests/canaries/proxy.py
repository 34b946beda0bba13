"""Stands between the daemon and its API server: keeps what the daemon sends, and answers as told."""

import http.client
import http.server
import json
import re
import socketserver
import threading


class Fault:
    """The next `count` requests that match get `answer(request body)` with `status`."""

    def __init__(self, method, path, status, answer, count=1):
        self.method, self.path, self.status, self.answer, self.left = method, re.compile(path), status, answer, count
        self.used = 0


def status(code, reason, message):
    return json.dumps({"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason,
                       "message": message})


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """The daemon hangs up when it is done, or killed."""


class Proxy:
    """`lines`: plural -> lines that its next watch begins with. `sent`: a folder for what was sent
    elsewhere than to Secrets' own endpoints."""

    def __init__(self, upstream, sent):
        self.upstream, self.sent, self.faults, self.lines = upstream, sent, [], {}
        self.lock, self.count, self.injected = threading.Lock(), 0, 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                proxy.handle(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.keep(request, body)
        fault = self.take(request)
        if fault:
            answer = fault.answer(body.decode("utf-8", "replace")).encode()
            request.send_response(fault.status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(answer)))
            request.end_headers()
            request.wfile.write(answer)
            return
        self.forward(request, body)

    def keep(self, request, body):
        to_secrets = "/secrets" in request.path.split("?")[0]
        head = [request.requestline] + [f"{k}: {v}" for k, v in request.headers.items() if k.lower() != "authorization"]
        with self.lock:
            self.count += 1
            number = self.count
        data = "\n".join(head).encode() + b"\n\n" + (b"" if to_secrets else body)
        (self.sent / f"request-{number}").write_bytes(data)

    def take(self, request):
        with self.lock:
            for fault in self.faults:
                if fault.left > 0 and request.command == fault.method and fault.path.search(request.path):
                    fault.left -= 1
                    fault.used += 1
                    return fault
        return None

    def forward(self, request, body):
        upstream = http.client.HTTPConnection(*self.upstream, timeout=700)
        try:
            headers = {k: v for k, v in request.headers.items() if k.lower() not in ("host", "connection")}
            upstream.request(request.command, request.path, body or None, headers)
            answer = upstream.getresponse()
            request.send_response(answer.status)
            request.send_header("Content-Type", answer.getheader("Content-Type", "application/json"))
            if "watch=" in request.path and answer.status == 200:
                request.send_header("Transfer-Encoding", "chunked")
                request.end_headers()
                self.stream(request, answer)
                return
            data = answer.read()
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            request.wfile.write(data)
        except OSError:
            request.close_connection = True
        finally:
            upstream.close()

    def stream(self, request, answer):
        def chunk(data):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            request.wfile.flush()
        plural = request.path.split("?")[0].rsplit("/", 1)[-1]
        with self.lock:
            lines = self.lines.pop(plural, [])
            self.injected += len(lines)
        for line in lines:
            chunk(line.encode("utf-8", "surrogateescape") + b"\n")
        while data := answer.read1(65536):
            chunk(data)
        chunk(b"")
