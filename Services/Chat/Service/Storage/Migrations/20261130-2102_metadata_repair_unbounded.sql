-- Metadata from before it had limits of depth and magnitude. What is deeper than 16 levels becomes its JSON as text, cut at 1,000 characters;
-- a number beyond 1e30 or below 1e-30, which jsonb writes out with all its digits, becomes its scientific form as text. What was kept is
-- still whole in the log. Safe while the older version runs: it reads any JSON, and rows that it writes meanwhile are only slower to read.
-- Bounded: one pass over each table; only rows beyond the limits are written and locked, and where somebody holds one of them for longer than
-- lock_timeout, nothing has happened and the next start tries again.
SET LOCAL lock_timeout = '2s';

CREATE FUNCTION metadata_within_limits(value jsonb, depth int) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $function$
DECLARE
    magnitude numeric;
BEGIN
    CASE jsonb_typeof(value)
    WHEN 'object', 'array' THEN
        IF depth > 16 THEN RETURN to_jsonb(left(value::text, 1000)); END IF;
        IF jsonb_typeof(value) = 'object' THEN
            RETURN coalesce((SELECT jsonb_object_agg(m.key, metadata_within_limits(m.value, depth + 1)) FROM jsonb_each(value) m), '{}');
        END IF;
        RETURN coalesce(
            (SELECT jsonb_agg(metadata_within_limits(e.value, depth + 1) ORDER BY e.place)
               FROM jsonb_array_elements(value) WITH ORDINALITY AS e(value, place)), '[]');
    WHEN 'number' THEN
        magnitude := abs((value #>> '{}')::numeric);
        IF magnitude <> 0 AND (magnitude > 1e30 OR magnitude < 1e-30) THEN
            RETURN to_jsonb(btrim(to_char((value #>> '{}')::numeric, '9.999999999999999EEEE')));
        END IF;
        RETURN value;
    ELSE
        RETURN value;
    END CASE;
END $function$;

-- Texts of so many digits are looked at too, and stay as they are.
CREATE FUNCTION metadata_may_be_unbounded(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $function$
    SELECT value::text ~ '[0-9]{31}'
        OR jsonb_path_exists(value, 'strict $.**{16} ? (@.type() == "object" || @.type() == "array")', silent => true)
$function$;

-- What is changed most is locked last.
UPDATE communication_messages SET metadata = metadata_within_limits(metadata, 1)
 WHERE metadata <> '{}' AND metadata_may_be_unbounded(metadata) AND metadata <> metadata_within_limits(metadata, 1);
UPDATE customers SET attributes = metadata_within_limits(attributes, 1)
 WHERE attributes <> '{}' AND metadata_may_be_unbounded(attributes) AND attributes <> metadata_within_limits(attributes, 1);
UPDATE conversations SET metadata = metadata_within_limits(metadata, 1)
 WHERE metadata <> '{}' AND metadata_may_be_unbounded(metadata) AND metadata <> metadata_within_limits(metadata, 1);

DROP FUNCTION metadata_may_be_unbounded(jsonb);
DROP FUNCTION metadata_within_limits(jsonb, int);
