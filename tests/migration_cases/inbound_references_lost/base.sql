CREATE TABLE stages (id integer PRIMARY KEY, name text);
CREATE TABLE items (id integer PRIMARY KEY, stage_id integer NOT NULL REFERENCES stages ON DELETE CASCADE);
INSERT INTO stages VALUES (1, 'one'), (2, 'two');
INSERT INTO items VALUES (1, 1), (2, 1), (3, 2);
