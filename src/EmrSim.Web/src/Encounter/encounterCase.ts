import { ask } from '../Shell/server';
import type { EncounterView, MediaRef } from '../wire';

export interface Examination {
  id: string;
  label: string;
  region: string;
}

export interface EncounterCase {
  encounter: EncounterView;
  patient: { name: string; headline: string };
  title: string;
  setting: string;
  examinations: Examination[];
  media: MediaRef[];
}

// The detail routes answer with the author's own files, so only what is used is named here.
interface PersonaFile {
  persona: { display_name?: string; headline?: string; demographics?: { name?: string; preferred_name?: string } };
}

interface ScenarioFile {
  scenario: { title?: string; scenario_context?: { environment?: string }; objective_catalog?: { test_id: string; label: string; region?: string }[]; media_library?: { id: string; type?: string; url?: string; caption?: string }[] };
}

export async function loadEncounterCase(id: string, signal: AbortSignal): Promise<EncounterCase> {
  const encounter = await ask<EncounterView>(`/api/sessions/${encodeURIComponent(id)}`, { signal });
  // A case that was taken out of the library meanwhile is no reason to lose the encounter.
  const [persona, scenario] = await Promise.all([
    ask<PersonaFile>(`/api/sps/personas/${encodeURIComponent(encounter.persona_id)}?audience=student`, { signal }).catch(() => undefined),
    ask<ScenarioFile>(`/api/sps/scenarios/${encodeURIComponent(encounter.scenario_id)}?audience=student`, { signal }).catch(() => undefined),
  ]);
  const who = persona?.persona;
  return {
    encounter,
    patient: { name: who?.display_name ?? who?.demographics?.name ?? 'Patient', headline: who?.headline ?? '' },
    title: scenario?.scenario.title ?? 'Encounter',
    setting: scenario?.scenario.scenario_context?.environment ?? '',
    examinations: (scenario?.scenario.objective_catalog ?? []).map(one => ({ id: one.test_id, label: one.label, region: one.region ?? '' })),
    media: (scenario?.scenario.media_library ?? []).map(({ id, type, url, caption }) => ({ id, type, url, title: caption })),
  };
}
