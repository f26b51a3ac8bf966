"""What may change the audit log: two functions of its owner, which the application may call and which keep watch.

A month must have passed before an address is shortened or a person erased, whoever asks (for the latter a day
less, since clocks differ): somebody who took the application over cannot cover their tracks with these. Each
leaves an entry of its own.
"""

# The entries' ids come from a function of ours, so `public` is on the path; only the owner makes anything there.
CREATE = (
    """
CREATE FUNCTION audit_shorten_addresses(before timestamptz, most bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    shortened bigint;
BEGIN
    IF before > now() - interval '30 days' THEN
        RAISE insufficient_privilege USING MESSAGE = 'addresses stay whole for 30 days';
    END IF;
    UPDATE audit_log SET ip = network(set_masklen(ip, CASE family(ip) WHEN 4 THEN 24 ELSE 48 END))
    WHERE id IN (
        SELECT id FROM audit_log WHERE masklen(ip) IN (32, 128) AND created_at < before
        ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS shortened = ROW_COUNT;
    IF shortened > 0 THEN
        INSERT INTO audit_log (event, details)
        VALUES ('audit_addresses_shortened', jsonb_build_object('entries', shortened, 'before', before));
    END IF;
    RETURN shortened;
END
$$
""",
    """
CREATE FUNCTION audit_erase_person(person bigint, most bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    erased bigint;
BEGIN
    IF EXISTS (
        SELECT FROM users
        WHERE id = person AND (deleted_at IS NULL OR deleted_at > now() - interval '29 days')
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only who has left for good is erased';
    END IF;
    UPDATE audit_log SET
        actor_id = nullif(actor_id, person),
        subject_id = nullif(subject_id, person),
        request_id = NULL,
        ip = NULL,
        device = NULL,
        details = '{}'
    WHERE id IN (
        (SELECT id FROM audit_log WHERE actor_id = person LIMIT most)
        UNION (SELECT id FROM audit_log WHERE subject_id = person LIMIT most)
    );
    GET DIAGNOSTICS erased = ROW_COUNT;
    IF erased > 0 THEN
        INSERT INTO audit_log (event, details)
        VALUES ('audit_person_erased', jsonb_build_object('entries', erased));
    END IF;
    RETURN erased;
END
$$
""",
    "REVOKE ALL ON FUNCTION audit_shorten_addresses, audit_erase_person FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION audit_shorten_addresses, audit_erase_person TO plaza_app",
)

DROP = (
    "DROP FUNCTION audit_erase_person",
    "DROP FUNCTION audit_shorten_addresses",
)
