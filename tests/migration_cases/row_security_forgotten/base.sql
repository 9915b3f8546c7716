ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_entries ON audit_log USING (said LIKE 'entry%');
