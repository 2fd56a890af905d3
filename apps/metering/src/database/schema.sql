create extension btree_gist;

create table accepted_event (
  seq bigint generated always as identity not null,
  source text not null,
  id uuid not null,
  type text not null,
  workload_id uuid not null,
  epoch integer not null,
  version integer not null,
  is_snapshot boolean not null,
  time timestamp with time zone not null,
  accepted_at timestamp with time zone not null,
  data json not null,
  constraint accepted_event_pkey PRIMARY KEY (seq),
  constraint accepted_event_id_source_key UNIQUE (id, source)
);

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

create table agreement (
  organization_id uuid not null,
  number integer not null,
  valid_from timestamp with time zone not null,
  book_id uuid not null,
  terms jsonb not null,
  constraint agreement_pkey PRIMARY KEY (organization_id, number),
  constraint agreement_number_check CHECK ((number > 0)),
  constraint agreement_organization_id_valid_from_key UNIQUE (organization_id, valid_from)
);

create table allocation_gap (
  workload_id uuid not null,
  organization_id uuid not null,
  applied_version integer not null,
  seen_version integer not null,
  since timestamp with time zone not null,
  constraint allocation_gap_pkey PRIMARY KEY (workload_id)
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

create table billing_account (
  organization_id uuid not null,
  time_zone text not null,
  book_id uuid not null,
  issuer text not null default 'BERTH'::text,
  taxes jsonb not null default '[]'::jsonb,
  open_since timestamp with time zone not null default now(),
  has_invoices boolean not null default false,
  due_at timestamp with time zone not null default now(),
  blocked text,
  country text,
  tax_id text,
  bill_to jsonb,
  constraint billing_account_pkey PRIMARY KEY (organization_id)
);

create table budget (
  id uuid not null,
  organization_id uuid not null,
  project_id uuid,
  environment_id uuid,
  name text not null,
  amount numeric(30,0) not null,
  currency text not null,
  thresholds integer[] not null,
  is_cap boolean not null,
  grace_minutes integer not null,
  month text not null,
  spent numeric(30,0) not null default 0,
  forecast numeric(30,0) not null default 0,
  looked_at timestamp with time zone,
  stage text not null default 'open'::text,
  stage_at timestamp with time zone,
  due_at timestamp with time zone not null,
  constraint budget_pkey PRIMARY KEY (id),
  constraint budget_amount_check CHECK ((amount > (0)::numeric)),
  constraint budget_grace_minutes_check CHECK ((grace_minutes > 0))
);

create table budget_alert (
  budget_id uuid not null,
  month text not null,
  threshold integer not null,
  constraint budget_alert_pkey PRIMARY KEY (budget_id, month, threshold)
);

create table coupon (
  code text not null,
  name text not null,
  currency text,
  amount numeric(30,0),
  credit_days integer,
  redemption_limit integer,
  redeemed integer not null default 0,
  ends_at timestamp with time zone,
  created_at timestamp with time zone not null,
  percent text,
  months integer,
  applies_to text[],
  constraint coupon_pkey PRIMARY KEY (code),
  constraint coupon_amount_check CHECK ((amount > (0)::numeric)),
  constraint coupon_check CHECK (((redeemed >= 0) AND (redeemed <= redemption_limit))),
  constraint coupon_credit_days_check CHECK ((credit_days > 0)),
  constraint coupon_months_check CHECK ((months > 0)),
  constraint coupon_redemption_limit_check CHECK ((redemption_limit > 0)),
  constraint coupon_value CHECK (
CASE
    WHEN (percent IS NULL) THEN ((currency IS NOT NULL) AND (amount IS NOT NULL) AND (months IS NULL) AND (applies_to IS NULL))
    ELSE ((currency IS NULL) AND (amount IS NULL) AND (credit_days IS NULL))
END)
);

create table coupon_discount (
  id uuid not null,
  organization_id uuid not null,
  name text not null,
  percent text not null,
  applies_to text[],
  coupon text not null,
  first_month text not null,
  last_month text,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint coupon_discount_pkey PRIMARY KEY (id),
  constraint coupon_discount_check CHECK ((last_month >= first_month)),
  constraint coupon_discount_organization_id_coupon_key UNIQUE (organization_id, coupon)
);

create table credit (
  id uuid not null,
  organization_id uuid not null,
  name text not null,
  currency text not null,
  amount numeric(30,0) not null,
  expires_at timestamp with time zone,
  coupon text,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint credit_pkey PRIMARY KEY (id),
  constraint credit_amount_check CHECK ((amount > (0)::numeric)),
  constraint credit_organization_id_coupon_key UNIQUE (organization_id, coupon)
);

create table credit_note (
  id uuid not null,
  invoice_id uuid not null,
  organization_id uuid not null,
  number text not null,
  issued_at timestamp with time zone not null,
  document text not null,
  sha256 text not null,
  constraint credit_note_pkey PRIMARY KEY (id),
  constraint credit_note_invoice_id_key UNIQUE (invoice_id),
  constraint credit_note_number_key UNIQUE (number)
);

create table credit_use (
  credit_id uuid not null,
  invoice_id uuid not null,
  amount numeric(30,0) not null,
  constraint credit_use_pkey PRIMARY KEY (credit_id, invoice_id),
  constraint credit_use_amount_check CHECK ((amount > (0)::numeric))
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

create table hourly_total (
  resource_id bigint not null,
  hour timestamp with time zone not null,
  used bigint not null,
  constraint hourly_total_pkey PRIMARY KEY (resource_id, hour)
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

create table invoice (
  id uuid not null,
  organization_id uuid not null,
  month text not null,
  number text not null,
  issuer text not null,
  status text not null,
  currency text not null,
  due text not null,
  issued_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  voided_at timestamp with time zone,
  period_to timestamp with time zone not null,
  document text not null,
  sha256 text not null,
  cut bigint not null,
  rated jsonb not null,
  rated_cut bigint not null,
  constraint invoice_pkey PRIMARY KEY (id),
  constraint invoice_after_its_period CHECK ((issued_at >= period_to)),
  constraint invoice_number_key UNIQUE (number),
  constraint invoice_organization_id_month_key UNIQUE (organization_id, month),
  constraint invoice_status_check CHECK ((status = ANY (ARRAY['issued'::text, 'paid'::text, 'void'::text])))
);

create table invoice_issuer (
  issuer text not null,
  last_number bigint not null,
  profile jsonb,
  days_to_pay integer,
  constraint invoice_issuer_pkey PRIMARY KEY (issuer),
  constraint invoice_issuer_days_to_pay_check CHECK ((days_to_pay >= 0))
);

create table late_usage (
  organization_id uuid not null,
  since timestamp with time zone not null,
  constraint late_usage_pkey PRIMARY KEY (organization_id)
);

create table measured_usage (
  source text not null,
  event_id uuid not null,
  process_type text not null,
  organization_id uuid not null,
  project_id uuid not null,
  environment_id uuid not null,
  app_id uuid not null,
  workload_id uuid not null,
  hour timestamp with time zone not null,
  millicore_milliseconds numeric not null,
  byte_milliseconds numeric not null,
  measured_milliseconds bigint not null,
  constraint measured_usage_pkey PRIMARY KEY (event_id, source, process_type),
  constraint measured_usage_byte_milliseconds_check CHECK ((byte_milliseconds >= (0)::numeric)),
  constraint measured_usage_measured_milliseconds_check CHECK ((measured_milliseconds > 0)),
  constraint measured_usage_millicore_milliseconds_check CHECK ((millicore_milliseconds >= (0)::numeric))
);

create table metered_resource (
  id bigint generated always as identity not null,
  workload_id uuid not null,
  organization_id uuid not null,
  project_id uuid not null,
  environment_id uuid not null,
  app_id uuid not null,
  cluster text not null,
  release integer not null,
  process_type text not null,
  cpu_millicores integer not null,
  memory_mib integer not null,
  storage_bytes bigint not null default 0,
  build_millicores integer not null default 0,
  egress_bytes integer not null default 0,
  domains integer not null default 0,
  constraint metered_resource_pkey PRIMARY KEY (id),
  constraint metered_resource_is_one UNIQUE (workload_id, cluster, release, process_type, cpu_millicores, memory_mib, storage_bytes, build_millicores, egress_bytes, domains)
);

create table metered_workload (
  workload_id uuid not null,
  organization_id uuid not null,
  epoch integer not null,
  version integer not null,
  effective_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  seen_epoch integer not null,
  seen_version integer not null,
  runs boolean not null default false,
  heard_at timestamp with time zone not null default now(),
  asked_at timestamp with time zone,
  accepted_seq bigint not null default 0,
  is_volume boolean not null default false,
  constraint metered_workload_pkey PRIMARY KEY (workload_id)
);

create table outbox (
  seq bigint generated always as identity not null,
  topic text not null,
  key text not null,
  event json not null,
  created_at timestamp with time zone not null default now(),
  constraint outbox_pkey PRIMARY KEY (seq)
);

create table payment (
  id uuid not null,
  invoice_id uuid not null,
  organization_id uuid not null,
  attempt integer not null,
  provider text not null,
  amount text not null,
  currency text not null,
  state text not null,
  reference text,
  pay_at text,
  failure text,
  is_surplus boolean not null default false,
  asked_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  due_at timestamp with time zone,
  looks integer not null default 0,
  constraint payment_pkey PRIMARY KEY (id),
  constraint payment_check CHECK (((due_at IS NULL) = (state = ANY (ARRAY['paid'::text, 'failed'::text, 'withdrawn'::text])))),
  constraint payment_invoice_id_attempt_key UNIQUE (invoice_id, attempt),
  constraint payment_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'pending'::text, 'paid'::text, 'failed'::text, 'withdrawn'::text])))
);

