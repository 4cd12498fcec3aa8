\set part mod(:client_id, 16)
WITH head AS (
    UPDATE bench.stream_head SET last_seq = last_seq + 1 WHERE part = :part RETURNING last_seq
), conversation AS (
    UPDATE bench.conversations
       SET last_sequence = last_sequence + 1, last_message_sequence = last_message_sequence + 1,
           digest = sha256(digest || int8send(last_sequence + 1)), updated_at = clock_timestamp(), last_activity_at = clock_timestamp(),
           last_message = '{"kind": "message", "text": "a message of one hundred bytes, as a visitor may write it to a company, with a question and a word of thanks", "sequence": 1, "sent_at": "2026-11-21T03:14:15.926Z", "author": {"type": "customer", "name": ""}}'
     WHERE client_id = '00000000-0000-0000-0000-000000000001'
       AND id = ('00000000-0000-0000-0000-' || lpad(:client_id::text, 12, '0'))::uuid
    RETURNING id, client_id, last_sequence, digest
), message AS (
    INSERT INTO bench.communication_messages (client_id, conversation_id, sequence, id, kind, direction, author_kind, author_id, author_name,
                                              content, content_hash, sent_at)
    SELECT c.client_id, c.id, c.last_sequence, gen_random_uuid(), 'message', 'inbound', 'customer', c.id, '',
           'a message of one hundred bytes, as a visitor may write it to a company, with a question and a word of', c.digest, clock_timestamp()
      FROM conversation c
    RETURNING id
)
INSERT INTO bench.outbox (part, seq, event_id, subject, version, audience, client_id, key, key_sequence, occurred_at, traceparent, payload)
SELECT :part, head.last_seq, gen_random_uuid(), 'chat.message-appended', 1, 2, c.client_id, c.id, c.last_sequence, clock_timestamp(),
       '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', convert_to(rpad('{"id":"' || message.id, 420, 'x'), 'UTF8')
  FROM head, conversation c, message;
