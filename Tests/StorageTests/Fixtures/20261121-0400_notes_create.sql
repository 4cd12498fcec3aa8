-- What the tests write to: one tenant's table, some without.
CREATE TABLE chat.notes (
    client_id uuid NOT NULL,
    id        uuid NOT NULL,
    text      text NOT NULL,
    PRIMARY KEY (client_id, id)
);
SELECT switchboard_protect('chat.notes');

CREATE TABLE chat.plain_notes (
    id   uuid PRIMARY KEY,
    text text NOT NULL CHECK (length(text) < 20)
);
CREATE TABLE chat.deferred_notes (
    id   uuid PRIMARY KEY,
    note uuid NOT NULL REFERENCES chat.plain_notes (id) DEFERRABLE INITIALLY DEFERRED
);
