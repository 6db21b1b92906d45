/** What the student decided before the start; kept beside the encounter in this browser. */
export interface Plan {
  minutes: number;
  role: string;
  language: string;
  voice: string;
}

export const usualPlan: Plan = { minutes: 15, role: 'patient', language: 'en', voice: '' };

export const times = [10, 15, 20, 30, 45, 0];

export const roles = [
  { id: 'patient', name: 'The patient' },
  { id: 'translator', name: 'An interpreter' },
  { id: 'family', name: 'A family member' },
  { id: 'clinician', name: 'A colleague' },
  { id: 'scribe', name: 'A scribe' },
];

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'es', name: 'Español' },
  { code: 'de', name: 'Deutsch' },
  { code: 'fr', name: 'Français' },
  { code: 'pt', name: 'Português' },
];
