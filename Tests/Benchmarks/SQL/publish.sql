\set part random(0, 15)
-- 32 events, as one group commit says them.
WITH head AS (UPDATE bench.stream_head SET last_seq = last_seq + 32 WHERE part = :part RETURNING last_seq)
INSERT INTO bench.outbox (part, seq, event_id, subject, version, audience, key, occurred_at, payload)
SELECT :part, head.last_seq - 32 + n, gen_random_uuid(), 'chat.noted', 1, 1, gen_random_uuid(), clock_timestamp(),
       convert_to('{"text":"an event of the benchmark"}', 'UTF8')
  FROM head, generate_series(1, 32) AS n;