create table place_labels (
  organization_id uuid not null,
  place_id uuid not null,
  epoch integer not null,
  version integer not null,
  since timestamp with time zone not null,
  labels jsonb not null,
  constraint place_labels_pkey PRIMARY KEY (organization_id, place_id, epoch, version)
);

create table place_name (
  organization_id uuid not null,
  id uuid not null,
  name text not null,
  constraint place_name_pkey PRIMARY KEY (organization_id, id)
);

create table price_book (
  id uuid not null,
  name text not null,
  currency text not null,
  rounding text not null default 'half-even'::text,
  constraint price_book_pkey PRIMARY KEY (id),
  constraint price_book_name_key UNIQUE (name),
  constraint price_book_rounding_check CHECK ((rounding = ANY (ARRAY['half-even'::text, 'half-up'::text])))
);

create table price_book_version (
  book_id uuid not null,
  version integer not null,
  valid_from timestamp with time zone not null,
  prices jsonb not null,
  constraint price_book_version_pkey PRIMARY KEY (book_id, version),
  constraint price_book_version_book_id_valid_from_key UNIQUE (book_id, valid_from),
  constraint price_book_version_version_check CHECK ((version > 0))
);

create table producer_epoch (
  one boolean not null default true,
  epoch integer not null default 0,
  began_at timestamp with time zone,
  database text,
  constraint producer_epoch_pkey PRIMARY KEY (one),
  constraint producer_epoch_one_check CHECK (one)
);

