/** Who invites and who is invited; `calendar` is the invitation a mail carries, as it came. */
export const people = /* sql */ `
ALTER TABLE events ADD COLUMN organizer TEXT;
ALTER TABLE events ADD COLUMN attendees TEXT NOT NULL DEFAULT '[]';
ALTER TABLE events ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN stamp INTEGER;
ALTER TABLE mail_bodies ADD COLUMN calendar TEXT;
`
