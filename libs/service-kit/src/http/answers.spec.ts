import 'reflect-metadata';
import { SetMetadata } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Answers } from './answers.js';

const note = z.object({ text: z.string() });

class NotesController {
  private readonly prefix = 'a ';

  @SetMetadata('above', true)
  @Answers(note)
  @SetMetadata('below', true)
  show(text: unknown): unknown {
    return text === undefined ? undefined : { text: typeof text === 'string' ? this.prefix + text : text, hidden: 1 };
  }
}

const notes = new NotesController();

describe('what a route declares to answer', () => {
  it('leaves with what the schema names and nothing else', async () => {
    await expect(notes.show('note')).resolves.toEqual({ text: 'a note' });
  });

  it('is an error of the platform when the schema does not fit, and names no value', async () => {
    const error = await Promise.resolve(notes.show(4711)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain('4711');
  });

  it('is nothing when the handler has answered by itself', async () => {
    await expect(notes.show(undefined)).resolves.toBeUndefined();
  });

  it('changes nothing of what other decorators say about the handler, above it or below', () => {
    const handler = Object.getOwnPropertyDescriptor(NotesController.prototype, 'show')?.value as { name: string };
    expect(['above', 'below'].map((key) => Reflect.getMetadata(key, handler) as unknown)).toEqual([true, true]);
    expect(handler.name).toBe('show');
  });
});
