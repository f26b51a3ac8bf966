-- The three roles of a Plaza cluster and their timeouts. Run once by a superuser; running it again changes nothing.
-- plaza_owner owns the tables and migrates, plaza_app serves, plaza_read looks. None is a superuser.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['plaza_owner', 'plaza_app', 'plaza_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', wanted);
        END IF;
    END LOOP;
END
$$;

-- Below the pools' own command timeout of 5 s, so that the server gives up first and says why.
ALTER ROLE plaza_app SET statement_timeout = '4s';
ALTER ROLE plaza_app SET lock_timeout = '1s';
ALTER ROLE plaza_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE plaza_app SET client_connection_check_interval = '2s';
ALTER ROLE plaza_app SET tcp_keepalives_idle = '30';

ALTER ROLE plaza_read SET statement_timeout = '30s';
ALTER ROLE plaza_read SET lock_timeout = '1s';
ALTER ROLE plaza_read SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE plaza_read SET default_transaction_read_only = 'on';

-- A migration never queues all traffic behind a lock it waits for; an index may take its time.
ALTER ROLE plaza_owner SET lock_timeout = '5s';
ALTER ROLE plaza_owner SET statement_timeout = '15min';
ALTER ROLE plaza_owner SET idle_in_transaction_session_timeout = '60s';
