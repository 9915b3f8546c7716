CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO people (name) VALUES ('Mary Ann Smith'), ('Jan van der Berg'), ('Zoë'), (NULL);
