/** Pauses are this browser's own: the patient waits because nobody speaks to them. */
export interface Pauses {
  passedMs: number;
  since?: number;
}

export const noPauses: Pauses = { passedMs: 0 };

export function toggle(pauses: Pauses, now: number): Pauses {
  return pauses.since === undefined ? { ...pauses, since: now } : { passedMs: pauses.passedMs + now - pauses.since };
}

export function elapsedSeconds(startedAt: number, pauses: Pauses, now: number) {
  const paused = pauses.passedMs + (pauses.since === undefined ? 0 : now - pauses.since);
  return (now - startedAt - paused) / 1000;
}
