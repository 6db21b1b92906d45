CREATE TABLE rtc_token_issue (
  session_id TEXT NOT NULL PRIMARY KEY,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  mint_order TEXT NOT NULL,
  reminted_at BIGINT,
  sealed_token BYTEA
);

CREATE INDEX rtc_token_issue_by_end ON rtc_token_issue (expires_at);

CREATE TABLE data_protection_key (
  name TEXT NOT NULL PRIMARY KEY,
  stored_at BIGINT NOT NULL,
  hour BIGINT UNIQUE,
  xml TEXT NOT NULL
);
