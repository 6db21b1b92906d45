import { HubConnectionBuilder, HttpTransportType, LogLevel, type HubConnection } from '@microsoft/signalr';
import type { EncounterChange, TranscriptEntry } from '../wire';
import { arrange } from './order';
import { merge, ofEntry, type Utterance } from './utterance';

export type Connection = 'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline' | 'unknown';

export interface FeedState {
  connection: Connection;
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

/**
 * One encounter as it happens: joins, catches up from the last place it has seen, and comes back by itself from whatever breaks the
 * socket. Words are kept by item, so nothing that is told twice is shown twice.
 */
export class EncounterFeed {
  private state: FeedState = { connection: 'connecting', failures: 0, lastSeq: 0, conversation: [] };
  private readonly items = new Map<string, Utterance>();
  private readonly heard = new Set<() => void>();
  private readonly gone = new AbortController();
  private hub?: HubConnection;
  private retry?: ReturnType<typeof setTimeout>;
  private drawing?: ReturnType<typeof setTimeout>;
  private opening = false;
  private degraded = false;
  private hiddenAt = 0;

  constructor(private readonly id: string) {
    const { signal } = this.gone;
    addEventListener('online', () => this.check(), { signal });
    addEventListener('offline', () => this.show({ connection: 'offline' }), { signal });
    addEventListener('pageshow', event => event.persisted && this.check(), { signal });
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
    clearTimeout(this.drawing);
    this.heard.clear();
    const hub = this.hub;
    this.hub = undefined;
    void hub?.stop().catch(() => undefined);
  }

  private async open() {
    if (this.gone.signal.aborted) return;
    clearTimeout(this.retry);
    if (this.opening) {
      this.retry = setTimeout(() => void this.open(), 50);
      return;
    }
    this.opening = true;
    const hub = this.build();
    this.hub = hub;
    try {
      await inTime(hub.start());
      if (this.gone.signal.aborted) return void hub.stop();
      this.show({ connection: 'catching-up' });
      const known = await inTime(hub.invoke<boolean>('JoinEncounter', this.id, this.state.lastSeq));
      if (!known) {
        this.show({ connection: 'unknown' });
        await hub.stop();
      }
    } catch {
      if (this.hub === hub) this.fail(hub);
    } finally {
      this.opening = false;
    }
  }

  private build(): HubConnection {
    // Straight to a WebSocket: one round trip less, and no instance has to remember a negotiation that another one made.
    const hub = new HubConnectionBuilder()
      .withUrl('/hubs/encounter', { skipNegotiation: true, transport: HttpTransportType.WebSockets })
      .configureLogging(LogLevel.None)
      .build();
    hub.serverTimeoutInMilliseconds = 15_000;
    hub.keepAliveIntervalInMilliseconds = 5_000;
    hub.on('Transcript', (entry: TranscriptEntry) => this.hear(entry));
    hub.on('EncounterChanged', (change: EncounterChange) => this.change(change));
    hub.on('TranscriptError', (notice: { error: string }) => this.show({ trouble: notice.error }));
    hub.on('Degraded', (told: string) => {
      this.degraded = told !== 'ok';
      if (this.state.connection === 'live' || this.state.connection === 'degraded') this.show({ connection: this.degraded ? 'degraded' : 'live' });
    });
    hub.onclose(() => {
      if (this.hub === hub && this.state.connection !== 'unknown') this.fail(hub);
    });
    return hub;
  }

  private fail(hub: HubConnection) {
    this.hub = undefined;
    void hub.stop().catch(() => undefined);
    if (this.gone.signal.aborted) return;
    const failures = this.state.failures + 1;
    // One broken socket is a hiccup; only when the next try fails too is anyone told to wait.
    this.show({ connection: failures > 1 || !navigator.onLine ? 'offline' : 'connecting', failures });
    const wait = failures === 1 ? 0 : Math.random() * Math.min(longestWait, 250 * 2 ** failures);
    this.retry = setTimeout(() => void this.open(), wait);
  }

  private woke() {
    if (document.visibilityState === 'hidden') this.hiddenAt = Date.now();
    else if (!this.hub || Date.now() - this.hiddenAt > nap) this.check();
  }

  /** After sleep or a lost network a socket can look alive and be dead: ask over it, and open another when nothing comes back. */
  private check() {
    if (this.opening || this.state.connection === 'unknown') return;
    const hub = this.hub;
    if (!hub) return void this.open();
    inTime(hub.invoke<TranscriptEntry[]>('Catchup', this.id, this.state.lastSeq)).then(
      missed => {
        missed.forEach(entry => this.hear(entry));
        this.show({ connection: this.degraded ? 'degraded' : 'live', failures: 0 });
      },
      () => this.hub === hub && this.fail(hub),
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
