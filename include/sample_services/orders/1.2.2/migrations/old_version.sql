-- What this version's code sends to its database. A newer schema must go on taking it.
INSERT INTO orders (item, quantity) VALUES ('tea', 2) RETURNING id, item, quantity;
SELECT id, item, quantity FROM orders ORDER BY id DESC LIMIT 50;
