CREATE TABLE entries (id integer PRIMARY KEY, said text);
INSERT INTO entries VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five'), (6, 'six'), (7, 'seven');
CREATE TABLE entries_aside (id integer, said text);
