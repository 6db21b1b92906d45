import { renewConnections } from '../Shell/connections';
import type { EncounterChange, TranscriptEntry } from '../wire';
import type { EncounterLine, LineEvents } from './EncounterLine';
import { EventLine } from './EventLine';
import { arrange } from './order';
import { SocketLine } from './SocketLine';
import { merge, ofEntry, type Utterance } from './utterance';

export type Connection = 'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline' | 'unknown';
export type Way = 'socket' | 'events';

export interface FeedState {
  connection: Connection;
  way: Way;
  /** Attempts that failed since the last one that succeeded. */
  failures: number;
  lastSeq: number;
  conversation: readonly Utterance[];
  encounter?: EncounterChange;
  /** What is lost just now, told by the feed itself. */
  trouble?: string;
}

const longestWait = 5000;
const patience = 4000;
const drawEvery = 16;
const nap = 10_000;
const glance = 2_000;
const firstRise = 5_000;
const seldomRise = 60_000;

// A network that blocks sockets does so for the next encounter too.
let usualWay: Way = 'socket';

/**
 * One encounter as it happens: joins, catches up from the last place it has seen, and comes back by itself from whatever breaks the
 * line. Words are kept by item, so nothing that is told twice is shown twice.
 */
export class EncounterFeed {
  private state: FeedState = { connection: 'connecting', way: usualWay, failures: 0, lastSeq: 0, conversation: [] };
  private readonly items = new Map<string, Utterance>();
  private readonly heard = new Set<() => void>();
  private readonly gone = new AbortController();
  private line?: EncounterLine;
  private retry?: ReturnType<typeof setTimeout>;
  private rise?: ReturnType<typeof setTimeout>;
  private drawing?: ReturnType<typeof setTimeout>;
  private opening = false;
  private degraded = false;
  private hiddenAt = 0;
  private awakeAt = Date.now();
  private readonly watch = setInterval(() => this.lookAtClock(), glance);

  constructor(private readonly id: string) {
    const { signal } = this.gone;
    addEventListener('online', () => this.check(), { signal });
    addEventListener('offline', () => this.show({ connection: 'offline' }), { signal });
    addEventListener('pageshow', event => event.persisted && this.check(), { signal });
    document.addEventListener('resume', () => this.check(), { signal });
    document.addEventListener('visibilitychange', () => this.woke(), { signal });
    void this.open();
  }

  readonly subscribe = (listener: () => void) => {
    this.heard.add(listener);
    return () => this.heard.delete(listener);
  };

  readonly snapshot = () => this.state;

  /** Takes what another way has told of the conversation: an answer's stream, the captions of a call. */
  take(told: Utterance) {
    const merged = merge(this.items.get(told.id), told);
    if (!merged) return;
    this.items.set(told.id, merged);
    this.drawSoon();
  }

  find(itemId: string) {
    return this.items.get(itemId);
  }

  dispose() {
    this.gone.abort();
    clearTimeout(this.retry);
    clearTimeout(this.rise);
    clearInterval(this.watch);
    clearTimeout(this.drawing);
    this.heard.clear();
    this.line?.close();
    this.line = undefined;
  }

  private async open() {
    if (this.gone.signal.aborted) return;
    clearTimeout(this.retry);
    if (this.opening) {
      this.retry = setTimeout(() => void this.open(), 50);
      return;
    }
    this.opening = true;
    const { line, connected } = this.build(usualWay);
    this.line = line;
    this.show({ way: usualWay });
    try {
      const known = await inTime(line.open(this.state.lastSeq));
      if (this.gone.signal.aborted) return line.close();
      if (!known) {
        this.show({ connection: 'unknown' });
        line.close();
      } else if (usualWay === 'events') this.riseLater(firstRise);
    } catch {
      // A proxy may refuse one way and not the other.
      if (!connected()) usualWay = usualWay === 'socket' ? 'events' : 'socket';
      if (this.line === line) this.fail(line);
    } finally {
      this.opening = false;
    }
  }

