/** Whose something is goes by the token, since a name can be given again; and whether a change overwrote or removed something. */
export const owners = /* sql */ `
ALTER TABLE audit ADD COLUMN token TEXT;
ALTER TABLE audit ADD COLUMN destroys INTEGER NOT NULL DEFAULT 0;
ALTER TABLE serves ADD COLUMN token TEXT;
DROP TRIGGER audit_stays;
UPDATE audit SET token = (
  SELECT id FROM tokens WHERE name = audit.actor AND created_at <= audit.at AND (revoked_at IS NULL OR revoked_at >= audit.at)
  ORDER BY created_at DESC LIMIT 1
) WHERE actor IN (SELECT name FROM tokens);
UPDATE audit SET destroys = 1 WHERE images IS NOT NULL AND (images LIKE '{"back":%' OR EXISTS (
  SELECT 1 FROM json_each(images) WHERE json_type(value, '$.before') = 'object'
));
UPDATE serves SET token = (
  SELECT id FROM tokens WHERE name = serves.actor AND created_at <= launched_at AND (revoked_at IS NULL OR revoked_at >= launched_at)
  ORDER BY created_at DESC LIMIT 1
) WHERE origin = 'launched' AND actor IN (SELECT name FROM tokens);
UPDATE serves SET token = (SELECT id FROM tokens WHERE name = serves.actor AND revoked_at IS NULL)
WHERE origin = 'adopted' AND actor IN (SELECT name FROM tokens);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN old.undone_by IS NOT NULL OR new.seq <> old.seq OR new.at <> old.at OR new.actor <> old.actor
  OR new.action <> old.action OR new.noun <> old.noun OR new.object <> old.object OR new.summary <> old.summary
  OR new.token IS NOT old.token OR new.destroys <> old.destroys
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE INDEX audit_destroys ON audit (actor, seq) WHERE destroys = 1;
`