create table snapshot_run (
  aggregate text not null,
  next_cursor text,
  constraint snapshot_run_pkey PRIMARY KEY (aggregate)
);

create table span (
  id bigint generated always as identity not null,
  resource_id bigint not null,
  instances integer not null,
  during tstzrange not null,
  constraint span_pkey PRIMARY KEY (id),
  constraint span_during_check CHECK (((NOT isempty(during)) AND lower_inc(during) AND (NOT upper_inc(during)))),
  constraint span_instances_check CHECK ((instances > 0)),
  constraint span_no_overlap EXCLUDE USING gist (resource_id WITH =, during WITH &&)
);

create table tax_rule (
  id uuid not null,
  issuer text not null,
  country text not null,
  customers text not null,
  tax_id text not null,
  name text not null,
  percent text,
  valid_from timestamp with time zone not null,
  constraint tax_rule_pkey PRIMARY KEY (id),
  constraint tax_rule_issuer_country_customers_tax_id_valid_from_key UNIQUE (issuer, country, customers, tax_id, valid_from)
);

create table uncounted_use (
  workload_id uuid not null,
  organization_id uuid not null,
  cluster text not null,
  metric text not null,
  since timestamp with time zone not null,
  constraint uncounted_use_pkey PRIMARY KEY (workload_id, cluster, metric)
);

