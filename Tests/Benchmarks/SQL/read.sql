\set n random(0, 31)
SELECT * FROM bench.conversations c
  LEFT JOIN chat.customers cu ON cu.client_id = c.client_id AND cu.id = c.customer_id
  LEFT JOIN chat.chat_blocked_users b ON b.client_id = c.client_id AND b.customer_id = c.customer_id
 WHERE c.client_id = '00000000-0000-0000-0000-000000000001' AND c.id = ('00000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid;
