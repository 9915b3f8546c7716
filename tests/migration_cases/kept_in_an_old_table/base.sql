CREATE TABLE kept_aside (order_id integer, of_column text, value text NOT NULL, PRIMARY KEY (order_id, of_column));