create table usage_anomaly (
  id bigint generated always as identity not null,
  workload_id uuid not null,
  organization_id uuid not null,
  kind text not null,
  epoch integer not null,
  version integer not null,
  detail jsonb not null,
  constraint usage_anomaly_pkey PRIMARY KEY (id)
);

create table usage_check (
  workload_id uuid not null,
  epoch integer not null,
  version integer not null,
  at timestamp with time zone,
  constraint usage_check_pkey PRIMARY KEY (workload_id)
);

create table usage_drift (
  subject uuid not null,
  organization_id uuid not null,
  stage text not null,
  detail text not null,
  since timestamp with time zone not null,
  constraint usage_drift_pkey PRIMARY KEY (subject),
  constraint usage_drift_stage_check CHECK ((stage = ANY (ARRAY['spans'::text, 'rating'::text])))
);

create table usage_waiver (
  organization_id uuid not null,
  month text not null,
  metric text not null,
  reason text not null,
  waived_by uuid not null,
  waived_at timestamp with time zone not null,
  constraint usage_waiver_pkey PRIMARY KEY (organization_id, month, metric)
);

create table webhook (
  id uuid not null,
  organization_id uuid not null,
  url text not null,
  events text[] not null,
  secret bytea not null,
  former_secret bytea,
  former_until timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint webhook_pkey PRIMARY KEY (id)
);

create table webhook_delivery (
  id uuid not null,
  webhook_id uuid not null,
  event_id uuid not null,
  type text not null,
  payload text not null,
  state text not null default 'pending'::text,
  attempts integer not null default 0,
  due_at timestamp with time zone not null,
  failure text,
  created_at timestamp with time zone not null,
  constraint webhook_delivery_pkey PRIMARY KEY (id),
  constraint webhook_delivery_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text]))),
  constraint webhook_delivery_webhook_id_event_id_key UNIQUE (webhook_id, event_id)
);

alter table agreement add constraint agreement_book_id_fkey FOREIGN KEY (book_id) REFERENCES price_book(id);

alter table allocation_gap add constraint allocation_gap_workload_id_fkey FOREIGN KEY (workload_id) REFERENCES metered_workload(workload_id);

alter table billing_account add constraint billing_account_book_id_fkey FOREIGN KEY (book_id) REFERENCES price_book(id);

alter table budget_alert add constraint budget_alert_budget_id_fkey FOREIGN KEY (budget_id) REFERENCES budget(id) ON DELETE CASCADE;

alter table coupon_discount add constraint coupon_discount_coupon_fkey FOREIGN KEY (coupon) REFERENCES coupon(code);

alter table credit add constraint credit_coupon_fkey FOREIGN KEY (coupon) REFERENCES coupon(code);

alter table credit_note add constraint credit_note_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id);

alter table credit_use add constraint credit_use_credit_id_fkey FOREIGN KEY (credit_id) REFERENCES credit(id);

alter table credit_use add constraint credit_use_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id);

alter table payment add constraint payment_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id);

alter table price_book_version add constraint price_book_version_book_id_fkey FOREIGN KEY (book_id) REFERENCES price_book(id);

alter table span add constraint span_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES metered_resource(id);

alter table webhook_delivery add constraint webhook_delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhook(id) ON DELETE CASCADE;

CREATE INDEX accepted_event_workload ON accepted_event USING btree (workload_id, epoch, version);

CREATE INDEX access_group_member_subject ON access_group_member USING btree (subject_id);

CREATE INDEX access_membership_subject ON access_membership USING btree (subject_id, organization_id);

CREATE INDEX access_revoked_session_at ON access_revoked_session USING btree (revoked_at);

CREATE INDEX allocation_gap_organization ON allocation_gap USING btree (organization_id);

CREATE INDEX allocation_gap_since ON allocation_gap USING btree (since);

CREATE INDEX billing_account_blocked ON billing_account USING btree (organization_id) WHERE (blocked IS NOT NULL);

CREATE INDEX billing_account_due ON billing_account USING btree (due_at);

CREATE INDEX budget_due ON budget USING btree (due_at);

CREATE INDEX budget_organization ON budget USING btree (organization_id, id);

CREATE INDEX coupon_discount_organization ON coupon_discount USING btree (organization_id, id);

