CREATE INDEX orders_new ON orders (customer_id) WHERE status = 'new';
