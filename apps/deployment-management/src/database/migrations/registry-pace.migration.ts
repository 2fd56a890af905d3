import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a registry that was away is asked again, apart from when its workload is looked at. */
export class RegistryPace1763800000430 implements MigrationInterface {
  readonly name = 'RegistryPace1763800000430';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment add column ask_again_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment drop column ask_again_at');
  }
}
