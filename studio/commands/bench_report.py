"""How measurements are told: one shape for all, as a table or as JSON."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """A measurement.

    Attributes:
        what: what was measured.
        value: in `unit`.
        unit: "ms", "/s", "s" ...
        target: in words with its direction, "<= 1.5"; None where none is stated.
        ok: whether the target was met; None where none is stated.
    """

    what: str
    value: float
    unit: str
    target: str | None = None
    ok: bool | None = None


def at_most(what: str, value: float, unit: str, limit: float) -> Row:
    """A measurement that should not be above its limit."""
    return Row(what, round(value, 3), unit, f"<= {limit:g}", value <= limit)


def at_least(what: str, value: float, unit: str, limit: float) -> Row:
    """A measurement that should not be below its limit."""
    return Row(what, round(value, 3), unit, f">= {limit:g}", value >= limit)


def plain(what: str, value: float, unit: str) -> Row:
    """A measurement without a target."""
    return Row(what, round(value, 3), unit)


def report(rows: Sequence[Row], runtime: str, *, as_json: bool) -> None:
    """Print measurements with the machine that they were made on."""
    machine = {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "runtime": runtime,
    }
    if as_json:
        json.dump({"machine": machine, "rows": [asdict(row) for row in rows]}, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    table = Table(box=None, header_style="dim", caption=", ".join(f"{k} {v}" for k, v in machine.items()))
    for name in ("what", "value", "unit", "target", "ok"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for row in rows:
        met = {None: "", True: "yes", False: "NO"}[row.ok]
        table.add_row(row.what, f"{row.value:g}", row.unit, row.target or "", met)
    Console().print(table)


def _cpu_name() -> str:
    """The processor's name; Linux tells it in a file alone."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
