import type { AgentClock } from '../clock.js';
import { environmentOf, listProcesses, type ProcessEntry } from './proc.js';

export const MARKER = 'BERTH_INSTANCE';

/** Where one instance's processes descend from. */
export interface Root {
  readonly instanceId: string;
  readonly pid: number;
  readonly startTime: number;
}

const nameOf = (entry: ProcessEntry): string => `${entry.pid}:${entry.startTime}`;

/** Reads /proc for all instances at once and says which processes belong to whom. */
export class Census {
  private entries: ProcessEntry[] = [];
  private readAt = -Infinity;
  /** Marker by process; asked once per process, for reading it costs a system call each. */
  private readonly markers = new Map<string, string>();
  /** Whom a process was seen to belong to: stays true after it left its session and lost its parent. */
  private readonly owners = new Map<string, string>();

  constructor(private readonly clock: AgentClock) {}

  /** The processes of an instance: its session and group, their descendants, and who carries its marker. */
  familyOf(root: Root, maxAge = 0): ProcessEntry[] {
    this.refresh(maxAge);
    if (this.entries.length === 0) return groupOf(root);
    const candidates = this.entries.filter((entry) => entry.startTime >= root.startTime);
    const members = new Set(candidates.filter((entry) => this.isMember(root, entry)));
    let size = -1;
    while (size !== members.size) {
      size = members.size;
      const pids = new Set([...members].map((entry) => entry.pid));
      for (const child of candidates.filter((entry) => pids.has(entry.parent))) members.add(child);
    }
    for (const entry of members) this.owners.set(nameOf(entry), root.instanceId);
    return [...members];
  }

  private isMember(root: Root, entry: ProcessEntry): boolean {
    if (entry.session === root.pid || entry.group === root.pid) return true;
    const owner = this.owners.get(nameOf(entry));
    return (owner ?? this.markerOf(entry)) === root.instanceId;
  }

  private markerOf(entry: ProcessEntry): string {
    const known = this.markers.get(nameOf(entry));
    if (known !== undefined) return known;
    const marker = readMarker(entry.pid);
    this.markers.set(nameOf(entry), marker);
    return marker;
  }

  private refresh(maxAge: number): void {
    const now = this.clock.now().getTime();
    if (maxAge > 0 && Math.abs(now - this.readAt) < maxAge) return;
    this.entries = listProcesses();
    this.readAt = now;
    const alive = new Set(this.entries.map(nameOf));
    for (const known of [this.markers, this.owners])
      for (const gone of [...known.keys()].filter((name) => !alive.has(name))) known.delete(gone);
  }
}

/** Instance id in the environment of a process; empty when there is none. */
export function readMarker(pid: number): string {
  const prefix = `${MARKER}=`;
  return (
    environmentOf(pid)
      .find((part) => part.startsWith(prefix))
      ?.slice(prefix.length) ?? ''
  );
}

/** Where there is no /proc, the process group is all that can be seen; a negative pid signals it whole. */
function groupOf(root: Root): ProcessEntry[] {
  try {
    process.kill(-root.pid, 0);
  } catch {
    return [];
  }
  const { pid, startTime } = root;
  return [{ pid: -pid, state: 'S', parent: 1, group: pid, session: pid, startTime, cpuTicks: 0, residentBytes: 0 }];
}
