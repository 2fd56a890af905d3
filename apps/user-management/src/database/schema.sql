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

create table api_token (
  id uuid not null,
  user_id uuid not null,
  name text not null,
  prefix text not null,
  scopes jsonb not null,
  token_hash text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint api_token_pkey PRIMARY KEY (id),
  constraint api_token_token_hash_key UNIQUE (token_hash)
);

create table app_user (
  id uuid not null,
  email text not null,
  display_name text,
  password_hash text not null,
  administrator boolean not null default false,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  state text not null default 'active'::text,
  erase_at timestamp with time zone,
  password_ends_at timestamp with time zone,
  constraint app_user_pkey PRIMARY KEY (id),
  constraint app_user_email_key UNIQUE (email),
  constraint app_user_state_check CHECK ((state = ANY (ARRAY['active'::text, 'deactivated'::text, 'suspended'::text])))
);

create table audit_address (
  entry_id uuid not null,
  subject_id text not null,
  address text not null,
  salt text not null,
  at timestamp with time zone not null,
  constraint audit_address_pkey PRIMARY KEY (entry_id)
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

create table audit_head (
  organization_id uuid,
  service text not null,
  sequence integer not null,
  hash text not null,
  constraint audit_head_chain UNIQUE NULLS NOT DISTINCT (organization_id, service)
);

create table audit_trail (
  entry_id uuid not null,
  organization_id uuid,
  entry jsonb not null,
  constraint audit_trail_pkey PRIMARY KEY (entry_id)
);

create table client_secret (
  id uuid not null,
  service_account_id uuid not null,
  prefix text not null,
  secret_hash text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint client_secret_pkey PRIMARY KEY (id),
  constraint client_secret_secret_hash_key UNIQUE (secret_hash)
);

create table custom_role (
  id uuid not null,
  organization_id uuid not null,
  name text not null,
  permissions jsonb not null,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  constraint custom_role_pkey PRIMARY KEY (id),
  constraint custom_role_organization_id_name_key UNIQUE (organization_id, name)
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

create table device_grant (
  device_code_hash text not null,
  user_code text not null,
  state text not null default 'pending'::text,
  user_id uuid,
  second_factor boolean not null default false,
  user_agent text,
  address text not null,
  interval_seconds integer not null,
  polled_at timestamp with time zone,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint device_grant_pkey PRIMARY KEY (device_code_hash),
  constraint device_grant_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text]))),
  constraint device_grant_user_code_key UNIQUE (user_code)
);

create table email_change (
  user_id uuid not null,
  email text not null,
  token_hash text not null,
  expires_at timestamp with time zone not null,
  constraint email_change_pkey PRIMARY KEY (user_id),
  constraint email_change_token_hash_key UNIQUE (token_hash)
);

create table heartbeat (
  single boolean not null default true,
  at timestamp with time zone not null,
  constraint heartbeat_pkey PRIMARY KEY (single),
  constraint heartbeat_single_check CHECK (single)
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

create table identity_provider (
  id uuid not null,
  organization_id uuid not null,
  display_name text not null,
  endpoints jsonb not null,
  client_id text not null,
  client_secret_sealed bytea not null,
  settings jsonb not null,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  constraint identity_provider_pkey PRIMARY KEY (id)
);

create table impersonation (
  id uuid not null,
  user_id uuid not null,
  administrator_id uuid not null,
  reason text not null,
  state text not null default 'asked'::text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  looked_in uuid[] not null default '{}'::uuid[],
  constraint impersonation_pkey PRIMARY KEY (id),
  constraint impersonation_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'consented'::text])))
);

create table inbox (
  event_id uuid not null,
  received_at timestamp with time zone not null default now(),
  constraint inbox_pkey PRIMARY KEY (event_id)
);

create table invitation (
  id uuid not null,
  organization_id uuid not null,
  email text not null,
  scope_kind text not null,
  scope_id uuid not null,
  role text not null,
  token_hash text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint invitation_pkey PRIMARY KEY (id),
  constraint invitation_organization_id_email_scope_kind_scope_id_key UNIQUE (organization_id, email, scope_kind, scope_id),
  constraint invitation_token_hash_key UNIQUE (token_hash)
);

