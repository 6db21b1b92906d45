import type { EncounterChange, TranscriptEntry } from '../wire';

/** A way by which an encounter is followed: a WebSocket, or server-sent events where WebSockets are blocked. */
export interface EncounterLine {
  /** Follows from a place in the log. False when there is no such encounter; rejects when there is no connection. */
  open(after: number): Promise<boolean>;
  /** Takes what was missed. Rejects when the line, alive as it may look, is dead. */
  check(after: number): Promise<void>;
  close(): void;
}

export interface LineEvents {
  onConnected(): void;
  onTranscript(entry: TranscriptEntry): void;
  onEncounter(change: EncounterChange): void;
  onTrouble(words: string): void;
  onDegraded(state: string): void;
  /** It broke; never told after close. */
  onBroken(): void;
}

/** A line that is silent for so long is dead: the server says at least something every five seconds. */
export const longestSilence = 15_000;
