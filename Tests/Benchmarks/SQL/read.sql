\set n random(0, 31)
-- What chat asks for one conversation: its row, who it is, how much is unread; within the company's scope, in one round trip.
\startpipeline
BEGIN;
SELECT set_config('switchboard.client_id', '00000000-0000-0000-0000-000000000001', true);
SELECT *,
       (SELECT count(*) FROM (
           SELECT FROM bench.communication_messages m
            WHERE m.client_id = c.client_id AND m.conversation_id = c.id AND m.kind = 'message' AND m.author_kind = 'customer'
              AND m.deleted_at IS NULL
              AND m.sequence > COALESCE((SELECT p.read_through FROM chat.chat_participants p
                                          WHERE p.client_id = c.client_id AND p.conversation_id = c.id AND p.participant_id = c.id), 0)
            LIMIT 100) AS unread)
  FROM bench.conversations c
  LEFT JOIN chat.customers cu ON cu.client_id = c.client_id AND cu.id = c.customer_id
  LEFT JOIN chat.chat_blocked_users b ON b.client_id = c.client_id AND b.customer_id = c.customer_id
 WHERE c.client_id = '00000000-0000-0000-0000-000000000001' AND c.id = ('00000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid;
COMMIT;
\endpipeline
