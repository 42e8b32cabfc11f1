"""What the first visit of a submission form weighs: bytes over the wire, requests, CPU of the server.

    python -m bench.form_weight

Goal (DESIGN, budgets): at most 14 kB in all and 4 requests; 3 ms of CPU, 5 at the most. The one
script counts what is typed; the form works without it, and so the tests fill it. Counted are the
bytes of every response, headers included, as a browser that knows gzip, brotli and zstd
would ask for them. The peer in the same run is a bare page of Flask and WTForms (``bench.bare``) on
the same server.
"""

from __future__ import annotations

import re
import socket
import statistics
import sys

from bench.server import Server, running, running_bare

LANGUAGES = ("en", "fr", "es", "ar")
FORM = "/{language}/sessions/regular-pathways-2020-06-09/submit/{kind}"
GOAL_BYTES, GOAL_REQUESTS = 14_000, 4
GOAL_CPU_MS, MOST_CPU_MS = 3.0, 5.0
ROUNDS, REQUESTS_A_ROUND = 5, 200


def fetch(
    server: Server, path: str, accept: str = "*/*", encodings: str = "gzip, deflate, br, zstd"
) -> tuple[int, bytes]:
    """Bytes on the wire and the response's raw bytes for one GET of ``path``."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept: {accept}\r\n"
        f"Accept-Encoding: {encodings}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request.encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    if not received.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{path}: {received[:60]!r}")
    return len(received), received


def first_visit(server: Server, path: str) -> tuple[int, int, bool]:
    """Bytes over the wire, number of requests, and whether the page has a script."""
    total, _ = fetch(server, path, "text/html")
    _, plain = fetch(server, path, "text/html", encodings="identity")
    page = plain.partition(b"\r\n\r\n")[2].decode()
    parts = set(re.findall(r'<(?:link|img|script)[^>]*?(?:href|src)="([^"#]+)"', page))
    return total + sum(fetch(server, part)[0] for part in parts), 1 + len(parts), "<script" in page


def cpu_ms(server: Server, path: str) -> float:
    """Median CPU of the server for one GET of ``path``, in milliseconds."""
    found = []
    for _ in range(ROUNDS):
        before = server.cpu_seconds()
        for _ in range(REQUESTS_A_ROUND):
            fetch(server, path)
        found.append((server.cpu_seconds() - before) * 1000 / REQUESTS_A_ROUND)
    return statistics.median(found)


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    met = True
    with running() as server:
        for kind in ("testimony", "practice"):
            for language in LANGUAGES:
                size, requests, script = first_visit(server, FORM.format(language=language, kind=kind))
                met = met and size <= GOAL_BYTES and requests <= GOAL_REQUESTS
                scripted = "yes" if script else "no"
                print(f"{kind:10} {language}  {size:6,} bytes  {requests} requests  script: {scripted}")
        form = max(cpu_ms(server, FORM.format(language=language, kind="testimony")) for language in LANGUAGES)
    with running_bare() as bare:
        peer = cpu_ms(bare, "/")
    print(f"goal: <= {GOAL_BYTES:,} bytes, <= {GOAL_REQUESTS} requests: {'met' if met else 'missed'}")
    print(f"CPU for each request: form {form:.2f} ms, bare page {peer:.2f} ms, ratio {form / peer:.2f}")
    told = "met" if form <= GOAL_CPU_MS else "missed"
    print(f"goal: <= {GOAL_CPU_MS:.0f} ms: {told} (at the most {MOST_CPU_MS:.0f} ms)")
    return 0 if met and form <= MOST_CPU_MS else 1


if __name__ == "__main__":
    sys.exit(main())
