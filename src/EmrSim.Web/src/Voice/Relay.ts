import { awake } from '../Shell/connections';
import { keep, kept } from '../Shell/kept';
import { call, ServerProblem } from '../Shell/server';
import type { Utterance } from '../Encounter/utterance';

interface Told {
  role: string;
  text: string;
  isFinal: boolean;
  itemId: string;
  previousItemId?: string;
  startedAt: number;
  finalizedAt: number;
  media?: unknown;
}

// The server counts every relay, so words still being spoken are told seldom and finished ones always.
const partialsEvery = 1000;
const longestWait = 8000;
/** A line that lives takes a word sooner. */
const longestSilence = 15_000;

/** Tells the server what was said in a call. Finished words are kept in this browser until the server has taken them. */
export class Relay {
  private readonly name: string;
  private readonly path: string;
  private partialAt = 0;
  private working?: Promise<void>;
  private closed = false;

  constructor(private readonly encounterId: string) {
    this.name = `relay.${encounterId}`;
    this.path = `/api/transcript/relay/${encodeURIComponent(encounterId)}`;
    this.work();
  }

  speaking(said: Utterance) {
    const now = Date.now();
    if (!said.text || now - this.partialAt < partialsEvery) return;
    this.partialAt = now;
    void call(this.path, { body: told(said, false) }).catch(() => undefined);
  }

  finished(said: Utterance) {
    if (!said.text) return;
    keep(this.name, [...this.waiting(), told(said, true)]);
    this.work();
  }

  /** Tells those who watch that something was said and its words are lost. */
  lost(reason: string) {
    void call('/api/voice/transcript-error', { body: { session_id: this.encounterId, error: reason } }).catch(() => undefined);
  }

  /** Resolves when the server has everything. */
  async flushed(patienceMs: number) {
    const until = Date.now() + patienceMs;
    while (this.waiting().length > 0 && Date.now() < until) await Promise.race([this.work(), pause(100)]);
    return this.waiting().length === 0;
  }

  close() {
    this.closed = true;
  }

  private waiting() {
    return kept<Told[]>(this.name) ?? [];
  }

  private work(): Promise<void> {
    this.working ??= this.send().finally(() => {
      this.working = undefined;
    });
    return this.working;
  }

  private async send() {
    for (let failures = 0; ; ) {
      const [first] = this.waiting();
      if (!first) return;
      const attempt = new AbortController();
      const giveUp = () => attempt.abort();
      const silence = setTimeout(giveUp, longestSilence);
      addEventListener(awake, giveUp);
      try {
        await call(this.path, { body: first, signal: attempt.signal });
        failures = 0;
      } catch (failure) {
        // Sent again, over another connection: the server knows the item.
        if (attempt.signal.aborted) {
          if (this.closed && ++failures > 3) return;
          continue;
        }
        const problem = failure instanceof ServerProblem ? failure : undefined;
        if (problem?.passes) {
          if (this.closed && failures > 3) return;
          await pause(problem.retryAfterMs ?? Math.min(longestWait, 300 * 2 ** failures++));
          continue;
        }
      } finally {
        clearTimeout(silence);
        removeEventListener(awake, giveUp);
      }
      // Taken, or refused for good: the encounter is over or unknown.
      keep(this.name, this.waiting().slice(1));
    }
  }
}

function told(said: Utterance, isFinal: boolean): Told {
  return { role: said.role, text: said.text, isFinal, itemId: said.id, previousItemId: said.previous, startedAt: said.startedAt, finalizedAt: Date.now(), media: said.media[0] };
}

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));
