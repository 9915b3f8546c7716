CREATE TABLE stock (id INTEGER PRIMARY KEY, quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity >= 0));
INSERT INTO stock (quantity) VALUES (1), (2), (3);
