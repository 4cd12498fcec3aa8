-- Texts that were stored while their length was counted in letters, of which one may have a hundred thousand accents: cut to what is taken
-- now (TextRule: 500 characters of a line, 1,000 of a note, 200 of a preview), so that they fit lists and events again. `left` counts
-- Unicode scalars, as the rule does. Messages keep the names of their authors: their table is large, and their lists page by bytes.
-- Safe while the older chat runs: it reads and writes the same columns; what it still stores too long no list or loop of ours stumbles over.
SET LOCAL lock_timeout = '2s';

-- Of all companies at once: only the owner, and only here.
ALTER TABLE chat.customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.conversations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.chat_participants NO FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.chat_rooms NO FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.chat_blocked_users NO FORCE ROW LEVEL SECURITY;

UPDATE chat.customers
   SET name = left(name, 500), email = left(email, 500), phone = left(phone, 500), locale = left(locale, 500)
 WHERE octet_length(name) > 2000 OR octet_length(email) > 2000 OR octet_length(phone) > 2000 OR octet_length(locale) > 2000;
UPDATE chat.conversations SET subject = left(subject, 500) WHERE octet_length(subject) > 2000;
UPDATE chat.conversations
   SET last_message = jsonb_set(last_message, '{text}', to_jsonb(left(last_message ->> 'text', 200)))
 WHERE octet_length(last_message ->> 'text') > 800;
UPDATE chat.conversations
   SET last_message = jsonb_set(last_message, '{author,name}', to_jsonb(left(last_message #>> '{author,name}', 500)))
 WHERE octet_length(last_message #>> '{author,name}') > 2000;
UPDATE chat.chat_participants SET name = left(name, 500) WHERE octet_length(name) > 2000;
UPDATE chat.chat_rooms SET name = left(name, 200), description = left(description, 1000)
 WHERE octet_length(name) > 800 OR octet_length(description) > 4000;
UPDATE chat.chat_blocked_users SET reason = left(reason, 1000) WHERE octet_length(reason) > 4000;

ALTER TABLE chat.customers FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.chat_participants FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.chat_rooms FORCE ROW LEVEL SECURITY;
ALTER TABLE chat.chat_blocked_users FORCE ROW LEVEL SECURITY;
