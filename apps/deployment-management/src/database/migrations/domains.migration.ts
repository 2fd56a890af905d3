import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `create table domain (
     id uuid primary key,
     workload_id uuid not null references workload,
     organization_id uuid not null,
     host text not null,
     token text not null,
     state text not null default 'pending',
     cause text,
     message text,
     proof text,
     verified_at timestamptz,
     checked_at timestamptz,
     claimed_at timestamptz not null,
     released_at timestamptz,
     released_generation int,
     deleted_at timestamptz,
     created_at timestamptz not null,
     constraint domain_state check (state in ('pending', 'verified', 'ready', 'failed')),
     constraint domain_proven check ((state in ('verified', 'ready')) = (verified_at is not null)),
     constraint domain_proof check ((proof is not null) = (verified_at is not null))
   )`,
  `create unique index domain_holder on domain (host) where verified_at is not null`,
  `create unique index domain_claim on domain (organization_id, host) where deleted_at is null`,
  `create index domain_workload on domain (workload_id)`,
  `create index domain_waiting on domain (host) where state = 'pending'`,
];

/** Hosts of customers. Anybody may ask for any; one at a time has it, until no runtime leads it there any more. */
export class Domains1763800000470 implements MigrationInterface {
  readonly name = 'Domains1763800000470';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table domain');
  }
}
