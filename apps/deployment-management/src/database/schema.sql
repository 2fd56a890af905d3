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

create table allocation (
  workload_id uuid not null,
  version integer not null,
  effective_at timestamp with time zone not null,
  entries jsonb not null,
  told_at timestamp with time zone not null,
  confirmed_at timestamp with time zone not null default now(),
  constraint allocation_pkey PRIMARY KEY (workload_id)
);

create table app (
  id uuid not null,
  project_id uuid not null,
  organization_id uuid not null,
  slug text not null,
  source jsonb not null,
  build jsonb not null,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  constraint app_pkey PRIMARY KEY (id)
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

create table budget_stop (
  budget_id uuid not null,
  environment_kind text not null,
  organization_id uuid not null,
  project_id uuid,
  environment_id uuid,
  constraint budget_stop_pkey PRIMARY KEY (budget_id, environment_kind)
);

create table cluster (
  id uuid not null,
  name text not null,
  region text,
  is_own boolean not null default false,
  is_cordoned boolean not null default false,
  server text,
  settings jsonb,
  credentials bytea,
  runtime_version integer not null default 1,
  failed_looks integer not null default 0,
  conditions jsonb not null default '[]'::jsonb,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  address text[] not null default '{}'::text[],
  constraint cluster_pkey PRIMARY KEY (id)
);

create table config_scope (
  id uuid not null,
  kind text not null,
  organization_id uuid not null,
  version integer not null default 0,
  constraint config_scope_pkey PRIMARY KEY (id),
  constraint config_scope_kind_check CHECK ((kind = ANY (ARRAY['organization'::text, 'project'::text, 'environment'::text])))
);

create table config_version (
  workload_id uuid not null,
  number integer not null,
  entries jsonb not null,
  hash text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint config_version_pkey PRIMARY KEY (workload_id, number)
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

create table declaration (
  key text not null,
  cluster_id uuid not null,
  namespace text not null,
  delegation_id uuid,
  uid text not null,
  kind text not null,
  target_id uuid,
  agreed jsonb not null,
  seen text not null,
  constraint declaration_pkey PRIMARY KEY (key),
  constraint declaration_target_id_key UNIQUE (target_id)
);

create table delegation (
  id uuid not null,
  organization_id uuid not null,
  project_id uuid not null,
  cluster_id uuid not null,
  namespace text not null,
  subject_id uuid not null,
  session_id text not null,
  revoked_at timestamp with time zone,
  scopes text[] not null,
  conditions jsonb not null default '[]'::jsonb,
  created_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint delegation_pkey PRIMARY KEY (id),
  constraint delegation_cluster_id_namespace_project_id_key UNIQUE (cluster_id, namespace, project_id)
);

create table deployment (
  id uuid not null,
  workload_id uuid not null,
  organization_id uuid not null,
  number integer not null,
  status text not null,
  source jsonb not null,
  build_id uuid,
  build_result jsonb,
  release_id uuid,
  failure jsonb,
  outcome text,
  notes jsonb not null default '[]'::jsonb,
  created_by text not null,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  base jsonb,
  woke_workload boolean not null default false,
  seen jsonb,
  image_digest text,
  asked_since timestamp with time zone,
  canary jsonb,
  ask_again_at timestamp with time zone,
  constraint deployment_pkey PRIMARY KEY (id),
  constraint deployment_workload_id_number_key UNIQUE (workload_id, number)
);

create table deployment_transition (
  deployment_id uuid not null,
  sequence integer not null,
  at timestamp with time zone not null,
  from_status text,
  to_status text not null,
  actor text not null,
  message text not null,
  constraint deployment_transition_pkey PRIMARY KEY (deployment_id, sequence)
);

create table dns_record (
  zone_id uuid not null,
  host text not null,
  values jsonb not null,
  state text not null default 'pending'::text,
  cause text,
  message text,
  since timestamp with time zone not null,
  live_at timestamp with time zone,
  checked_at timestamp with time zone,
  constraint dns_record_pkey PRIMARY KEY (zone_id, host)
);

create table dns_zone (
  id uuid not null,
  organization_id uuid,
  name text not null,
  servers text[] not null,
  key_name text not null,
  algorithm text not null,
  sealed bytea not null,
  ttl_seconds integer not null,
  conditions jsonb not null default '[]'::jsonb,
  created_by text not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  constraint dns_zone_pkey PRIMARY KEY (id)
);

create table domain (
  id uuid not null,
  workload_id uuid not null,
  organization_id uuid not null,
  host text not null,
  token text not null,
  state text not null default 'pending'::text,
  cause text,
  message text,
  proof text,
  verified_at timestamp with time zone,
  checked_at timestamp with time zone,
  claimed_at timestamp with time zone not null,
  released_at timestamp with time zone,
  released_generation integer,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone not null,
  path text not null default '/'::text,
  attachment integer not null default 0,
  attached_at timestamp with time zone,
  detached_at timestamp with time zone,
  constraint domain_pkey PRIMARY KEY (id),
  constraint domain_check CHECK (((attachment > 0) = (attached_at IS NOT NULL))),
  constraint domain_proof CHECK (((proof IS NOT NULL) = (verified_at IS NOT NULL))),
  constraint domain_proven CHECK (((state = ANY (ARRAY['verified'::text, 'ready'::text])) = (verified_at IS NOT NULL))),
  constraint domain_state CHECK ((state = ANY (ARRAY['pending'::text, 'verified'::text, 'ready'::text, 'failed'::text])))
);

create table egress_epoch (
  cluster_id uuid not null,
  epoch integer not null,
  constraint egress_epoch_pkey PRIMARY KEY (cluster_id)
);

create table egress_meter (
  id uuid not null,
  cluster_id uuid not null,
  workload_id uuid not null,
  counting_id text not null,
  counted bigint not null,
  bytes bigint not null,
  since timestamp with time zone not null,
  told_until timestamp with time zone,
  constraint egress_meter_pkey PRIMARY KEY (id),
  constraint egress_meter_cluster_id_workload_id_key UNIQUE (cluster_id, workload_id)
);

create table environment (
  id uuid not null,
  project_id uuid not null,
  organization_id uuid not null,
  slug text not null,
  kind text not null,
  namespace text not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  cluster_id uuid not null,
  finalized_at timestamp with time zone,
  regions text[] not null default '{}'::text[],
  part_changes integer not null default 0,
  constraint environment_pkey PRIMARY KEY (id),
  constraint environment_namespace_key UNIQUE (namespace)
);

create table environment_failover (
  environment_id uuid not null,
  after_seconds integer not null,
  workers_may_run_twice boolean not null,
  constraint environment_failover_pkey PRIMARY KEY (environment_id)
);

create table environment_rollback (
  id uuid not null,
  environment_id uuid not null,
  snapshot_id uuid not null,
  items jsonb not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint environment_rollback_pkey PRIMARY KEY (id)
);

create table environment_sleep (
  environment_id uuid not null,
  organization_id uuid not null,
  time_zone text not null,
  awake jsonb not null,
  awake_until timestamp with time zone,
  is_asleep boolean not null default false,
  constraint environment_sleep_pkey PRIMARY KEY (environment_id)
);

create table environment_snapshot (
  id uuid not null,
  environment_id uuid not null,
  organization_id uuid not null,
  note text,
  workloads jsonb not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint environment_snapshot_pkey PRIMARY KEY (id)
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

create table isolation_check (
  id uuid not null,
  cluster_id uuid not null,
  intruder_id uuid not null,
  neighbour_id uuid not null,
  image text,
  walls jsonb,
  held_by text,
  requested_by text not null,
  created_at timestamp with time zone not null,
  deadline_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint isolation_check_pkey PRIMARY KEY (id)
);

create table measured_use (
  cluster_id uuid not null,
  workload_id uuid not null,
  hour timestamp with time zone not null,
  process_type text not null,
  millicore_milliseconds numeric not null,
  byte_milliseconds numeric not null,
  measured_milliseconds bigint not null,
  constraint measured_use_pkey PRIMARY KEY (cluster_id, workload_id, hour, process_type)
);

create table measurement_round (
  cluster_id uuid not null,
  at timestamp with time zone not null,
  constraint measurement_round_pkey PRIMARY KEY (cluster_id)
);

create table outbox (
  seq bigint generated always as identity not null,
  topic text not null,
  key text not null,
  event json not null,
  created_at timestamp with time zone not null default now(),
  constraint outbox_pkey PRIMARY KEY (seq)
);

create table place_labels (
  place_id uuid not null,
  labels jsonb not null,
  since timestamp with time zone not null,
  constraint place_labels_pkey PRIMARY KEY (place_id)
);

create table placement (
  workload_id uuid not null,
  cluster_id uuid not null,
  state text not null default 'active'::text,
  created_at timestamp with time zone not null,
  drain_seconds integer not null default 0,
  drain_until timestamp with time zone,
  message text,
  has_failed boolean not null default false,
  is_failover boolean not null default false,
  is_first boolean not null default true,
  counts jsonb not null default '{}'::jsonb,
  report jsonb,
  confirmed_at timestamp with time zone,
  waits_until timestamp with time zone,
  constraint placement_pkey PRIMARY KEY (workload_id, cluster_id)
);

create table producer_epoch (
  one boolean not null default true,
  epoch integer not null default 0,
  began_at timestamp with time zone,
  database text,
  constraint producer_epoch_pkey PRIMARY KEY (one),
  constraint producer_epoch_one_check CHECK (one)
);

create table project (
  id uuid not null,
  organization_id uuid not null,
  slug text not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  constraint project_pkey PRIMARY KEY (id)
);

create table pull_credential (
  id uuid not null,
  organization_id uuid not null,
  registry text not null,
  username text not null,
  sealed bytea not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint pull_credential_pkey PRIMARY KEY (id),
  constraint pull_credential_organization_id_registry_key UNIQUE (organization_id, registry)
);

create table release (
  id uuid not null,
  workload_id uuid not null,
  number integer not null,
  hash text not null,
  artifact jsonb not null,
  commit text,
  config_version integer not null,
  config_hash text not null,
  processes jsonb not null,
  reason text not null,
  was_live boolean not null default false,
  created_by text not null,
  created_at timestamp with time zone not null,
  process_settings jsonb not null default '{}'::jsonb,
  expired_at timestamp with time zone,
  scope_versions jsonb not null default '{"project": 0, "environment": 0, "organization": 0}'::jsonb,
  constraint release_pkey PRIMARY KEY (id),
  constraint release_workload_id_number_key UNIQUE (workload_id, number)
);

create table runtime_watch (
  since timestamp with time zone not null,
  confirmed_at timestamp with time zone not null,
  cluster_id uuid not null,
  constraint runtime_watch_pkey PRIMARY KEY (cluster_id)
);

create table schedule (
  id uuid not null,
  workload_id uuid not null,
  organization_id uuid not null,
  name text not null,
  cron text not null,
  time_zone text not null,
  command text not null,
  cpu_millicores integer not null,
  memory_mib integer not null,
  deadline_seconds integer not null,
  next_at timestamp with time zone,
  generation integer not null default 1,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint schedule_pkey PRIMARY KEY (id),
  constraint schedule_workload_id_name_key UNIQUE (workload_id, name)
);

create table schedule_run (
  id uuid not null,
  schedule_id uuid not null,
  due_at timestamp with time zone not null,
  outcome text not null,
  count integer not null,
  reason text,
  task_id uuid,
  constraint schedule_run_pkey PRIMARY KEY (id),
  constraint schedule_run_schedule_id_due_at_key UNIQUE (schedule_id, due_at)
);

create table secret_version (
  id uuid not null,
  workload_id uuid not null,
  name text not null,
  number integer not null,
  sealed bytea not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  bytes integer,
  constraint secret_version_pkey PRIMARY KEY (id),
  constraint secret_version_bytes_check CHECK ((bytes >= 0)),
  constraint secret_version_workload_id_name_number_key UNIQUE (workload_id, name, number)
);

create table snapshot_run (
  aggregate text not null,
  next_cursor text,
  constraint snapshot_run_pkey PRIMARY KEY (aggregate)
);

create table space (
  environment_id uuid not null,
  cluster_id uuid not null,
  is_ending boolean not null default false,
  held_by text,
  constraint space_pkey PRIMARY KEY (environment_id, cluster_id)
);

create table task (
  id uuid not null,
  workload_id uuid not null,
  organization_id uuid not null,
  deployment_id uuid,
  release_id uuid not null,
  process text not null,
  command text not null,
  cpu_millicores integer not null,
  memory_mib integer not null,
  deadline_seconds integer not null,
  status text not null,
  exit_code integer,
  failure jsonb,
  seen jsonb,
  is_cleared boolean not null default false,
  created_by text not null,
  created_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  instance text,
  ran_from timestamp with time zone,
  counted_on text,
  output jsonb not null default '[]'::jsonb,
  constraint task_pkey PRIMARY KEY (id)
);

create table usage_peak (
  workload_id uuid not null,
  process_type text not null,
  since timestamp with time zone not null,
  cpu_millicores integer not null,
  memory_mib integer not null,
  constraint usage_peak_pkey PRIMARY KEY (workload_id, process_type, since)
);

create table vertical_autoscaling (
  workload_id uuid not null,
  processes jsonb not null,
  state text not null,
  message text not null,
  deployment_id uuid,
  change jsonb,
  rests_until timestamp with time zone,
  constraint vertical_autoscaling_pkey PRIMARY KEY (workload_id)
);

create table volume (
  id uuid not null,
  workload_id uuid not null,
  organization_id uuid not null,
  process text not null,
  name text not null,
  mount_path text not null,
  size_mib integer not null,
  initial_mib integer not null,
  storage_class text,
  is_per_instance boolean not null,
  copies integer not null,
  provisioned_bytes bigint not null default 0,
  is_told boolean not null default false,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint volume_pkey PRIMARY KEY (id)
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

create table workload (
  id uuid not null,
  app_id uuid not null,
  environment_id uuid not null,
  project_id uuid not null,
  organization_id uuid not null,
  host text not null,
  tracked_ref text,
  state text not null default 'running'::text,
  counts jsonb not null default '{}'::jsonb,
  process_settings jsonb not null default '{}'::jsonb,
  deadlines jsonb not null default '{}'::jsonb,
  start_deadline_seconds integer not null default 60,
  current_release_id uuid,
  restart_token text not null,
  deployments_made integer not null default 0,
  releases_made integer not null default 0,
  config_versions_made integer not null default 0,
  generation integer not null default 1,
  observed_generation integer not null default 0,
  conditions jsonb not null default '[]'::jsonb,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  finished_at timestamp with time zone,
  config_version integer not null default 0,
  autoscaling jsonb not null default '{}'::jsonb,
  strategy jsonb not null default '{"kind": "rolling"}'::jsonb,
  config_holds jsonb not null default '{}'::jsonb,
  protection jsonb not null default '{"allow": [], "logins": {}}'::jsonb,
  held_cpu_millicores bigint not null default 0,
  held_memory_mib bigint not null default 0,
  part_changes integer not null default 0,
  constraint workload_pkey PRIMARY KEY (id),
  constraint workload_held_cpu_millicores_check CHECK ((held_cpu_millicores >= 0)),
  constraint workload_held_memory_mib_check CHECK ((held_memory_mib >= 0)),
  constraint workload_host_key UNIQUE (host)
);

alter table allocation add constraint allocation_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table app add constraint app_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);

alter table declaration add constraint declaration_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table declaration add constraint declaration_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES delegation(id) ON DELETE SET NULL;

alter table delegation add constraint delegation_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table delegation add constraint delegation_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);

alter table deployment add constraint deployment_release_id_fkey FOREIGN KEY (release_id) REFERENCES release(id);

alter table deployment add constraint deployment_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table deployment_transition add constraint deployment_transition_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployment(id);

alter table dns_record add constraint dns_record_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES dns_zone(id) ON DELETE CASCADE;

alter table domain add constraint domain_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table environment add constraint environment_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table environment add constraint environment_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);

alter table environment_failover add constraint environment_failover_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id);

