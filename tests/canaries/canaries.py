"""A thousand values that must never be seen again, and every form that they could be seen in."""

import base64
import json
import random
import subprocess
import urllib.parse

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
LENGTH = 36  # halves of 18 bytes still have windows of 12, which is what the scanner looks for


def canary(dice):
    """Random text; some characters are not the same in a URL."""
    text = [dice.choice(LETTERS) for _ in range(LENGTH)]
    for at in (3, 11, 19, 27):
        text[at] = dice.choice("+/=&@")
    return "".join(text)


def canaries(count=1000, seed=20260301):
    dice = random.Random(seed)
    return [canary(dice) for _ in range(count)]


def inner_base64(value, url=False):
    """What base64 makes of `value` wherever it stands in something longer: three alignments."""
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    for lead in range(3):
        text = encode(b"\0" * lead + value + b"\0" * 4).decode()
        begin, end = (8 * lead + 5) // 6, (8 * (lead + len(value))) // 6
        yield text[begin:end]


def forms(value):
    """(name, bytes) of every form of a value."""
    raw = value.encode()
    texts = {"raw": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
             "url": urllib.parse.quote(value, safe="").encode(), "base64": base64.b64encode(raw)}
    yield "json-escaped", "".join(f"\\u{ord(c):04x}" for c in value).encode()
    for name, text in texts.items():
        yield name, text
        for inner in inner_base64(text):
            yield name + "-in-base64", inner.encode()
    for inner in inner_base64(raw, url=True):
        yield "base64url", inner.encode()


def write_needles(path, values):
    """`values`: label -> text."""
    with open(path, "w", encoding="utf-8") as file:
        for label, value in values.items():
            for form, needle in forms(value):
                file.write(f"{label}/{form}\t{needle.hex()}\n")


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, check=True).stdout.decode()


def key_pair(name):
    """PEM of an RSA key and its certificate, and the lines of the key that are private."""
    key = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    certificate = subprocess.run(
        ["openssl", "req", "-x509", "-key", "/dev/stdin", "-days", "9", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name}"], input=key.encode(), capture_output=True, check=True).stdout.decode()
    lines = key.splitlines()[1:-1]
    return key, certificate, lines[8:-1]  # The first lines hold the modulus, which is public.


def b64(text):
    return base64.b64encode(text.encode()).decode()


SHAPES = 14


def secret(number, value, namespace):
    """A Secret with the value in one of the SHAPES, each of which an API server takes."""
    half = len(value) // 2
    meta = {"name": f"canary-{number}", "namespace": namespace}
    out = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "Opaque"}
    shape = number % SHAPES
    if shape == 0:
        out["data"] = {"password": b64(value)}
    elif shape == 1:
        out["data"] = {"password": b64(b64(value))}
    elif shape == 2:
        out["data"] = {"password": b64(value.encode().hex())}
    elif shape == 3:
        out["data"] = {"url": b64("https://u:" + urllib.parse.quote(value, safe="") + "@db/x")}
    elif shape == 4:
        out["data"] = {"first": b64(value[:half]), "second": b64(value[half:]),
                       "lines": b64(f"{value[:half]}\n{value[half:]}\n")}
    elif shape == 5:
        out["stringData"] = {"password": value}
    elif shape == 6:
        out["data"] = {"password": b64(value)}
        plain = {"apiVersion": "v1", "kind": "Secret", "stringData": {"password": value}, "data": out["data"]}
        meta["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(plain),
                               "example.com/note": f"it is {value}", "example.com/hex": value.encode().hex(),
                               "example.com/half": value[:half]}
    elif shape == 7:
        out["type"] = "kubernetes.io/tls"
        out["data"] = {"tls.key": b64(value), "tls.crt": b64(f"-----BEGIN CERTIFICATE-----\n{value}\n")}
    elif shape == 8:
        block = value.replace("=", "A").replace("&", "B").replace("@", "C")[:32]
        out["type"] = "kubernetes.io/tls"
        out["data"] = {"tls.key": b64(f"-----BEGIN {value}-----\nQUJD\n-----END {value}-----\n"),
                       "tls.crt": b64(f"-----BEGIN CERTIFICATE-----\nNote: {value}\n\n{block}\n-----END CERTIFICATE-----\n")}
    elif shape == 9:
        out["type"] = "example.com/" + value
        out["data"] = {"password": b64(value)}
    elif shape == 10:
        out["data"] = {"password": b64(value)}
        meta["labels"] = {"app": value.encode().hex()[:60], "example.com/part": value[4:11] + value[12:19]}
    elif shape == 11:
        out["data"] = {".dockerconfigjson": b64(json.dumps({"auths": {"r": {"auth": b64("u:" + value)}}}))}
        out["type"] = "kubernetes.io/dockerconfigjson"
    elif shape == 12:
        out["data"] = {"token": b64(f"Authorization: Bearer {value}\nCookie: s={value}\n"), "giant": b64(value * 400)}
    else:
        out["data"] = {"password": b64(value), "empty": ""}
        meta["annotations"] = {"other-tool/last-applied": b64(value), "example.com/url": urllib.parse.quote(value, safe="")}
    return out
