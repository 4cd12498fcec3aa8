-- Finds a note's tenant by the note's id alone.
SELECT switchboard_open_to_lookup('chat.notes');
CREATE FUNCTION chat.find_note_owner(note_id uuid) RETURNS uuid LANGUAGE sql STABLE
    AS 'SELECT client_id FROM notes WHERE id = note_id';
SELECT switchboard_lookup_function('chat.find_note_owner(uuid)');
