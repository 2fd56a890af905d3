import { isDeepStrictEqual } from 'node:util';
import { type ReconcileContext, WorkQueue } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import { DECLARATIONS, type DeclarationRow, keyOfPlace, type Place } from './declaration.js';
import { DeclarationsRepository } from './declarations.repository.js';

/** Writes down what was made of an object, and brings on what waits for it. */
@Injectable()
export class DeclarationRecords {
  constructor(
    private readonly declarations: DeclarationsRepository,
    private readonly queue: WorkQueue,
  ) {}

  find(key: string): Promise<DeclarationRow | undefined> {
    return this.declarations.find(key);
  }

  /** Nothing when nothing changed. */
  async save(
    context: ReconcileContext,
    place: Place,
    held: DeclarationRow | undefined,
    row: Omit<DeclarationRow, 'key'>,
  ): Promise<void> {
    if (isDeepStrictEqual({ ...row, key: keyOfPlace(place) }, held)) return;
    const isNew = row.targetId !== null && held?.targetId !== row.targetId;
    await context.transaction(async (tx) => {
      await this.declarations.save(tx, place, { ...row, key: keyOfPlace(place) });
      if (isNew) await this.queue.enqueueAll(tx, DECLARATIONS, await this.declarations.waitingBeside(tx, place));
    });
  }

  /** What it declared stays. */
  async forget(context: ReconcileContext, held: DeclarationRow | undefined): Promise<void> {
    if (held) await context.transaction((tx) => this.declarations.forget(tx, held.key));
  }
}
