const special: Record<string, string> = {
  outpatient_pt: 'Outpatient physical therapy',
  plan_of_care: 'Plan of care',
  clinical_reasoning: 'Clinical reasoning',
};

/** Ids as the content writes them, in words. */
export function inWords(id: string | null | undefined): string {
  if (!id) return '';
  if (special[id]) return special[id];
  const text = id.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function initials(name: string) {
  const parts = name.split(/\s+/).filter(Boolean);
  return ((parts[0]?.[0] ?? '') + (parts.length > 1 ? parts[parts.length - 1]![0] : '')).toUpperCase() || '?';
}

export const phases = [
  { id: 'subjective', name: 'History', signal: 'move_subjective' },
  { id: 'objective', name: 'Examination', signal: 'move_objective' },
  { id: 'treatment_plan', name: 'Plan', signal: 'move_treatment' },
] as const;

export function phaseName(id: string) {
  return phases.find(phase => phase.id === id)?.name ?? inWords(id);
}

export function clock(totalSeconds: number) {
  const seconds = Math.max(0, Math.floor(totalSeconds));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}

export function when(iso: string | number) {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
