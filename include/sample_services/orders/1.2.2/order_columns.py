"""What an order is made of, beside its number."""

from sqlalchemy import Column, Integer, String

COLUMNS = (
    Column("item", String, nullable=False),
    Column("quantity", Integer, nullable=False),
)
