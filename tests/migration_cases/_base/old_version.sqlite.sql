-- What the deployed version sends.
INSERT INTO customers (first_name, last_name, email, phone, balance)
VALUES ('Old', 'Version', 'old@version.example', '+44 1', 12.25);
SELECT first_name, last_name, phone, balance FROM customers WHERE email = 'old@version.example';
INSERT INTO orders (customer_id, quantity, note)
SELECT id, 2, 'a; note' FROM customers WHERE email = 'old@version.example';
SELECT o.quantity, o.note FROM orders o JOIN customers c ON c.id = o.customer_id
 WHERE c.email = 'old@version.example';
INSERT INTO audit_log (at, said) VALUES ('2026-02-01', 'old version was here');
DELETE FROM customers WHERE email = 'old@version.example';
SELECT count(*), sum(quantity) FROM orders;