alter table environment_rollback add constraint environment_rollback_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id);

alter table environment_sleep add constraint environment_sleep_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id);

alter table environment_snapshot add constraint environment_snapshot_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id);

alter table isolation_check add constraint isolation_check_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table placement add constraint placement_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table placement add constraint placement_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table release add constraint release_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table runtime_watch add constraint runtime_watch_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table schedule add constraint schedule_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table schedule_run add constraint schedule_run_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedule(id) ON DELETE CASCADE;

alter table schedule_run add constraint schedule_run_task_id_fkey FOREIGN KEY (task_id) REFERENCES task(id) ON DELETE SET NULL;

alter table space add constraint space_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES cluster(id);

alter table space add constraint space_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id);

alter table task add constraint task_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployment(id);

alter table task add constraint task_release_id_fkey FOREIGN KEY (release_id) REFERENCES release(id);

alter table task add constraint task_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table usage_peak add constraint usage_peak_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES vertical_autoscaling(workload_id) ON DELETE CASCADE;

alter table vertical_autoscaling add constraint vertical_autoscaling_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id) ON DELETE CASCADE;

alter table volume add constraint volume_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES workload(id);

alter table workload add constraint workload_app_id_fkey FOREIGN KEY (app_id) REFERENCES app(id);

