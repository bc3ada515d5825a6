/** Whose word on senders counts for an account, and what it was for a mail that carries an invitation. */
export const senders = /* sql */ `
ALTER TABLE mail_accounts ADD COLUMN authserv_id TEXT;
ALTER TABLE mail_bodies ADD COLUMN sender TEXT;
`
