-- Thousands of messages of the first company, in conversations of a thousand each, as if they had been written; past the service, so
-- without a chain of hashes: this database is thrown away.
CREATE OR REPLACE FUNCTION chat.bench_grow(thousands int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid := (SELECT client_id FROM chat.customers LIMIT 1);
    someone uuid := (SELECT id FROM chat.customers LIMIT 1);
BEGIN
    CREATE TEMP TABLE grown ON COMMIT DROP AS SELECT gen_random_uuid() AS id FROM generate_series(1, thousands);
    INSERT INTO chat.conversations (client_id, id, customer_id, channel, status, created_at, updated_at, last_activity_at, closed_at,
                                    last_sequence, last_message_sequence)
    SELECT tenant, id, someone, 'website', 'closed', clock_timestamp(), clock_timestamp(), clock_timestamp(), clock_timestamp(), 1000, 1000
      FROM grown;
    INSERT INTO chat.communication_messages (client_id, conversation_id, sequence, id, kind, direction, author_kind, author_id, author_name,
                                             content, content_hash, sent_at)
    SELECT tenant, grown.id, n, gen_random_uuid(), 'message', 'inbound', 'customer', someone, '', rpad('a message', 100, '.'),
           decode(md5(n::text), 'hex'), clock_timestamp()
      FROM grown, generate_series(1, 1000) AS n;
END $$;
