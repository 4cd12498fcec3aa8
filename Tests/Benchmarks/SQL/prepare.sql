-- What the limits are measured on: tables as chat has them, with their indexes, in a schema of their own; 32 conversations of one company.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.conversations (LIKE chat.conversations INCLUDING ALL);
ALTER TABLE bench.conversations SET (fillfactor = 80);
CREATE TABLE bench.communication_messages (LIKE chat.communication_messages INCLUDING ALL);
CREATE TABLE bench.stream_head (LIKE chat.stream_head INCLUDING ALL);
ALTER TABLE bench.stream_head SET (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
CREATE TABLE bench.outbox (LIKE chat.outbox INCLUDING ALL);
CREATE TABLE bench.cursor (LIKE router.cursor INCLUDING ALL);
ALTER TABLE bench.cursor SET (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
INSERT INTO bench.stream_head (part, epoch) SELECT part, gen_random_uuid() FROM generate_series(0, 15) AS part;
INSERT INTO bench.cursor (stream, part, epoch) SELECT 'bench', part, gen_random_uuid() FROM generate_series(0, 15) AS part;
-- Client n writes to the conversation whose id ends in n, as a visitor writes to its own.
INSERT INTO bench.conversations (client_id, id, customer_id, channel, status, created_at, updated_at, last_activity_at, waiting_since)
SELECT '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), 'website',
       'waiting', clock_timestamp(), clock_timestamp(), clock_timestamp(), clock_timestamp()
  FROM generate_series(0, 1023) AS n;
CREATE TABLE bench.effects (event_id uuid PRIMARY KEY, part int, seq bigint, text text);
-- Agents with room, with the router's indexes.
CREATE TABLE bench.agents (LIKE router.sector_agents INCLUDING ALL);
INSERT INTO bench.agents (client_id, id, name, type, sector, priority, capacity, active, status, created_at, updated_at)
SELECT '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'Agent ' || n, 'human',
       'general', 5, 1000, true, 'online', clock_timestamp(), clock_timestamp()
  FROM generate_series(1, 10000) AS n;
ANALYZE bench.agents;
