import type { MediaRef } from '../wire';
import type { Utterance } from '../Encounter/utterance';
import type { RealtimeEvent } from './RealtimeEvent';

interface Line {
  role: string;
  text: string;
  previous?: string;
  startedAt: number;
  settled: boolean;
}

export interface Heard {
  said: Utterance;
  /** Whether it goes to the server for good. */
  final: boolean;
}

type Told = (heard: Heard) => void;

/**
 * The provider's events as captions: a buffer for each item, a place as soon as the item has one, and an end only when the provider says so.
 * Nothing is ordered by arrival and nothing is compared by its words.
 */
export class Captions {
  private readonly lines = new Map<string, Line>();
  private readonly past = new Map<string, string>();

  constructor(
    private readonly tell: Told,
    private readonly media: readonly MediaRef[],
    private readonly now = Date.now,
  ) {}

  /** Items that repeat what the transcript already holds: they are context for the model, not news. */
  repeat(itemId: string, original: string) {
    this.past.set(itemId, original);
  }

  /** Spoken words whose text has not come yet. */
  get outstanding() {
    return [...this.lines.values()].filter(line => !line.settled).length;
  }

  take(event: RealtimeEvent) {
    const id = event.item_id ?? event.item?.id;
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        if (id) this.show(id, this.line(id, 'user'));
        return;
      case 'input_audio_buffer.committed':
        if (id) this.place(id, 'user', event.previous_item_id);
        return;
      case 'conversation.item.added':
      case 'conversation.item.created':
        if (id && event.item?.type !== 'function_call') this.added(id, event);
        return;
      case 'conversation.item.input_audio_transcription.delta':
        if (id) this.grow(id, 'user', event.delta ?? '');
        return;
      case 'conversation.item.input_audio_transcription.completed':
        if (id) this.settle(id, 'user', event.transcript ?? '', 'final');
        return;
      case 'conversation.item.input_audio_transcription.failed':
        if (id) this.settle(id, 'user', '', 'failed');
        return;
      case 'response.output_audio_transcript.delta':
      case 'response.output_text.delta':
      case 'response.audio_transcript.delta':
        if (id) this.grow(id, 'assistant', event.delta ?? '');
        return;
      case 'response.output_audio_transcript.done':
      case 'response.audio_transcript.done':
        if (id) this.said(id, event.transcript ?? '');
        return;
      case 'response.done':
        this.responded(event);
        return;
      default:
    }
  }

  /** At the end of a call: what was begun and will get no end is given with the words there are. */
  finish() {
    for (const [id, line] of this.lines) {
      if (!line.settled && line.role === 'assistant') this.settle(id, line.role, line.text, 'interrupted');
    }
  }

  private added(id: string, event: RealtimeEvent) {
    const original = this.past.get(id);
    if (original) return;
    const role = event.item?.role === 'assistant' ? 'assistant' : 'user';
    if (event.item?.role === 'system') return;
    this.place(id, role, event.previous_item_id);
    const typed = event.item?.content?.find(part => part.type === 'input_text')?.text;
    if (role === 'user' && typed) this.settle(id, role, typed, 'final');
  }

  private place(id: string, role: string, previous: string | null | undefined) {
    if (this.past.has(id)) return;
    const line = this.line(id, role);
    if (previous) line.previous = this.past.get(previous) ?? previous;
    if (!line.settled) this.show(id, line);
  }

  private grow(id: string, role: string, delta: string) {
    const line = this.line(id, role);
    if (line.settled) return;
    line.text += delta;
    this.show(id, line);
  }

  private said(id: string, transcript: string) {
    const line = this.line(id, 'assistant');
    if (line.settled) return;
    line.text = transcript || line.text;
    this.show(id, line);
  }

  private responded(event: RealtimeEvent) {
    const state = event.response?.status === 'completed' ? 'final' : 'interrupted';
    const ids = event.response?.output?.map(item => item.id).filter(id => id !== undefined) ?? [];
    for (const id of ids.length ? ids : this.speaking()) {
      const line = this.lines.get(id);
      if (line && !line.settled) this.settle(id, 'assistant', line.text, state);
    }
  }

  private speaking() {
    return [...this.lines].filter(([, line]) => line.role === 'assistant' && !line.settled).map(([id]) => id);
  }

  private settle(id: string, role: string, text: string, state: string) {
    const line = this.line(id, role);
    if (line.settled) return;
    line.settled = true;
    line.text = text;
    this.tell({ said: this.utterance(id, line, state), final: true });
  }

  private show(id: string, line: Line) {
    if (!line.settled) this.tell({ said: this.utterance(id, line, 'partial'), final: false });
  }

  private line(id: string, role: string): Line {
    let line = this.lines.get(id);
    if (!line) this.lines.set(id, (line = { role, text: '', startedAt: this.now(), settled: false }));
    return line;
  }

  private utterance(id: string, line: Line, state: string): Utterance {
    const { text, shown } = withoutMarkers(line.text, this.media);
    return { id, role: line.role, text, state, revision: 0, seq: 0, previous: line.previous, startedAt: line.startedAt, media: shown, source: 'call' };
  }
}

/** The model shows a picture by a marker in its words; markers are neither read nor kept. */
function withoutMarkers(words: string, library: readonly MediaRef[]) {
  const named = [...words.matchAll(/\[MEDIA:([^\]]+)\]/g)].map(match => match[1]);
  const text = words.replace(/\s*\[MEDIA:[^\]]*\]?/g, '').trim();
  const first = library.find(media => named.includes(media.id) && media.url);
  return { text, shown: first ? [first] : [] };
}
