"""What an order is made of, beside its number; a note is optional."""

from sqlalchemy import Column, Integer, String

COLUMNS = (
    Column("item", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("note", String, nullable=True),
)
