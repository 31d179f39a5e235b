"""A QR code as the data of one SVG path."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode


@dataclass(frozen=True, slots=True)
class QrCode:
    """What the template draws: the side in modules and the path of the dark ones."""

    side: int
    path: str


def draw(text: str) -> QrCode:
    """Return the code without its quiet zone, which the page's padding gives."""
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    runs = [
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _dark_runs(row)
    ]
    return QrCode(side=len(rows), path="".join(runs))


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
