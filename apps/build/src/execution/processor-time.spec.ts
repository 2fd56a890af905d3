import { execFileSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { measured, ProcessorMeter, reportedMilliseconds } from './processor-time.js';

describe('what a shell says about processor time', () => {
  it.each([
    ['0m0.00s 0m0.00s\n0m1.25s 0m0.50s\n', 1_750],
    ['0m0.010000s 0m0.020000s\n61m2.000000s 0m0.000000s\n', 3_662_030],
    ['what somebody else wrote 9m9s\n0m0.00s 0m0.00s\n0m0.10s 0m0.00s\n', 100],
    ['', 0],
    ['nothing of the kind', 0],
  ])('%j is %d ms', (report, milliseconds) => expect(reportedMilliseconds(report)).toBe(milliseconds));
});

describe('a measured program', () => {
  const run = (command: string) => {
    const [file, ...given] = measured('/bin/sh', ['-c', command]);
    return () => execFileSync(file, given, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] }).toString();
  };

  it('prints what it prints', () => expect(run('printf "%s" "a b"')()).toBe('a b'));
  it('ends as it ends', () => expect(run('exit 7')).toThrow(expect.objectContaining({ status: 7 })));
  it('cannot write where its time is told', () => expect(run('echo 9m9s >&3')).toThrow());
});

describe('a meter', () => {
  const nobody = 0x7fff_ffff;

  it('tells what the shell said, once', async () => {
    const told: number[] = [];
    const meter = new ProcessorMeter(nobody, async (each) => void told.push(each));
    const stream = new PassThrough();
    stream.write('0m0.00s 0m0.00s\n0m2.');
    stream.end('00s 0m0.00s\n');
    await meter.listen(stream);
    await meter.finish();
    await meter.finish();
    expect(told).toEqual([2_000]);
  });

  it('tells nothing where nothing was used', async () => {
    const told: number[] = [];
    const meter = new ProcessorMeter(nobody, async (each) => void told.push(each));
    await meter.look();
    await meter.finish();
    expect(told).toEqual([]);
  });

  it('does not count less than it saw, whatever it is told in the end', async () => {
    const told: number[] = [];
    // This process has used more than a second by now, or will have.
    while (process.cpuUsage().user < 1_100_000) for (let step = 0; step < 1e6; step++) Math.sqrt(step);
    const meter = new ProcessorMeter(process.pid, async (each) => void told.push(each));
    await meter.look();
    const stream = new PassThrough();
    stream.end('0m0.00s 0m0.00s\n0m0.00s 0m0.00s\n');
    await meter.listen(stream);
    await meter.finish();
    expect(told).toEqual([expect.any(Number)]);
    expect(told[0]).toBeGreaterThanOrEqual(1_000);
  });

  it('tells again what could not be kept', async () => {
    let attempts = 0;
    const meter = new ProcessorMeter(nobody, async () => {
      attempts++;
      if (attempts === 1) throw new Error('the database is away');
    });
    const stream = new PassThrough();
    stream.end('0m0.00s 0m0.00s\n0m0.10s 0m0.00s\n');
    await meter.listen(stream);
    await expect(meter.finish()).rejects.toThrow('away');
    await meter.finish();
    expect(attempts).toBe(2);
  });
});