  private build(way: Way) {
    let connected = false;
    const events: LineEvents = {
      onConnected: () => {
        connected = true;
        if (this.line === line) this.show({ connection: 'catching-up' });
      },
      onTranscript: entry => this.hear(entry),
      onEncounter: change => this.change(change),
      onTrouble: trouble => this.show({ trouble }),
      onDegraded: state => {
        this.degraded = state !== 'ok';
        if (this.state.connection === 'live' || this.state.connection === 'degraded') this.show({ connection: this.degraded ? 'degraded' : 'live' });
      },
      onBroken: () => {
        if (this.line === line && this.state.connection !== 'unknown') this.fail(line);
      },
    };
    const line: EncounterLine = way === 'socket' ? new SocketLine(this.id, events) : new EventLine(this.id, events);
    return { line, connected: () => connected };
  }

  /** What kept sockets away may have been the same that broke the connection, and be over. */
  private riseLater(wait: number) {
    clearTimeout(this.rise);
    this.rise = setTimeout(() => void this.riseNow(wait), wait);
  }

  private async riseNow(waited: number) {
    const below = this.line;
    if (!below || this.opening || usualWay === 'socket' || this.gone.signal.aborted) return;
    const { line } = this.build('socket');
    const opened = await inTime(line.open(this.state.lastSeq)).catch(() => false);
    if (!opened || this.line !== below || this.gone.signal.aborted) {
      line.close();
      if (this.line === below) this.riseLater(Math.min(seldomRise, waited * 2));
      return;
    }
    usualWay = 'socket';
    this.line = line;
    below.close();
    this.show({ way: 'socket' });
  }

  private fail(line: EncounterLine) {
    this.line = undefined;
    clearTimeout(this.rise);
    line.close();
    if (this.gone.signal.aborted) return;
    const failures = this.state.failures + 1;
    // One broken line is a hiccup; only when the next try fails too is anyone told to wait.
    this.show({ connection: failures > 1 || !navigator.onLine ? 'offline' : 'connecting', failures });
    const wait = failures === 1 ? 0 : Math.random() * Math.min(longestWait, 250 * 2 ** failures);
    this.retry = setTimeout(() => void this.open(), wait);
  }

  private woke() {
    const now = Date.now();
    if (document.visibilityState === 'hidden') this.hiddenAt = now;
    else {
      // Timers of a hidden page are held back, so that its clock seems to jump.
      this.awakeAt = now;
      if (!this.line || now - this.hiddenAt > nap) this.check(false);
    }
  }

  /** A laptop that slept tells nobody; its clock has jumped. Hidden pages are seldom let look. */
  private lookAtClock() {
    const now = Date.now();
    if (now - this.awakeAt > nap && document.visibilityState === 'visible') this.check();
    this.awakeAt = now;
  }

  /** After sleep or a lost network a line can look alive and be dead: ask over it, and open another when nothing comes back. */
  private check(hasSlept = true) {
    if (hasSlept) renewConnections();
    if (this.opening || this.state.connection === 'unknown') return;
    const line = this.line;
    if (!line) return void this.open();
    inTime(line.check(this.state.lastSeq)).then(
      () => this.line === line && this.show({ connection: this.degraded ? 'degraded' : 'live', failures: 0 }),
      () => {
        if (this.line !== line) return;
        renewConnections();
        this.fail(line);
      },
    );
  }

  private hear(entry: TranscriptEntry) {
    if (entry.seq > this.state.lastSeq) this.state = { ...this.state, lastSeq: entry.seq };
    this.take(ofEntry(entry));
    if (entry.isFinal) this.items.delete(`${entry.role}-speaking`);
    this.drawSoon();
  }

  private change(encounter: EncounterChange) {
    // It is told once after all that was missed, so it ends the catching up.
    this.show({ encounter, lastSeq: Math.max(this.state.lastSeq, encounter.seq), connection: this.degraded ? 'degraded' : 'live', failures: 0, trouble: undefined });
  }

  private show(change: Partial<FeedState>) {
    this.state = { ...this.state, ...change };
    for (const listener of this.heard) listener();
  }

  private drawSoon() {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.show({ conversation: arrange(this.items.values()) });
    }, drawEvery);
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('No answer in time.')), patience);
    }),
  ]).finally(() => clearTimeout(timer));
}
