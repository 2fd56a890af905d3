create sequence work_sequence as bigint;

create table access_group_member (
  organization_id uuid not null,
  subject_id uuid not null,
  group_id uuid not null,
  constraint access_group_member_pkey PRIMARY KEY (organization_id, subject_id, group_id)
);

create table access_membership (
  organization_id uuid not null,
  subject_id uuid not null,
  scope_kind text not null,
  scope_id uuid not null,
  role text not null,
  role_id uuid,
  constraint access_membership_pkey PRIMARY KEY (organization_id, subject_id, scope_kind, scope_id)
);

create table access_organization (
  organization_id uuid not null,
  epoch integer not null,
  version integer not null,
  awaiting_snapshot boolean not null default false,
  quota jsonb,
  suspended boolean not null default false,
  second_factor_required boolean not null default false,
  constraint access_organization_pkey PRIMARY KEY (organization_id)
);

create table access_revoked_session (
  session_id uuid not null,
  revoked_at timestamp with time zone not null,
  constraint access_revoked_session_pkey PRIMARY KEY (session_id)
);

create table access_role (
  organization_id uuid not null,
  role_id uuid not null,
  permissions text[] not null,
  constraint access_role_pkey PRIMARY KEY (organization_id, role_id)
);

create table access_signing_key (
  kid text not null,
  public_jwk jsonb not null,
  not_after timestamp with time zone,
  constraint access_signing_key_pkey PRIMARY KEY (kid)
);

create table access_state (
  single boolean not null default true,
  heartbeat_at timestamp with time zone,
  keys_epoch integer not null default 0,
  keys_version integer not null default 0,
  constraint access_state_pkey PRIMARY KEY (single),
  constraint access_state_single_check CHECK (single)
);

create table aggregate_version (
  subject text not null,
  version integer not null,
  constraint aggregate_version_pkey PRIMARY KEY (subject)
);

create table artifact (
  reuse_key text not null,
  app_id uuid not null,
  artifact jsonb not null,
  created_at timestamp with time zone not null,
  constraint artifact_pkey PRIMARY KEY (reuse_key)
);

create table audit_chain (
  key text not null,
  sequence integer not null,
  previous_hash text not null,
  hash text not null,
  constraint audit_chain_pkey PRIMARY KEY (key)
);

create table audit_entry (
  key text not null,
  sequence integer not null,
  entry_id uuid not null,
  organization_id uuid,
  actor jsonb not null,
  action text not null,
  target jsonb not null,
  at timestamp with time zone not null,
  detail jsonb not null,
  previous_hash text not null,
  hash text not null,
  constraint audit_entry_pkey PRIMARY KEY (key, sequence)
);

create table build (
  id uuid not null,
  organization_id uuid not null,
  project_id uuid not null,
  environment_id uuid not null,
  app_id uuid not null,
  workload_id uuid not null,
  deployment_id uuid not null,
  source jsonb not null,
  settings jsonb not null,
  deadline_seconds integer not null,
  status text not null,
  commit text,
  commit_subject text,
  language text,
  processes jsonb not null default '[]'::jsonb,
  artifact jsonb,
  reused boolean not null default false,
  failure jsonb,
  created_at timestamp with time zone not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  cpu_milliseconds bigint not null default 0,
  constraint build_pkey PRIMARY KEY (id),
  constraint build_check CHECK (((status = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL))),
  constraint build_check1 CHECK (((status = 'succeeded'::text) = (artifact IS NOT NULL))),
  constraint build_check2 CHECK (((status = 'failed'::text) = (failure IS NOT NULL))),
  constraint build_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'cloning'::text, 'detecting'::text, 'building'::text, 'publishing'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
);

create table build_log (
  build_id uuid not null,
  first integer not null,
  at timestamp with time zone not null,
  lines text[] not null,
  constraint build_log_pkey PRIMARY KEY (build_id, first)
);

create table dead_letter (
  id uuid not null,
  seq bigint generated always as identity not null,
  key text not null,
  event jsonb not null,
  state text not null,
  error text,
  attempts integer not null default 0,
  reason text,
  created_at timestamp with time zone not null default now(),
  closed_at timestamp with time zone,
  constraint dead_letter_pkey PRIMARY KEY (id),
  constraint dead_letter_state_check CHECK ((state = ANY (ARRAY['failed'::text, 'parked'::text, 'replayed'::text, 'discarded'::text])))
);

