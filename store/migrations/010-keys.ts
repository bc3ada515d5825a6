/** Lists are paged by key, whose last word is the order of arrival; what was answered and asked belongs to a token, not to its name. */
export const keys = /* sql */ `
DROP INDEX todos_recent;
CREATE INDEX todos_recent ON todos (archived, pinned, updated_at);
DROP INDEX deliveries_recent;
CREATE INDEX deliveries_recent ON deliveries (due_at, id);

ALTER TABLE answers RENAME COLUMN actor TO caller;
UPDATE OR IGNORE answers SET caller = (SELECT id FROM tokens WHERE name = caller AND revoked_at IS NULL)
WHERE EXISTS (SELECT 1 FROM tokens WHERE name = caller AND revoked_at IS NULL);
DELETE FROM answers WHERE caller IN (SELECT name FROM tokens);

ALTER TABLE approvals ADD COLUMN note TEXT;
`
