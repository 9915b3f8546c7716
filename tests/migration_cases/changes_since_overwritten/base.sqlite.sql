CREATE TABLE kept_aside (customer_id integer, email text NOT NULL);
