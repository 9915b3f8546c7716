CREATE TABLE people (id INTEGER PRIMARY KEY, given TEXT, rest TEXT);
INSERT INTO people (given, rest) VALUES ('Mary Ann', 'Smith'), ('Jan', 'van der Berg'), ('Zoë', 'Ng');
