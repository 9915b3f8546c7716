CREATE TYPE scope AS ENUM ('user', 'domain');
CREATE TABLE app_configs (id serial PRIMARY KEY, scope scope);
