"""A fleet from a file: ten thousand stations uploaded, looked at, and taken in."""

from __future__ import annotations

import io
import time

from flask.testing import FlaskClient

ROWS = 10_000
HEADINGS = (
    "name,identity,customer,site,address,postal code,city,latitude,longitude,time zone,maker,model,"
    "article number,current,power kw,connectors,access,who may charge,security profile,"
    "commissioned on"
)


def table(rows: int = ROWS) -> bytes:
    """Five stations at each site, ten sites of each customer, eight models."""
    lines = [
        f"Uttag {n},FILE-{n},Förening {n // 50},Garage {n // 5},Gatan {n // 5},411 01,Göteborg,"
        f"57.{n // 5:04},11.{n // 5:04},Europe/Stockholm,Alfen,Eve {n % 8},90446{n % 8},ac,44,2,"
        "internal,known_tags,2,2026-03-02"
        for n in range(rows)
    ]
    return "\n".join([HEADINGS, *lines]).encode()


def take_in(browser: FlaskClient, file: bytes) -> tuple[float, float]:
    """Seconds until the preview stands, and until the confirmed import is kept."""
    began = time.perf_counter()
    sent = {"file": (io.BytesIO(file), "fleet.csv")}
    answer = browser.post("/stations/import", data=sent, content_type="multipart/form-data")
    preview = answer.headers.get("Location", "")
    if answer.status_code != 303 or browser.get(preview).status_code != 200:
        raise SystemExit(f"the upload answered {answer.status_code}: {answer.text[:500]}")
    seen = time.perf_counter()
    answer = browser.post(f"{preview}/confirmation", follow_redirects=True)
    kept = time.perf_counter()
    if f"{file.count(b'FILE-')}" not in answer.text:
        raise SystemExit(f"the import answered {answer.status_code}: {answer.text[:500]}")
    return seen - began, kept - seen
