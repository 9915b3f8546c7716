"""The orders in the database."""

from typing import Any

from order_columns import COLUMNS
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

ORDERS = Table("orders", MetaData(), Column("id", Integer, primary_key=True), *COLUMNS)


class OrderBook:
    """Stores orders and lists them."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, pool_size=2, pool_pre_ping=True)

    def place(self, order: dict[str, Any]) -> dict[str, Any]:
        """Stores what this version knows of an order; returns it with its number."""
        values = {column.name: order.get(column.name) for column in COLUMNS}
        with self._engine.begin() as connection:
            stored = connection.execute(insert(ORDERS).values(**values).returning(ORDERS))
            return dict(stored.mappings().one())

    def newest(self, limit: int = 50) -> list[dict[str, Any]]:
        """The newest orders first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(ORDERS).order_by(ORDERS.c.id.desc()).limit(limit))
            return [dict(row) for row in rows.mappings()]
