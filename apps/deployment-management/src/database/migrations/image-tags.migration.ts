import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the tag of a deployment's image means, and since when its registry is asked. */
export class ImageTags1763800000290 implements MigrationInterface {
  readonly name = 'ImageTags1763800000290';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment add column image_digest text, add column asked_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment drop column image_digest, drop column asked_since');
  }
}
