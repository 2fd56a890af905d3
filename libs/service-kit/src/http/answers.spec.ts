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

  @Answers(note)
  showLater(text: unknown): Promise<unknown> {
    return Promise.resolve({ text, hidden: 1 });
  }
}

const notes = new NotesController();

describe('what a route declares to answer', () => {
  it('leaves with what the schema names and nothing else', async () => {
    expect(notes.show('note')).toEqual({ text: 'a note' });
    await expect(notes.showLater('a note')).resolves.toEqual({ text: 'a note' });
  });

  it('is an error of the platform when the schema does not fit, and names no value', async () => {
    expect(() => notes.show(4711)).toThrow('the answer of show is not what it declares');
    const error = await notes.showLater(4711).catch((thrown: unknown) => thrown);
    expect(String(error)).toBe('Error: the answer of showLater is not what it declares');
  });

  it('is nothing when the handler has answered by itself', () => {
    expect(notes.show(undefined)).toBeUndefined();
  });

  it('changes nothing of what other decorators say about the handler, above it or below', () => {
    const handler = Object.getOwnPropertyDescriptor(NotesController.prototype, 'show')?.value as { name: string };
    expect(['above', 'below'].map((key) => Reflect.getMetadata(key, handler) as unknown)).toEqual([true, true]);
    expect(handler.name).toBe('show');
  });
});
