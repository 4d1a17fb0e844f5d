/**
 * `durable_events` is the truth: each row holds what one command brought about, as a JSON array, appended and never changed.
 * `durable_executions` holds what executions are found by. `active` says that an invocation is due or in flight;
 * `next_due` (epoch ms) is when time alone changes a suspended execution next. `durable_pauses` holds what
 * GetDurableExecution shows of executions that were paused at least once.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS durable_executions (
  id INTEGER PRIMARY KEY,
  execution_id TEXT NOT NULL,
  name TEXT NOT NULL,
  function_name TEXT NOT NULL,
  version TEXT NOT NULL,
  origin TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  active INTEGER NOT NULL,
  next_due INTEGER NOT NULL,
  expires_at INTEGER,
  parent INTEGER,
  parent_operation TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS durable_executions_by_name ON durable_executions (function_name, name);
CREATE INDEX IF NOT EXISTS durable_executions_by_start ON durable_executions (function_name, started_at);
CREATE INDEX IF NOT EXISTS durable_executions_running ON durable_executions (function_name, started_at) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS durable_executions_paused ON durable_executions (id) WHERE status IN ('PAUSING', 'PAUSED');
CREATE INDEX IF NOT EXISTS durable_executions_by_expiry ON durable_executions (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS durable_events (
  execution INTEGER NOT NULL,
  first_event INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (execution, first_event, entry)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS durable_pauses (
  execution INTEGER PRIMARY KEY,
  deadline INTEGER NOT NULL,
  requested_at INTEGER,
  reason TEXT,
  timeout_paused INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS durable_function_invokes (
  execution INTEGER NOT NULL,
  operation TEXT NOT NULL,
  function_arn TEXT NOT NULL,
  input TEXT NOT NULL,
  PRIMARY KEY (execution, operation)
) STRICT;
`;
