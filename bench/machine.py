"""The machine: its processes, its limits, and what it is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
SERVER_CPU, LOAD_CPU = 0, 1
PACKAGES = (
    "websockets", "ocpp", "sqlalchemy", "psycopg", "orjson", "uvloop", "jsonschema-rs",
)  # fmt: skip


def raise_limits() -> int:
    """As many open files as this machine allows. Returns how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def pin(pid: int, cpu: int) -> None:
    """Keep a process on one processor, where there are two and the system can."""
    if hasattr(os, "sched_setaffinity") and cpu in os.sched_getaffinity(0) | {cpu}:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, {cpu})


def cpu_seconds(pid: int) -> float:
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


def memory(pid: int) -> int:
    """Resident bytes."""
    return int(psutil.Process(pid).memory_info().rss)


@contextmanager
def process(
    arguments: Sequence[str], environment: dict[str, str] | None = None, cpu: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process of ours, ended at the end, by its own number and no other."""
    running = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if cpu is not None:
            pin(running.pid, cpu)
        yield running
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        if running.stdout:
            running.stdout.close()


@contextmanager
def baseline(module: str, environment: dict[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """One of the servers that we compare with. Gives its address and process."""
    with process(["-m", module], environment, cpu=SERVER_CPU) as running:
        assert running.stdout
        port = int(running.stdout.readline())
        yield f"ws://127.0.0.1:{port}/ocpp", running.pid


@contextlib.asynccontextmanager
async def answering(port: int, running: subprocess.Popen[str], what: str) -> AsyncIterator[None]:
    """Wait until a process of ours takes connections."""
    for _ in range(1200):
        if running.poll() is not None:
            raise SystemExit(f"{what} ended with {running.returncode} before it was ready")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            yield
            return
        await asyncio.sleep(0.05)
    raise SystemExit(f"{what} was not ready within 60 s")


def facts() -> dict[str, str]:
    memory_gib = psutil.virtual_memory().total / 2**30
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores seen",
        "Memory": f"{memory_gib:.0f} GiB",
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Python": platform.python_version(),
        "Packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "Load at its end": " ".join(f"{one:.2f}" for one in os.getloadavg()),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
