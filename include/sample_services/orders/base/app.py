"""Takes orders and keeps them in PostgreSQL (`DATABASE_URL`)."""

import os
from typing import Any

from http_app import Answer, BadRequestError, serve
from limits import check_quantity
from order_book import OrderBook

BOOK = OrderBook(os.environ["DATABASE_URL"])


def place_order(query: dict[str, str], body: Any) -> Answer:
    """Stores one order."""
    if not isinstance(body, dict) or not isinstance(body.get("item"), str):
        raise BadRequestError('send {"item": "…", "quantity": 1}')
    quantity = body.get("quantity", 1)
    if not isinstance(quantity, int):
        raise BadRequestError("quantity must be a whole number")
    check_quantity(quantity)
    return 201, BOOK.place({**body, "quantity": quantity})


def list_orders(query: dict[str, str], body: Any) -> Answer:
    """The newest orders."""
    return 200, {"orders": BOOK.newest()}


if __name__ == "__main__":
    serve({("POST", "/orders"): place_order, ("GET", "/orders"): list_orders})
