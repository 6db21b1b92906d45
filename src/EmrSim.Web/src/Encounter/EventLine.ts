import { call, ServerProblem } from '../Shell/server';
import type { EncounterChange, TranscriptEntry } from '../wire';
import { readEvents } from './answerStream';
import { longestSilence, type EncounterLine, type LineEvents } from './EncounterLine';

/** Server-sent events, read by hand: the browser's own reader does not tell a dead stream from a quiet one. Any instance serves them. */
export class EventLine implements EncounterLine {
  private stream = new AbortController();

  constructor(
    private readonly id: string,
    private readonly tell: LineEvents,
  ) {}

  async open(after: number) {
    const stream = this.stream;
    try {
      const response = await call(`/api/sessions/${encodeURIComponent(this.id)}/events?after=${after}`, { signal: stream.signal, headers: { Accept: 'text/event-stream' } });
      this.tell.onConnected();
      void this.read(stream, response.body!);
      return true;
    } catch (failure) {
      if (failure instanceof ServerProblem && failure.status === 404) return false;
      throw failure;
    }
  }

  async check(after: number) {
    // There is nothing to ask over a stream, so it is made anew.
    this.stream.abort();
    this.stream = new AbortController();
    await this.open(after);
  }

  close() {
    this.stream.abort();
  }

  private async read(stream: AbortController, body: ReadableStream<Uint8Array>) {
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => this.broke(stream), longestSilence);
    };
    heard();
    try {
      for await (const { name, data } of readEvents(body, heard)) {
        if (stream.signal.aborted) break;
        this.take(name, data);
      }
    } catch {
      // It ends below like one that ended well: the place is known, and another is opened.
    }
    clearTimeout(silence);
    this.broke(stream);
  }

  private broke(stream: AbortController) {
    if (stream.signal.aborted) return;
    stream.abort();
    this.tell.onBroken();
  }

  private take(name: string, data: unknown) {
    if (name === 'transcript') this.tell.onTranscript(data as TranscriptEntry);
    if (name === 'encounter') this.tell.onEncounter(data as EncounterChange);
    if (name === 'error') this.tell.onTrouble((data as { error: string }).error);
    if (name === 'degraded') this.tell.onDegraded(data as string);
  }
}
