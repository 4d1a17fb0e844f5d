export const schema = `
  CREATE TABLE IF NOT EXISTS lambda_versions (
    function_arn TEXT NOT NULL,
    version TEXT NOT NULL,
    configuration_hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (function_arn, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS lambda_async_events (
    request_id TEXT PRIMARY KEY,
    qualified_arn TEXT NOT NULL,
    payload TEXT NOT NULL,
    failed_attempts INTEGER NOT NULL,
    due INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
