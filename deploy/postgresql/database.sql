-- A new cluster's database, after db/roles.sql; by psql, signed in as its superuser to the database itself.
\set ON_ERROR_STOP on
\getenv owner_password PLAZA_OWNER_PASSWORD
\getenv app_password PLAZA_APP_PASSWORD
ALTER ROLE plaza_owner PASSWORD :'owner_password';
ALTER ROLE plaza_app PASSWORD :'app_password';
SELECT format('ALTER DATABASE %I OWNER TO plaza_owner', current_database()) \gexec
CREATE EXTENSION pg_stat_statements;
