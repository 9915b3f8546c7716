CREATE TABLE visits (id serial PRIMARY KEY, starts timestamp NOT NULL);
INSERT INTO visits (starts) VALUES ('2026-06-30 12:00:00'), ('2026-01-30 12:00:00');