alter table workload add constraint workload_current_release_id_fkey FOREIGN KEY (current_release_id) REFERENCES release(id);

alter table workload add constraint workload_environment_id_fkey FOREIGN KEY (environment_id) REFERENCES environment(id);

alter table workload add constraint workload_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);

CREATE INDEX access_group_member_subject ON access_group_member USING btree (subject_id);

CREATE INDEX access_membership_subject ON access_membership USING btree (subject_id, organization_id);

CREATE INDEX access_revoked_session_at ON access_revoked_session USING btree (revoked_at);

CREATE INDEX app_organization ON app USING btree (organization_id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX app_slug ON app USING btree (project_id, slug) WHERE (deleted_at IS NULL);

CREATE INDEX budget_stop_organization ON budget_stop USING btree (organization_id);

CREATE UNIQUE INDEX cluster_name ON cluster USING btree (name) WHERE (removed_at IS NULL);

CREATE INDEX dead_letter_open ON dead_letter USING btree (key, seq) WHERE (state = ANY (ARRAY['failed'::text, 'parked'::text]));

CREATE INDEX declaration_delegation ON declaration USING btree (delegation_id);

CREATE INDEX declaration_place ON declaration USING btree (cluster_id, namespace);

CREATE INDEX delegation_project ON delegation USING btree (project_id, id);

CREATE INDEX delegation_session ON delegation USING btree (session_id);

CREATE INDEX deployment_active ON deployment USING btree (workload_id, number) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX deployment_build ON deployment USING btree (build_id) WHERE (build_id IS NOT NULL);

CREATE UNIQUE INDEX deployment_moving ON deployment USING btree (workload_id) WHERE (status = ANY (ARRAY['preparing'::text, 'rolling'::text, 'shifting'::text, 'verifying'::text]));

CREATE UNIQUE INDEX dns_zone_name ON dns_zone USING btree (organization_id, name) NULLS NOT DISTINCT;

CREATE UNIQUE INDEX domain_claim ON domain USING btree (organization_id, host, path) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX domain_holder ON domain USING btree (host, path) WHERE (verified_at IS NOT NULL);

CREATE INDEX domain_waiting ON domain USING btree (host) WHERE (state = 'pending'::text);

CREATE INDEX domain_workload ON domain USING btree (workload_id);

CREATE INDEX environment_organization ON environment USING btree (organization_id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX environment_slug ON environment USING btree (project_id, slug) WHERE (deleted_at IS NULL);

CREATE INDEX environment_rollback_environment ON environment_rollback USING btree (environment_id, id);

CREATE INDEX environment_snapshot_environment ON environment_snapshot USING btree (environment_id, id);

CREATE INDEX idempotency_key_created_at ON idempotency_key USING btree (created_at);

CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

CREATE INDEX isolation_check_cluster ON isolation_check USING btree (cluster_id, id);

CREATE UNIQUE INDEX isolation_check_running ON isolation_check USING btree (cluster_id) WHERE (ended_at IS NULL);

CREATE INDEX placement_cluster ON placement USING btree (cluster_id, workload_id);

CREATE UNIQUE INDEX placement_first ON placement USING btree (workload_id) WHERE ((state = 'active'::text) AND is_first);

CREATE UNIQUE INDEX project_slug ON project USING btree (organization_id, slug) WHERE (deleted_at IS NULL);

CREATE INDEX schedule_run_task ON schedule_run USING btree (task_id);

CREATE INDEX space_cluster ON space USING btree (cluster_id, environment_id);

CREATE UNIQUE INDEX task_deployment ON task USING btree (deployment_id) WHERE (deployment_id IS NOT NULL);

CREATE INDEX task_on_runtime ON task USING btree (workload_id) WHERE (NOT is_cleared);

CREATE INDEX task_open ON task USING btree (organization_id) WHERE (ended_at IS NULL);

CREATE INDEX task_workload ON task USING btree (workload_id, id);

CREATE UNIQUE INDEX volume_mount_path ON volume USING btree (workload_id, process, mount_path) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX volume_name ON volume USING btree (workload_id, name) WHERE (deleted_at IS NULL);

CREATE INDEX volume_organization ON volume USING btree (organization_id) WHERE (finished_at IS NULL);

CREATE INDEX volume_workload ON volume USING btree (workload_id) WHERE (finished_at IS NULL);

CREATE INDEX work_deadline_due ON work_deadline USING btree (due_at);

CREATE INDEX work_item_blocked ON work_item USING btree (queue, blocked_by) WHERE (blocked_by IS NOT NULL);

CREATE INDEX work_item_due ON work_item USING btree (queue, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX work_item_group ON work_item USING btree (queue, work_group, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX work_lease_expires_at ON work_lease USING btree (expires_at);

CREATE UNIQUE INDEX workload_app_environment ON workload USING btree (app_id, environment_id) WHERE (deleted_at IS NULL);

CREATE INDEX workload_environment ON workload USING btree (environment_id, id);

CREATE INDEX workload_held ON workload USING btree (organization_id, id) INCLUDE (held_cpu_millicores, held_memory_mib) WHERE ((deleted_at IS NULL) AND (state = 'running'::text));

CREATE INDEX workload_organization ON workload USING btree (organization_id) WHERE (deleted_at IS NULL);

CREATE INDEX workload_project ON workload USING btree (project_id, id);

alter table app enable row level security, force row level security;

alter table audit_entry enable row level security, force row level security;

alter table budget_stop enable row level security, force row level security;

alter table config_scope enable row level security, force row level security;

alter table delegation enable row level security, force row level security;

alter table deployment enable row level security, force row level security;

alter table deployment_transition enable row level security, force row level security;

alter table dns_record enable row level security, force row level security;

alter table dns_zone enable row level security, force row level security;

alter table domain enable row level security, force row level security;

alter table environment enable row level security, force row level security;

alter table environment_failover enable row level security, force row level security;

alter table environment_rollback enable row level security, force row level security;

alter table environment_sleep enable row level security, force row level security;

alter table environment_snapshot enable row level security, force row level security;

alter table placement enable row level security, force row level security;

alter table project enable row level security, force row level security;

alter table pull_credential enable row level security, force row level security;

alter table release enable row level security, force row level security;

alter table schedule enable row level security, force row level security;

alter table schedule_run enable row level security, force row level security;

alter table space enable row level security, force row level security;

alter table task enable row level security, force row level security;

alter table usage_peak enable row level security, force row level security;

alter table vertical_autoscaling enable row level security, force row level security;

alter table volume enable row level security, force row level security;

alter table workload enable row level security, force row level security;

create policy organization on app as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on audit_entry as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on budget_stop as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on config_scope as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on delegation as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on deployment as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on deployment_transition as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM deployment whole
  WHERE (whole.id = deployment_transition.deployment_id)))));

create policy organization on dns_record as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM dns_zone whole
  WHERE (whole.id = dns_record.zone_id)))));

create policy organization on dns_zone as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on domain as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on environment as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on environment_failover as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM environment whole
  WHERE (whole.id = environment_failover.environment_id)))));

create policy organization on environment_rollback as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM environment whole
  WHERE (whole.id = environment_rollback.environment_id)))));

create policy organization on environment_sleep as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on environment_snapshot as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on placement as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM workload whole
  WHERE (whole.id = placement.workload_id)))));

create policy organization on project as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on pull_credential as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on release as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM workload whole
  WHERE (whole.id = release.workload_id)))));

create policy organization on schedule as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on schedule_run as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM schedule whole
  WHERE (whole.id = schedule_run.schedule_id)))));

create policy organization on space as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM environment whole
  WHERE (whole.id = space.environment_id)))));

create policy organization on task as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on usage_peak as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM vertical_autoscaling whole
  WHERE (whole.workload_id = usage_peak.workload_id)))));

create policy organization on vertical_autoscaling as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM workload whole
  WHERE (whole.id = vertical_autoscaling.workload_id)))));

create policy organization on volume as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on workload as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));