create table idempotency_key (
  subject text not null,
  route text not null,
  key text not null,
  body_hash text not null,
  status integer not null,
  answer jsonb,
  created_at timestamp with time zone not null default now(),
  headers jsonb not null default '{}'::jsonb,
  checks jsonb,
  constraint idempotency_key_pkey PRIMARY KEY (subject, route, key)
);

create table inbox (
  event_id uuid not null,
  received_at timestamp with time zone not null default now(),
  constraint inbox_pkey PRIMARY KEY (event_id)
);

create table outbox (
  seq bigint generated always as identity not null,
  topic text not null,
  key text not null,
  event json not null,
  created_at timestamp with time zone not null default now(),
  constraint outbox_pkey PRIMARY KEY (seq)
);

create table producer_epoch (
  one boolean not null default true,
  epoch integer not null default 0,
  began_at timestamp with time zone,
  database text,
  constraint producer_epoch_pkey PRIMARY KEY (one),
  constraint producer_epoch_one_check CHECK (one)
);

create table release_reference (
  release_id uuid not null,
  workload_id uuid not null,
  digest text not null,
  constraint release_reference_pkey PRIMARY KEY (release_id)
);

create table reuse_secret (
  only_row boolean not null default true,
  secret text not null default ((gen_random_uuid())::text || (gen_random_uuid())::text),
  constraint reuse_secret_pkey PRIMARY KEY (only_row),
  constraint reuse_secret_only_row_check CHECK (only_row)
);

create table snapshot_run (
  aggregate text not null,
  next_cursor text,
  constraint snapshot_run_pkey PRIMARY KEY (aggregate)
);

create table upload (
  id uuid not null,
  organization_id uuid not null,
  project_id uuid,
  subject_id text not null,
  blob text not null,
  tree text not null,
  size_bytes bigint not null,
  created_at timestamp with time zone not null,
  constraint upload_pkey PRIMARY KEY (id)
);

create table work_deadline (
  queue text not null,
  key text not null,
  name text not null,
  at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  attempts integer not null default 0,
  constraint work_deadline_pkey PRIMARY KEY (queue, key, name)
);

create table work_group_limit (
  queue text not null,
  work_group text not null,
  at_once integer not null,
  constraint work_group_limit_pkey PRIMARY KEY (queue, work_group),
  constraint work_group_limit_at_once_check CHECK ((at_once >= 0))
);

create table work_item (
  queue text not null,
  key text not null,
  work_group text not null,
  generation bigint not null,
  due_at timestamp with time zone,
  attempts integer not null default 0,
  interrupted boolean not null default false,
  blocked_by text,
  constraint work_item_pkey PRIMARY KEY (queue, key)
);

create table work_lease (
  queue text not null,
  key text not null,
  work_group text not null,
  generation bigint not null,
  fence bigint not null,
  expires_at timestamp with time zone not null,
  constraint work_lease_pkey PRIMARY KEY (queue, key)
);

alter table build_log add constraint build_log_build_id_fkey FOREIGN KEY (build_id) REFERENCES build(id) ON DELETE CASCADE;

CREATE INDEX access_group_member_subject ON access_group_member USING btree (subject_id);

CREATE INDEX access_membership_subject ON access_membership USING btree (subject_id, organization_id);

CREATE INDEX access_revoked_session_at ON access_revoked_session USING btree (revoked_at);

CREATE INDEX build_finished ON build USING btree (finished_at);

CREATE INDEX build_of_workload ON build USING btree (workload_id, id DESC);

CREATE INDEX dead_letter_open ON dead_letter USING btree (key, seq) WHERE (state = ANY (ARRAY['failed'::text, 'parked'::text]));

CREATE INDEX idempotency_key_created_at ON idempotency_key USING btree (created_at);

CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

CREATE INDEX release_reference_digest ON release_reference USING btree (digest);

CREATE INDEX release_reference_workload ON release_reference USING btree (workload_id);

CREATE INDEX upload_created ON upload USING btree (created_at);

CREATE INDEX work_deadline_due ON work_deadline USING btree (due_at);

CREATE INDEX work_item_blocked ON work_item USING btree (queue, blocked_by) WHERE (blocked_by IS NOT NULL);

CREATE INDEX work_item_due ON work_item USING btree (queue, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX work_item_group ON work_item USING btree (queue, work_group, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX work_lease_expires_at ON work_lease USING btree (expires_at);

alter table audit_entry enable row level security, force row level security;

alter table build enable row level security, force row level security;

alter table build_log enable row level security, force row level security;

alter table upload enable row level security, force row level security;

create policy organization on audit_entry as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on build as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on build_log as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM build whole
  WHERE (whole.id = build_log.build_id)))));

create policy organization on upload as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));
