SELECT post_id FROM likes WHERE user_id = $1 AND post_id = ANY ($2::bigint[])
