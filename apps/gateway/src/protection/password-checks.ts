import { createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcrypt';

/** They run in the pool of threads that also opens files and looks up names, and has four. */
const AT_ONCE = 2;
const WAITING = 64;
const PER_ADDRESS = 4;
const REMEMBERED = 1_000;
/** Of what is longer bcrypt sees the beginning only. */
const LONGEST = 72;

export interface PasswordCheck {
  readonly passwordHash: string;
  readonly password: string;
  /** Who asks: nobody keeps all others waiting. */
  readonly address: string;
}

/**
 * Compares passwords with what bcrypt made of them, which takes a core for some 50 ms and never the event loop. What was right
 * is remembered as a keyed hash of both, so that it is right as long as the stored one is the same; what was wrong is not.
 */
export class PasswordChecks {
  private readonly key = randomBytes(32);
  private readonly right = new Set<string>();
  private readonly underWay = new Map<string, Promise<boolean>>();
  private readonly byAddress = new Map<string, number>();
  private readonly queue: (() => void)[] = [];
  private running = 0;

  constructor(private readonly isEqual: (password: string, passwordHash: string) => Promise<boolean> = compare) {}

  /** Undefined: too many are asked for at once. */
  check(asked: PasswordCheck): Promise<boolean | undefined> | boolean | undefined {
    if (Buffer.byteLength(asked.password) > LONGEST) return false;
    const mark = this.markOf(asked);
    if (this.right.has(mark)) return this.remember(mark);
    return this.underWay.get(mark) ?? this.begin(mark, asked);
  }

  private begin(mark: string, asked: PasswordCheck): Promise<boolean> | undefined {
    const count = this.byAddress.get(asked.address) ?? 0;
    if (count >= PER_ADDRESS || this.queue.length >= WAITING) return undefined;
    this.byAddress.set(asked.address, count + 1);
    const checking = this.compared(mark, asked).finally(() => this.leave(mark, asked.address));
    this.underWay.set(mark, checking);
    return checking;
  }

  private async compared(mark: string, { password, passwordHash }: PasswordCheck): Promise<boolean> {
    const place = this.place();
    if (place) await place;
    try {
      const isRight = await this.isEqual(password, passwordHash);
      return isRight && this.remember(mark);
    } finally {
      this.handOn();
    }
  }

  private place(): Promise<void> | undefined {
    if (this.running >= AT_ONCE) return new Promise<void>((resolve) => this.queue.push(resolve));
    this.running++;
    return undefined;
  }

  /** Whoever waits has the place of who is done, before anybody else. */
  private handOn(): void {
    const next = this.queue.shift();
    if (next) return next();
    this.running--;
  }

  private leave(mark: string, address: string): void {
    this.underWay.delete(mark);
    const left = (this.byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.byAddress.delete(address);
    else this.byAddress.set(address, left);
  }

  /** The one that was used least lately makes room. */
  private remember(mark: string): true {
    this.right.delete(mark);
    this.right.add(mark);
    const [oldest] = this.right;
    if (this.right.size > REMEMBERED && oldest !== undefined) this.right.delete(oldest);
    return true;
  }

  private markOf({ passwordHash, password }: PasswordCheck): string {
    return createHmac('sha256', this.key).update(`${passwordHash}\0${password}`).digest('base64');
  }
}
