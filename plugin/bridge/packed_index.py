"""A GeoPackage's spatial index, made of all boxes at once.

SQLite's R*Tree module takes some 10 microseconds to put one box into its place; packed from the lowest nodes up it is
one microsecond, which is how GDAL has it since 3.7. The nodes are laid out as SQLite lays them out, see the head of
https://www.sqlite.org/src/file/ext/rtree/rtree.c, and ``rtreecheck`` of SQLite finds nothing wrong with them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import numpy as np

from .geopackage import insert, quoted, statement

# Boxes that are put in order together: their nodes are written, and only the nodes' own boxes are kept.
_TOGETHER = 200_000
_ROOT = 1
_HEAD_BYTES = 4
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])


class PackedIndex:
    """The index of one table, which is empty.

    Parameters
    ----------
    sql : sqlite3.Connection
    name : str
        Of the virtual table.
    check : callable
        Called often; may raise to stop.

    Attributes
    ----------
    bounds : (4,) ndarray of float
        min_x, min_y, max_x, max_y of everything in it.
    """

    def __init__(self, sql: sqlite3.Connection, name: str, check: Callable[[], None]) -> None:
        self._sql = sql
        self._check = check
        self._rows = f"{name}_rowid"
        nodes, parents = (quoted(f"{name}_{part}") for part in ("node", "parent"))
        (size,) = sql.execute(statement("SELECT length(data) FROM", nodes, "WHERE nodeno = 1")).fetchone()
        self._capacity = (size - _HEAD_BYTES) // _CELL.itemsize
        unused = size - _HEAD_BYTES - self._capacity * _CELL.itemsize
        self._node = np.dtype(
            [("depth", ">u2"), ("count", ">u2"), ("cells", _CELL, self._capacity), ("unused", "u1", unused)]
        )
        self._put_node = statement("INSERT OR REPLACE INTO", nodes, "VALUES (?, ?)")
        self._put_parent = statement("INSERT INTO", parents, "VALUES (?, ?)")
        self._waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self._n_waiting = 0
        self._last = _ROOT
        self._leaves: list[tuple[np.ndarray, np.ndarray]] = []
        self.bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def add(self, rows: np.ndarray, boxes: np.ndarray) -> None:
        """Add boxes ``(n, 4)`` of min_x, min_y, max_x, max_y, finite, of rows with ascending numbers ``(n,)``."""
        if len(rows) == 0:
            return
        self.bounds[:2] = np.minimum(self.bounds[:2], boxes[:, :2].min(axis=0))
        self.bounds[2:] = np.maximum(self.bounds[2:], boxes[:, 2:].max(axis=0))
        self._waiting.append((rows, _single(boxes)))
        self._n_waiting += len(rows)
        if self._n_waiting >= _TOGETHER:
            self._write_leaves()

    def finish(self) -> None:
        """Write what is above the lowest nodes."""
        if not self._leaves and self._n_waiting <= self._capacity:
            rows, boxes = self._take_waiting()
            self._write_root(0, rows, boxes)
            insert(self._sql, self._rows, 2, ((row, _ROOT) for row in rows.tolist()), len(rows))
            return
        if self._n_waiting:
            self._write_leaves()
        numbers, boxes = (np.concatenate(parts) for parts in zip(*self._leaves))
        height = 1
        while len(numbers) > self._capacity:
            above, owner, boxes = self._write_nodes(numbers, boxes)
            self._sql.executemany(self._put_parent, zip(numbers.tolist(), owner.tolist()))
            numbers, height = above, height + 1
        self._write_root(height, numbers, boxes)
        self._sql.executemany(self._put_parent, ((number, _ROOT) for number in numbers.tolist()))

    def _take_waiting(self) -> tuple[np.ndarray, np.ndarray]:
        if not self._waiting:
            return np.zeros(0, dtype=np.int64), np.zeros((0, 4), dtype=np.float32)
        rows, boxes = (np.concatenate(parts) for parts in zip(*self._waiting))
        self._waiting, self._n_waiting = [], 0
        return rows, boxes

    def _write_leaves(self) -> None:
        rows, boxes = self._take_waiting()
        numbers, owner, outer = self._write_nodes(rows, boxes)
        self._check()
        insert(self._sql, self._rows, 2, zip(rows.tolist(), owner.tolist()), len(rows))
        self._leaves.append((numbers, outer))

    def _write_nodes(self, numbers: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Write nodes that hold things; return the nodes' numbers, each thing's node, and the nodes' boxes."""
        self._check()
        order = _near_each_other(boxes, self._capacity)
        n_nodes = -(-len(order) // self._capacity)
        first = np.arange(n_nodes + 1) * len(order) // n_nodes
        sizes = np.diff(first)
        node = np.repeat(np.arange(n_nodes), sizes)
        slot = np.arange(len(order)) - first[node]
        nodes = np.zeros(n_nodes, dtype=self._node)
        nodes["count"] = sizes
        nodes["cells"]["id"][node, slot] = numbers[order]
        nodes["cells"]["box"][node, slot] = boxes[order]
        above = np.arange(self._last + 1, self._last + 1 + n_nodes)
        self._last += n_nodes
        self._sql.executemany(self._put_node, zip(above.tolist(), _pieces(nodes)))
        owner = np.empty(len(order), dtype=np.int64)
        owner[order] = above[node]
        sorted_boxes = boxes[order]
        low = np.minimum.reduceat(sorted_boxes[:, ::2], first[:-1], axis=0)
        high = np.maximum.reduceat(sorted_boxes[:, 1::2], first[:-1], axis=0)
        return above, owner, np.stack([low, high], axis=2).reshape(-1, 4)

    def _write_root(self, height: int, numbers: np.ndarray, boxes: np.ndarray) -> None:
        root = np.zeros(1, dtype=self._node)
        root["depth"], root["count"] = height, len(numbers)
        root["cells"]["id"][0, : len(numbers)] = numbers
        root["cells"]["box"][0, : len(numbers)] = boxes
        self._sql.execute(self._put_node, (_ROOT, root.tobytes()))


def _single(boxes: np.ndarray) -> np.ndarray:
    """Return boxes as SQLite keeps them: min_x, max_x, min_y, max_y in single precision, no smaller than they were."""
    single = boxes.astype(np.float32)
    low, high = single[:, :2], single[:, 2:]
    low = np.where(low > boxes[:, :2], np.nextafter(low, np.float32(-np.inf)), low)
    high = np.where(high < boxes[:, 2:], np.nextafter(high, np.float32(np.inf)), high)
    return np.stack([low, high], axis=2).reshape(-1, 4)


def _near_each_other(boxes: np.ndarray, capacity: int) -> np.ndarray:
    """Return an order in which those that fill a node lie near each other: strips along x, in each of them along y."""
    n_strips = int(np.ceil(np.sqrt(len(boxes) / capacity)))
    along_x = np.argsort(boxes[:, 0] + boxes[:, 1], kind="stable")
    strip = np.empty(len(boxes), dtype=np.int64)
    strip[along_x] = np.arange(len(boxes)) * n_strips // len(boxes)
    return np.lexsort((boxes[:, 2] + boxes[:, 3], strip))


def _pieces(nodes: np.ndarray) -> list[bytes]:
    data, size = nodes.tobytes(), nodes.dtype.itemsize
    return [data[start : start + size] for start in range(0, len(data), size)]
