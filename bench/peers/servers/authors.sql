SELECT id, username, display_name FROM users WHERE id = ANY ($1::bigint[])
