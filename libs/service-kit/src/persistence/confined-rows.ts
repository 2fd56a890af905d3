import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ORGANIZATIONS } from './confinement.js';

/** Migrations of the past ask for it: another shape of a policy is another class. */
const policy = `coalesce(organization_id = any (nullif(current_setting('${ORGANIZATIONS}', true), '')::uuid[]), true)`;

/** Of a row that belongs to another one: it is found where that one is. The policy of that one is asked, where any is set. */
const partPolicy = ({ table, key, of, its = 'id' }: Part): string =>
  `nullif(current_setting('${ORGANIZATIONS}', true), '') is null
   or exists (select from ${of} whole where whole.${its} = ${table}.${key})`;

/** A table whose rows say by `key` to which row of `of` they belong, by its `id` when nothing else is said. */
export interface Part {
  readonly table: string;
  readonly key: string;
  readonly of: string;
  readonly its?: string;
}

/**
 * A request that is confined to organizations sees and writes in some tables their rows alone, and what belongs to no
 * organization. The owner of the tables, as which a service connects, is bound too. Each table by itself, outside of a
 * transaction: nothing that a replica of before is about to do can be in the way of two of them.
 */
abstract class Policies implements MigrationInterface {
  abstract readonly name: string;
  readonly transaction = false;
  protected abstract readonly policies: Readonly<Record<string, string>>;

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, using] of Object.entries(this.policies))
      await runner.query(
        `drop policy if exists organization on ${table};
         create policy organization on ${table} using (${using});
         alter table ${table} enable row level security, force row level security`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of Object.keys(this.policies))
      await runner.query(
        `drop policy if exists organization on ${table};
         alter table ${table} disable row level security, no force row level security`,
      );
  }
}

/** Confines tables of which each row says its organization. */
export abstract class ConfineRows extends Policies {
  protected abstract readonly tables: readonly string[];
  protected get policies(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.tables.map((table) => [table, policy]));
  }
}

/** Confines tables whose rows belong to rows of tables that are confined. A row is made after the one that it belongs to, not with it. */
export abstract class ConfineParts extends Policies {
  protected abstract readonly parts: readonly Part[];
  protected get policies(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.parts.map((part) => [part.table, partPolicy(part)]));
  }
}
