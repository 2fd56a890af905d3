import { BuildFailure, storageFull } from '../builds/build-failure.js';
import type { CommandEnd } from './command-runner.js';

const outOfMemory = (memoryMib: number, evidence: readonly string[]): BuildFailure =>
  new BuildFailure(
    'build_out_of_memory',
    `The build needed more than the ${memoryMib} MiB of memory that it may use.`,
    'Make the build need less memory, or ask an administrator to raise BUILD_MEMORY_MIB.',
    evidence,
  );

/** Why a command that did not end with 0 failed; null when it succeeded. An abort is thrown as such: who aborted knows why. */
export function failureOfCommand(
  name: 'install' | 'build',
  end: CommandEnd,
  tail: readonly string[],
  memoryMib: number,
): Error | null {
  const text = tail.join('\n');
  if (end.stopped === 'aborted') return new DOMException('the build was aborted', 'AbortError');
  if (end.stopped === 'memory') return outOfMemory(memoryMib, tail);
  if (end.stopped === 'disk') return storageFull(tail);
  if (end.exitCode === 0) return null;
  if (/ENOSPC|no space left on device|disk quota exceeded/i.test(text)) return storageFull(tail);
  // 137: killed by the kernel for want of memory; 134 with this text: V8 gave up.
  if (end.signal === 'SIGKILL' || end.exitCode === 137 || /heap out of memory|MemoryError/.test(text))
    return outOfMemory(memoryMib, tail);
  const how =
    end.exitCode === null ? `was ended by ${end.signal ?? 'the system'}` : `ended with exit code ${end.exitCode}`;
  return new BuildFailure(
    'build_failed',
    `The ${name} command ${how}.`,
    `Correct what the last lines of the log show; run the same ${name} command on your own machine to try.`,
    tail,
  );
}
