CREATE TABLE forms (id serial PRIMARY KEY, doc json);
INSERT INTO forms (doc) VALUES ('{"b": 1, "a": 2, "a": 3}'), ('{}');
