import { awake } from '../Shell/connections';
import { kept, keep } from '../Shell/kept';
import { call, ServerProblem, wordsOf } from '../Shell/server';
import type { TranscriptTurn } from '../wire';
import { readEvents } from './answerStream';
import type { EncounterFeed } from './EncounterFeed';
import { ofTurn } from './utterance';

export interface Letter {
  /** Given once and sent with every attempt, so that the server takes the words once however often they come. */
  id: string;
  text: string;
  at: number;
  problem?: string;
}

const longestWait = 10_000;
/** The question is stored before the answer begins, which takes no longer than this on any line that lives. */
const longestSilence = 15_000;
const mostBroken = 4;

/** What was typed and is not answered yet. It outlives reloads, and is sent in order, by one tab at a time. */
export class Outbox {
  private letters: readonly Letter[];
  private readonly heard = new Set<() => void>();
  private readonly gone = new AbortController();
  private attempt?: AbortController;
  private readonly name: string;
  private timer?: ReturnType<typeof setTimeout>;
  private working = false;
  private attempts = 0;

  constructor(
    private readonly encounterId: string,
    private readonly feed: EncounterFeed,
  ) {
    this.name = `outbox.${encounterId}`;
    this.letters = kept<Letter[]>(this.name) ?? [];
    const { signal } = this.gone;
    addEventListener('online', () => this.wake(), { signal });
    addEventListener(awake, () => this.attempt?.abort(), { signal });
    addEventListener(
      'storage',
      event => {
        if (event.key === `emrsim.${this.name}`) this.show(kept<Letter[]>(this.name) ?? []);
      },
      { signal },
    );
    this.wake();
  }

  readonly subscribe = (listener: () => void) => {
    this.heard.add(listener);
    return () => this.heard.delete(listener);
  };

  readonly snapshot = () => this.letters;

  add(text: string) {
    this.change(letters => [...letters, { id: newId(), text, at: Date.now() }]);
    this.wake();
  }

  tryAgain(id: string) {
    this.change(letters => letters.map(letter => (letter.id === id ? { ...letter, problem: undefined } : letter)));
    this.wake();
  }

  discard(id: string) {
    this.change(letters => letters.filter(letter => letter.id !== id));
  }

  wake() {
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.work();
  }

  dispose() {
    this.gone.abort();
    this.attempt?.abort();
    clearTimeout(this.timer);
    this.heard.clear();
  }

  private async work() {
    if (this.working || this.gone.signal.aborted) return;
    this.working = true;
    try {
      await this.alone(async () => {
        for (let letter = this.next(); letter && !this.gone.signal.aborted; letter = this.next()) {
          if (!(await this.deliver(letter))) return;
        }
      });
    } finally {
      this.working = false;
    }
    // Something may have been added between the last look and the release.
    if (this.next() && !this.timer && !this.gone.signal.aborted) this.wake();
  }

  private alone(work: () => Promise<void>): Promise<void> {
    if (!navigator.locks) return work();
    return navigator.locks.request(`emrsim.${this.name}`, { signal: this.gone.signal }, work).catch(failure => {
      if (!this.gone.signal.aborted) throw failure;
    });
  }

  private next() {
    return (kept<Letter[]>(this.name) ?? []).find(letter => !letter.problem);
  }

  /** False when it has to be tried later. */
  private async deliver(letter: Letter): Promise<boolean> {
    const attempt = (this.attempt = new AbortController());
    const silence = setTimeout(() => attempt.abort(), longestSilence);
    try {
      const response = await call(`/api/sessions/${encodeURIComponent(this.encounterId)}/messages`, {
        body: { text: letter.text, client_turn_id: letter.id },
        signal: attempt.signal,
      });
      clearTimeout(silence);
      await this.hear(letter, response);
      this.attempts = 0;
      this.discard(letter.id);
      return true;
    } catch (failure) {
      if (this.gone.signal.aborted) return false;
      // Sent again at once, over another connection.
      if (attempt.signal.aborted) return true;
      if (failure instanceof ServerProblem && !failure.passes) {
        this.change(letters => letters.map(one => (one.id === letter.id ? { ...one, problem: failure.message } : one)));
        return true;
      }
      return this.later(letter, failure);
    } finally {
      clearTimeout(silence);
    }
  }

  private later(letter: Letter, failure: unknown): boolean {
    const broken = failure instanceof BrokenAnswer;
    if (broken && ++this.attempts >= mostBroken) {
      this.attempts = 0;
      this.change(letters => letters.map(one => (one.id === letter.id ? { ...one, problem: wordsOf(failure) } : one)));
      return true;
    }
    if (!broken) this.attempts++;
    const wait = (failure instanceof ServerProblem && failure.retryAfterMs) || Math.min(longestWait, 500 * 2 ** this.attempts);
    this.timer = setTimeout(() => this.wake(), wait);
    return false;
  }

  private async hear(letter: Letter, response: Response) {
    const [question, answer] = [`msg-${letter.id}`, `msg-${letter.id}-answer`];
    let words = '';
    try {
      for await (const { name, data } of readEvents(response.body!)) {
        if (name === 'turn') this.feed.take(ofTurn(data as TranscriptTurn));
        if (name === 'delta') {
          words += (data as { text: string }).text;
          this.feed.take({ id: answer, role: 'assistant', text: words, state: 'partial', revision: 0, seq: 0, previous: question, startedAt: Date.now(), media: [], source: 'text' });
        }
        if (name === 'error') throw new BrokenAnswer((data as { detail?: string }).detail ?? 'The answer was not finished.');
        if (name === 'done') {
          this.feed.take(ofTurn((data as { turn: TranscriptTurn }).turn));
          return;
        }
      }
    } catch (failure) {
      throw failure instanceof BrokenAnswer ? failure : new ServerProblem('broken_off', 'The connection broke off.', 0);
    }
    throw new ServerProblem('broken_off', 'The connection broke off.', 0);
  }

  /** Read anew each time, because another tab may have changed it. */
  private change(how: (letters: readonly Letter[]) => Letter[]) {
    const letters = how(kept<Letter[]>(this.name) ?? []);
    keep(this.name, letters);
    this.show(letters);
  }

  private show(letters: readonly Letter[]) {
    this.letters = letters;
    for (const listener of this.heard) listener();
  }
}

class BrokenAnswer extends Error {}

// crypto.randomUUID is there only in secure contexts, and a lab server may be reached by plain http.
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
