import type { MediaRef, TranscriptEntry, TranscriptTurn } from '../wire';

/** One thing that one speaker said, as far as it is known. */
export interface Utterance {
  id: string;
  role: string;
  text: string;
  state: string;
  revision: number;
  seq: number;
  previous?: string;
  startedAt: number;
  media: MediaRef[];
  source: string;
}

export function ofEntry(entry: TranscriptEntry): Utterance {
  return {
    id: entry.itemId ?? `${entry.role}-speaking`,
    role: entry.role,
    text: entry.text,
    state: entry.state,
    revision: entry.revision,
    seq: entry.seq,
    previous: entry.previousItemId ?? undefined,
    startedAt: entry.startedAtMs ?? entry.timestamp,
    media: mediaOf(entry.media),
    source: entry.source,
  };
}

export function ofTurn(turn: TranscriptTurn): Utterance {
  return {
    id: turn.item_id,
    role: turn.role,
    text: turn.text,
    state: turn.state,
    revision: turn.revision,
    seq: turn.seq,
    previous: turn.previous_item_id ?? undefined,
    startedAt: turn.started_at_ms ?? turn.timestamp,
    media: mediaOf(turn.media),
    source: turn.source,
  };
}

export const isPartial = (said: Utterance) => said.state === 'partial';

/** The newer of what is known and what is told; undefined when nothing changes. */
export function merge(known: Utterance | undefined, told: Utterance): Utterance | undefined {
  if (!known) return told;
  if (isPartial(told)) {
    // Words still being spoken come by two ways, and the slower one would make them flicker.
    if (!isPartial(known) || known.text.startsWith(told.text)) return undefined;
    return { ...known, ...told, previous: told.previous ?? known.previous, startedAt: known.startedAt };
  }
  if (!isPartial(known) && known.revision >= told.revision) return undefined;
  return { ...told, previous: told.previous ?? known.previous };
}

function mediaOf(media: unknown): MediaRef[] {
  if (Array.isArray(media)) return media as MediaRef[];
  return media && typeof media === 'object' ? [media as MediaRef] : [];
}
