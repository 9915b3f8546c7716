-- What this version's code sends to its database. A newer schema must go on taking it.
INSERT INTO orders (item, quantity, note) VALUES ('tea', 2, 'a gift') RETURNING id, item, quantity, note;
INSERT INTO orders (item, quantity, note) VALUES ('milk', 1, NULL) RETURNING id, item, quantity, note;
SELECT id, item, quantity, note FROM orders ORDER BY id DESC LIMIT 50;
