CREATE TABLE people (id serial PRIMARY KEY, name text);
INSERT INTO people (name) VALUES ('Mary Ann Smith'), ('Jan van der Berg'), ('Zoë'), (NULL);