create table linked_identity (
  id uuid not null,
  provider_id uuid not null,
  subject text not null,
  user_id uuid not null,
  created_at timestamp with time zone not null,
  constraint linked_identity_pkey PRIMARY KEY (id),
  constraint linked_identity_provider_id_subject_key UNIQUE (provider_id, subject)
);

create table mail (
  id uuid not null,
  sealed bytea not null,
  created_at timestamp with time zone not null,
  constraint mail_pkey PRIMARY KEY (id)
);

create table membership (
  id uuid not null,
  organization_id uuid not null,
  user_id uuid not null,
  scope_kind text not null,
  scope_id uuid not null,
  role text not null,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  provider_id uuid,
  role_id uuid,
  constraint membership_pkey PRIMARY KEY (id),
  constraint membership_organization_id_user_id_scope_kind_scope_id_key UNIQUE (organization_id, user_id, scope_kind, scope_id)
);

create table organization (
  id uuid not null,
  slug text not null,
  display_name text,
  quota jsonb not null,
  created_at timestamp with time zone not null,
  suspended_for text,
  delete_at timestamp with time zone,
  second_factor_required boolean not null default false,
  generation integer not null default 1,
  constraint organization_pkey PRIMARY KEY (id),
  constraint organization_slug_key UNIQUE (slug),
  constraint organization_suspended_for_check CHECK ((suspended_for = ANY (ARRAY['administrator'::text, 'deletion'::text])))
);

create table organization_token (
  id uuid not null,
  organization_id uuid not null,
  name text not null,
  prefix text not null,
  scopes jsonb not null,
  token_hash text not null,
  created_by uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint organization_token_pkey PRIMARY KEY (id),
  constraint organization_token_token_hash_key UNIQUE (token_hash)
);

create table outbox (
  seq bigint generated always as identity not null,
  topic text not null,
  key text not null,
  event json not null,
  created_at timestamp with time zone not null default now(),
  constraint outbox_pkey PRIMARY KEY (seq)
);

create table passkey (
  id uuid not null,
  user_id uuid not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports jsonb not null,
  name text not null,
  backed_up boolean not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_credential_id_key UNIQUE (credential_id)
);

create table passkey_challenge (
  challenge_hash text not null,
  user_id uuid,
  expires_at timestamp with time zone not null,
  constraint passkey_challenge_pkey PRIMARY KEY (challenge_hash)
);

create table producer_epoch (
  one boolean not null default true,
  epoch integer not null default 0,
  began_at timestamp with time zone,
  database text,
  constraint producer_epoch_pkey PRIMARY KEY (one),
  constraint producer_epoch_one_check CHECK (one)
);

create table recovery (
  user_id uuid not null,
  token_hash text not null,
  expires_at timestamp with time zone not null,
  constraint recovery_pkey PRIMARY KEY (user_id),
  constraint recovery_token_hash_key UNIQUE (token_hash)
);

create table recovery_code (
  user_id uuid not null,
  code_hash text not null,
  constraint recovery_code_pkey PRIMARY KEY (user_id, code_hash)
);

create table recovery_request (
  id uuid not null,
  email text not null,
  created_at timestamp with time zone not null,
  constraint recovery_request_pkey PRIMARY KEY (id)
);

create table refresh_token (
  token_hash text not null,
  session_id uuid not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint refresh_token_pkey PRIMARY KEY (token_hash)
);

create table registration (
  token_hash text not null,
  email text not null,
  display_name text,
  password_hash text not null,
  expires_at timestamp with time zone not null,
  username text,
  constraint registration_pkey PRIMARY KEY (token_hash)
);

create table service_account (
  id uuid not null,
  organization_id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  constraint service_account_pkey PRIMARY KEY (id)
);

create table session (
  id uuid not null,
  user_id uuid not null,
  user_agent text,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  proven_at timestamp with time zone not null default now(),
  second_factor boolean not null default false,
  address text,
  constraint session_pkey PRIMARY KEY (id)
);

create table sign_in_flow (
  token_hash text not null,
  provider_id uuid not null,
  state text not null,
  sealed bytea not null,
  proof_hash text,
  expires_at timestamp with time zone not null,
  constraint sign_in_flow_pkey PRIMARY KEY (token_hash),
  constraint sign_in_flow_state_check CHECK ((state = ANY (ARRAY['begun'::text, 'answered'::text, 'identified'::text])))
);

