\set n random(1, 10000)
-- Room for one more, if there is any.
UPDATE bench.agents SET load = load + 1
 WHERE client_id = '00000000-0000-0000-0000-000000000001' AND id = ('00000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid
   AND load < capacity;
