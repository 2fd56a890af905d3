import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that chooses ports is no library
import { freePorts } from '../../../tools/free-ports.mjs';
import { PodFiguresSource } from '../src/runtime/prometheus/pod-figures-source.js';
import { prometheusAt } from '../src/runtime/prometheus/prometheus-at.js';
import { statisticsCheck } from '../src/runtime/prometheus/statistics-check.js';
import { statisticsCondition } from '../src/runtime/prometheus/statistics-condition.js';

const run = promisify(execFile);
const never = new AbortController().signal;
const [STEP, BEFORE, AFTER] = [15, 600, 3_600];

/** A series that is `start` and grows by `each` a second. */
interface Series {
  readonly metric: string;
  readonly labels: string;
  readonly start?: number;
  readonly each?: number;
}

const container = (name: string, labels = '') => `namespace="shop",pod="web-1",container="${name}"${labels}`;
const network = (device: string) => `namespace="shop",pod="web-1",interface="${device}"`;
const counters = [
  'container_cpu_usage_seconds_total',
  'container_network_receive_bytes_total',
  'container_network_transmit_bytes_total',
];

const series: readonly Series[] = [
  { metric: 'container_cpu_usage_seconds_total', labels: container('web', ',job="one"'), each: 0.25 },
  // The same, seen by a second collector, and what is counted apart: the pod as a whole, its sandbox, somebody else's.
  { metric: 'container_cpu_usage_seconds_total', labels: container('web', ',job="two"'), each: 0.25 },
  { metric: 'container_cpu_usage_seconds_total', labels: container('sidecar'), each: 0.05 },
  { metric: 'container_cpu_usage_seconds_total', labels: container(''), each: 9 },
  { metric: 'container_cpu_usage_seconds_total', labels: container('POD'), each: 9 },
  {
    metric: 'container_cpu_usage_seconds_total',
    labels: 'namespace="other",pod="web-1",container="web"',
    each: 9,
  },
  { metric: 'container_memory_working_set_bytes', labels: container('web'), start: 1_000 },
  { metric: 'container_memory_working_set_bytes', labels: container('sidecar'), start: 24 },
  { metric: 'container_memory_working_set_bytes', labels: 'namespace="shop",pod="webX2",container="web"', start: 5 },
  { metric: 'container_network_receive_bytes_total', labels: network('eth0'), each: 100 },
  { metric: 'container_network_receive_bytes_total', labels: network('lo'), each: 9_000 },
  { metric: 'container_network_transmit_bytes_total', labels: network('eth0'), each: 40 },
  { metric: 'container_fs_usage_bytes', labels: container('web'), start: 77 },
  {
    metric: 'kubelet_volume_stats_used_bytes',
    labels: 'namespace="shop",persistentvolumeclaim="data-web-1"',
    start: 55,
  },
];

/** Minutes of history, and an hour to come, so that it is the same whenever it is asked for. */
function historyOf(all: readonly Series[], now: number): string {
  const names = [...new Set(all.map(({ metric }) => metric))];
  const lines = names.flatMap((name) => [
    `# TYPE ${name.replace(/_total$/, '')} ${counters.includes(name) ? 'counter' : 'gauge'}`,
    ...all.filter(({ metric }) => metric === name).flatMap((each) => samplesOf(each, now)),
  ]);
  return [...lines, '# EOF', ''].join('\n');
}

const samplesOf = ({ metric, labels, start = 0, each = 0 }: Series, now: number): string[] =>
  Array.from({ length: (BEFORE + AFTER) / STEP }, (_, step) => {
    const value = start + each * step * STEP;
    return `${metric}{${labels}} ${value} ${now - BEFORE + step * STEP}`;
  });

describe('what Prometheus itself says of pods', () => {
  let folder: string;
  let program: ChildProcess;
  let url: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-prometheus-'));
    const [history, config, data] = ['history', 'config.yml', 'data'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(history, historyOf(series, Math.floor(Date.now() / 1_000)));
    await writeFile(config, 'global: {}\n');
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', history, data]);
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const options = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
    program = spawn('prometheus', [...options, '--storage.tsdb.retention.time=1d'], { stdio: 'ignore' });
    url = `http://${address}`;
    const isReady = async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200);
    await eventually(isReady, { within: 60_000 });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => program.once('exit', resolve));
    program.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });

  const figures = (pods: readonly string[], claims: readonly string[] = []) =>
    new PodFiguresSource(prometheusAt({ url }, true), new Clock()).of('shop', pods, claims, never);

  it('is counted for its containers, each once, and for its devices', async () => {
    const { pods, claims } = await figures(['web-1'], ['data-web-1']);
    expect([...pods]).toEqual([
      [
        'web-1',
        {
          ...{ cpuMillicores: 300, memoryBytes: 1_024, receivedBytesPerSecond: 100, sentBytesPerSecond: 40 },
          ownBytes: 77,
        },
      ],
    ]);
    expect([...claims]).toEqual([['data-web-1', 55]]);
  });

  it('is that of the pods that were named, to the letter', async () => {
    expect([...(await figures(['web.2', 'none'])).pods]).toEqual([]);
    expect([...(await figures(['webX2', 'web-1'])).pods.keys()].sort()).toEqual(['web-1', 'webX2']);
  });

  it('makes it the source of figures', async () => {
    const said = await statisticsCondition(prometheusAt({ url }, true), never);
    expect(said).toMatchObject({ status: 'true', reason: 'Prometheus' });
    const check = await statisticsCheck(prometheusAt({ url }, true), never);
    expect(check).toMatchObject({ name: 'statistics', outcome: 'passed', nextStep: null });
  });
});
