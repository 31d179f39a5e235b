-- The two roles of the outbound scanner, each with what it needs and nothing more.
-- Run once as the database's owner, after `manage.py migrate`. Log-in by peer (same
-- machine) or by client certificate or password over TLS: pg_hba.conf is the operator's.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dovecot') THEN
    CREATE ROLE dovecot LOGIN CONNECTION LIMIT 20;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postfix') THEN
    CREATE ROLE postfix LOGIN CONNECTION LIMIT 20;
  END IF;
END $$;
GRANT SELECT ON outbound_login TO dovecot;
GRANT EXECUTE ON FUNCTION outbound_note_use(text) TO dovecot;
GRANT SELECT ON outbound_sender TO postfix;
