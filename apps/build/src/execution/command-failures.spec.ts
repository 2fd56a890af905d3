import { describe, expect, it } from '@jest/globals';
import { failureOfCommand } from './command-failures.js';
import type { CommandEnd } from './command-runner.js';

const ended = (end: Partial<CommandEnd>): CommandEnd => ({
  exitCode: null,
  signal: null,
  stopped: null,
  notStarted: false,
  ...end,
});

describe('why a command failed', () => {
  it('is nothing when it succeeded, whatever it printed', () => {
    expect(failureOfCommand('build', ended({ exitCode: 0 }), ['ENOSPC'], 512)).toBeNull();
  });

  it.each<[string, Partial<CommandEnd>, string[], string]>([
    ['an exit code', { exitCode: 1 }, ['npm error missing script'], 'build_failed'],
    ['a signal of its own', { signal: 'SIGSEGV' }, [], 'build_failed'],
    ['no such program', { exitCode: 127 }, ['sh: 1: make: not found'], 'build_failed'],
    ['a program that could not be started', { notStarted: true }, [], 'build_failed'],
    ['too much memory, as we saw it', { signal: 'SIGKILL', stopped: 'memory' }, [], 'build_out_of_memory'],
    ['the kernel, for want of memory', { signal: 'SIGKILL' }, [], 'build_out_of_memory'],
    ['the kernel, told by a shell', { exitCode: 137 }, ['Killed'], 'build_out_of_memory'],
    ['V8', { exitCode: 134 }, ['FATAL ERROR: JavaScript heap out of memory'], 'build_out_of_memory'],
    ['Python', { exitCode: 1 }, ['MemoryError'], 'build_out_of_memory'],
    ['little disk, as we saw it', { signal: 'SIGKILL', stopped: 'disk' }, [], 'storage_full'],
    ['npm, without disk', { exitCode: 228 }, ['npm error code ENOSPC'], 'storage_full'],
    ['tar, without disk', { exitCode: 2 }, ['tar: write error: No space left on device'], 'storage_full'],
    ['a quota', { exitCode: 1 }, ['cp: Disk quota exceeded'], 'storage_full'],
  ])('is told by %s', (_, end, tail, cause) => {
    const failure = failureOfCommand('install', ended(end), tail, 512);
    expect(failure).toMatchObject({ cause, nextStep: expect.stringMatching(/./) });
    expect((failure as unknown as { evidence: string[] }).evidence).toEqual(tail);
  });

  it('names the command and how it ended', () => {
    expect(failureOfCommand('install', ended({ exitCode: 7 }), [], 512)?.message).toBe(
      'The install command ended with exit code 7.',
    );
    expect(failureOfCommand('build', ended({ signal: 'SIGTERM' }), [], 512)?.message).toBe(
      'The build command was ended by SIGTERM.',
    );
  });

  it('is an abort when we aborted it, and then nothing else counts', () => {
    const failure = failureOfCommand('build', ended({ signal: 'SIGKILL', stopped: 'aborted' }), ['ENOSPC'], 512);
    expect(failure?.name).toBe('AbortError');
  });
});