CREATE INDEX credit_organization ON credit USING btree (organization_id, id);

CREATE INDEX dead_letter_open ON dead_letter USING btree (key, seq) WHERE (state = ANY (ARRAY['failed'::text, 'parked'::text]));

CREATE INDEX idempotency_key_created_at ON idempotency_key USING btree (created_at);

CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

CREATE INDEX invoice_organization ON invoice USING btree (organization_id, id);

CREATE INDEX measured_usage_of_organization ON measured_usage USING btree (organization_id, hour);

CREATE INDEX metered_resource_organization ON metered_resource USING btree (organization_id);

CREATE INDEX metered_workload_of_organization ON metered_workload USING btree (organization_id);

CREATE INDEX metered_workload_organization ON metered_workload USING btree (organization_id, heard_at) WHERE runs;

CREATE INDEX metered_workload_silence ON metered_workload USING btree (heard_at) WHERE runs;

CREATE INDEX payment_due ON payment USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE UNIQUE INDEX payment_open ON payment USING btree (invoice_id) WHERE (state = ANY (ARRAY['asked'::text, 'pending'::text]));

CREATE INDEX payment_organization ON payment USING btree (organization_id, id);

CREATE UNIQUE INDEX payment_reference ON payment USING btree (reference);

CREATE INDEX span_open ON span USING btree (resource_id) WHERE upper_inf(during);

CREATE INDEX uncounted_use_organization ON uncounted_use USING btree (organization_id);

CREATE INDEX usage_anomaly_organization ON usage_anomaly USING btree (organization_id, id);

CREATE INDEX usage_anomaly_workload ON usage_anomaly USING btree (workload_id);

CREATE INDEX webhook_organization ON webhook USING btree (organization_id, id);

CREATE INDEX webhook_delivery_due ON webhook_delivery USING btree (due_at) WHERE (state = 'pending'::text);

CREATE INDEX webhook_delivery_ended ON webhook_delivery USING btree (created_at) WHERE (state <> 'pending'::text);

CREATE INDEX webhook_delivery_webhook ON webhook_delivery USING btree (webhook_id, id);

alter table agreement enable row level security, force row level security;

alter table allocation_gap enable row level security, force row level security;

alter table audit_entry enable row level security, force row level security;

alter table billing_account enable row level security, force row level security;

alter table budget enable row level security, force row level security;

alter table budget_alert enable row level security, force row level security;

alter table coupon_discount enable row level security, force row level security;

alter table credit enable row level security, force row level security;

alter table credit_note enable row level security, force row level security;

alter table credit_use enable row level security, force row level security;

alter table invoice enable row level security, force row level security;

alter table late_usage enable row level security, force row level security;

alter table measured_usage enable row level security, force row level security;

alter table metered_resource enable row level security, force row level security;

alter table metered_workload enable row level security, force row level security;

alter table payment enable row level security, force row level security;

alter table place_labels enable row level security, force row level security;

alter table place_name enable row level security, force row level security;

alter table uncounted_use enable row level security, force row level security;

alter table usage_anomaly enable row level security, force row level security;

alter table usage_drift enable row level security, force row level security;

alter table usage_waiver enable row level security, force row level security;

alter table webhook enable row level security, force row level security;

alter table webhook_delivery enable row level security, force row level security;

create policy organization on agreement as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on allocation_gap as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on audit_entry as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on billing_account as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on budget as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on budget_alert as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM budget whole
  WHERE (whole.id = budget_alert.budget_id)))));

create policy organization on coupon_discount as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on credit as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on credit_note as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on credit_use as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM credit whole
  WHERE (whole.id = credit_use.credit_id)))));

create policy organization on invoice as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on late_usage as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on measured_usage as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on metered_resource as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on metered_workload as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on payment as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on place_labels as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on place_name as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on uncounted_use as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on usage_anomaly as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on usage_drift as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on usage_waiver as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on webhook as permissive for all using (COALESCE((organization_id = ANY ((NULLIF(current_setting('berth.organizations'::text, true), ''::text))::uuid[])), true));

create policy organization on webhook_delivery as permissive for all using (((NULLIF(current_setting('berth.organizations'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM webhook whole
  WHERE (whole.id = webhook_delivery.webhook_id)))));
