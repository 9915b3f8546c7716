SELECT count(*), sum(quantity) FROM orders;
INSERT INTO orders (customer_id, quantity) VALUES (1, 3);
