CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    phone TEXT,
    balance NUMERIC NOT NULL DEFAULT 0,
    CHECK (balance >= -1000)
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    quantity INTEGER NOT NULL DEFAULT 1,
    note TEXT
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE TABLE audit_log (at TEXT NOT NULL, said TEXT NOT NULL);
CREATE TRIGGER customers_gone AFTER DELETE ON customers
    BEGIN INSERT INTO audit_log VALUES ('2026-01-01', 'customer gone'); END;
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 40)
INSERT INTO customers (first_name, last_name, email, phone, balance)
SELECT CASE n % 3 WHEN 0 THEN 'Mary Ann' WHEN 1 THEN 'Jan' ELSE 'Zoë' END,
       CASE n % 2 WHEN 0 THEN 'van der Berg' ELSE 'Smith' END,
       CASE WHEN n % 4 = 0 THEN 'Person' ELSE 'person' END || n || '@Example.org',
       CASE WHEN n % 3 > 0 THEN '+44 20 7946 ' || n END, n * 1.0625 FROM n;
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 80)
INSERT INTO orders (customer_id, quantity, note)
SELECT 1 + n % 40, 1 + n % 7, CASE WHEN n % 2 = 0 THEN 'leave | it, "there" ' || n END FROM n;
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20)
INSERT INTO audit_log SELECT '2026-01-01', 'entry ' || (n / 2) FROM n;
