CREATE TABLE kept_aside (order_id integer NOT NULL, of_column text NOT NULL, value text NOT NULL, PRIMARY KEY (order_id, of_column));