create table sign_up_policy (
  single boolean not null default true,
  mode text not null,
  domains jsonb not null,
  generation integer not null default 1,
  constraint sign_up_policy_pkey PRIMARY KEY (single),
  constraint sign_up_policy_mode_check CHECK ((mode = ANY (ARRAY['open'::text, 'invitation'::text, 'closed'::text]))),
  constraint sign_up_policy_single_check CHECK (single)
);

create table signing_key (
  kid text not null,
  state text not null,
  public_jwk jsonb not null,
  private_sealed bytea not null,
  created_at timestamp with time zone not null,
  not_after timestamp with time zone,
  constraint signing_key_pkey PRIMARY KEY (kid),
  constraint signing_key_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'active'::text, 'retired'::text])))
);

create table snapshot_run (
  aggregate text not null,
  next_cursor text,
  constraint snapshot_run_pkey PRIMARY KEY (aggregate)
);

create table throttle (
  key text not null,
  count integer not null,
  blocked_until timestamp with time zone not null,
  last_at timestamp with time zone not null,
  constraint throttle_pkey PRIMARY KEY (key)
);

create table totp (
  user_id uuid not null,
  secret_sealed bytea not null,
  confirmed boolean not null default false,
  last_step bigint not null default 0,
  constraint totp_pkey PRIMARY KEY (user_id)
);

create table user_group (
  id uuid not null,
  organization_id uuid not null,
  name text not null,
  grants jsonb not null,
  generation integer not null default 1,
  created_at timestamp with time zone not null,
  constraint user_group_pkey PRIMARY KEY (id),
  constraint user_group_organization_id_name_key UNIQUE (organization_id, name)
);

create table user_group_member (
  group_id uuid not null,
  user_id uuid not null,
  constraint user_group_member_pkey PRIMARY KEY (group_id, user_id)
);

create table username (
  name text not null,
  user_id uuid not null,
  free_at timestamp with time zone,
  constraint username_pkey PRIMARY KEY (name)
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

alter table api_token add constraint api_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table client_secret add constraint client_secret_service_account_id_fkey FOREIGN KEY (service_account_id) REFERENCES service_account(id) ON DELETE CASCADE;

alter table custom_role add constraint custom_role_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table device_grant add constraint device_grant_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table email_change add constraint email_change_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table identity_provider add constraint identity_provider_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table impersonation add constraint impersonation_administrator_id_fkey FOREIGN KEY (administrator_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table impersonation add constraint impersonation_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table invitation add constraint invitation_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table linked_identity add constraint linked_identity_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES identity_provider(id) ON DELETE CASCADE;

alter table linked_identity add constraint linked_identity_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table membership add constraint membership_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table membership add constraint membership_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES identity_provider(id) ON DELETE SET NULL;

alter table membership add constraint membership_role_id_fkey FOREIGN KEY (role_id) REFERENCES custom_role(id);

alter table organization_token add constraint organization_token_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table passkey add constraint passkey_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table passkey_challenge add constraint passkey_challenge_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table recovery add constraint recovery_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table recovery_code add constraint recovery_code_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table refresh_token add constraint refresh_token_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;

alter table service_account add constraint service_account_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table sign_in_flow add constraint sign_in_flow_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES identity_provider(id) ON DELETE CASCADE;

alter table totp add constraint totp_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table user_group add constraint user_group_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id) ON DELETE CASCADE;

alter table user_group_member add constraint user_group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES user_group(id) ON DELETE CASCADE;

alter table user_group_member add constraint user_group_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

alter table username add constraint username_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id) ON DELETE CASCADE;

CREATE INDEX access_group_member_subject ON access_group_member USING btree (subject_id);

CREATE INDEX access_membership_subject ON access_membership USING btree (subject_id, organization_id);

CREATE INDEX access_revoked_session_at ON access_revoked_session USING btree (revoked_at);

CREATE INDEX api_token_owner ON api_token USING btree (user_id, id);

CREATE INDEX app_user_email_prefix ON app_user USING btree (email COLLATE "C" text_pattern_ops);

CREATE INDEX audit_address_at ON audit_address USING btree (at);

CREATE INDEX audit_address_subject ON audit_address USING btree (subject_id);

CREATE INDEX audit_trail_actor ON audit_trail USING btree ((((entry -> 'actor'::text) ->> 'id'::text)), entry_id);

CREATE INDEX audit_trail_chain ON audit_trail USING btree (organization_id, ((entry ->> 'service'::text)), (((entry ->> 'sequence'::text))::integer));

CREATE INDEX audit_trail_organization ON audit_trail USING btree (organization_id, entry_id);

CREATE INDEX client_secret_owner ON client_secret USING btree (service_account_id, id);

CREATE INDEX dead_letter_open ON dead_letter USING btree (key, seq) WHERE (state = ANY (ARRAY['failed'::text, 'parked'::text]));

CREATE INDEX device_grant_expires_at ON device_grant USING btree (expires_at);

CREATE INDEX idempotency_key_created_at ON idempotency_key USING btree (created_at);

CREATE INDEX identity_provider_organization ON identity_provider USING btree (organization_id, id);

CREATE INDEX impersonation_administrator ON impersonation USING btree (administrator_id);

CREATE INDEX impersonation_user ON impersonation USING btree (user_id, id);

CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

CREATE INDEX invitation_email ON invitation USING btree (email);

CREATE INDEX invitation_organization ON invitation USING btree (organization_id, id);

CREATE INDEX linked_identity_user ON linked_identity USING btree (user_id, id);

CREATE INDEX membership_role ON membership USING btree (role_id) WHERE (role_id IS NOT NULL);

CREATE INDEX membership_user ON membership USING btree (user_id, organization_id);

CREATE INDEX organization_slug_prefix ON organization USING btree (slug COLLATE "C" text_pattern_ops);

CREATE INDEX organization_token_owner ON organization_token USING btree (organization_id, id);

CREATE INDEX passkey_user ON passkey USING btree (user_id, id);

CREATE INDEX passkey_challenge_expires ON passkey_challenge USING btree (expires_at);

CREATE INDEX recovery_expires_at ON recovery USING btree (expires_at);

CREATE INDEX refresh_token_session ON refresh_token USING btree (session_id);

CREATE INDEX registration_email ON registration USING btree (email);

CREATE INDEX registration_expires_at ON registration USING btree (expires_at);

CREATE INDEX service_account_organization ON service_account USING btree (organization_id, id);

CREATE INDEX session_owner ON session USING btree (user_id, id);

CREATE INDEX sign_in_flow_expires ON sign_in_flow USING btree (expires_at);

CREATE UNIQUE INDEX signing_key_active ON signing_key USING btree (state) WHERE (state = 'active'::text);

CREATE INDEX throttle_last_at ON throttle USING btree (last_at);

CREATE INDEX user_group_member_user ON user_group_member USING btree (user_id);

CREATE INDEX username_free_at ON username USING btree (free_at) WHERE (free_at IS NOT NULL);

CREATE INDEX username_of_user ON username USING btree (user_id);

CREATE UNIQUE INDEX username_present ON username USING btree (user_id) WHERE (free_at IS NULL);

CREATE INDEX work_deadline_due ON work_deadline USING btree (due_at);

CREATE INDEX work_item_blocked ON work_item USING btree (queue, blocked_by) WHERE (blocked_by IS NOT NULL);

CREATE INDEX work_item_due ON work_item USING btree (queue, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX work_item_group ON work_item USING btree (queue, work_group, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX work_lease_expires_at ON work_lease USING btree (expires_at);

alter table audit_entry enable row level security, force row level security;

alter table audit_head enable row level security, force row level security;

alter table client_secret enable row level security, force row level security;

alter table custom_role enable row level security, force row level security;

alter table identity_provider enable row level security, force row level security;

alter table invitation enable row level security, force row level security;

alter table membership enable row level security, force row level security;

alter table organization_token enable row level security, force row level security;

alter table service_account enable row level security, force row level security;

alter table user_group enable row level security, force row level security;

alter table user_group_member enable row level security, force row level security;

create policy organization on audit_entry as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on audit_head as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on client_secret as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM service_account whole
  WHERE (whole.id = client_secret.service_account_id)))));

create policy organization on custom_role as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on identity_provider as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on invitation as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on membership as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on organization_token as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on service_account as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on user_group as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on user_group_member as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM user_group whole
  WHERE (whole.id = user_group_member.group_id)))));
