import { ask } from '../Shell/server';
import type { PersonaList, PersonaSummary, ScenarioList, ScenarioSummary } from '../wire';

export interface Library {
  scenarios: ScenarioSummary[];
  personas: PersonaSummary[];
}

// The student's view is asked for by name: who sits at a laptop without a teacher key would else be shown the teacher's.
export async function loadLibrary(signal?: AbortSignal): Promise<Library> {
  const [{ scenarios }, { personas }] = await Promise.all([
    ask<ScenarioList>('/api/sps/scenarios?audience=student', { signal }),
    ask<PersonaList>('/api/sps/personas', { signal }),
  ]);
  return { scenarios, personas };
}

/** Who plays a case, the best suited first. */
export function suited(scenario: ScenarioSummary, personas: PersonaSummary[]): PersonaSummary[] {
  const named = [scenario.persona_id, ...scenario.suggested_personas].filter(Boolean);
  const best = named.map(id => personas.find(persona => persona.id === id)).filter(persona => persona !== undefined);
  return [...new Set([...best, ...personas])];
}

export interface Search {
  words: string;
  region: string;
  difficulty: string;
  setting: string;
}

export const anything: Search = { words: '', region: '', difficulty: '', setting: '' };

export function matches(scenario: ScenarioSummary, search: Search) {
  const text = [scenario.title, scenario.student_case_id, scenario.region, scenario.setting, ...scenario.tags].join(' ').replaceAll('_', ' ').toLowerCase();
  return (
    search.words.toLowerCase().split(/\s+/).every(word => text.includes(word)) &&
    (!search.region || scenario.region === search.region) &&
    (!search.difficulty || scenario.difficulty === search.difficulty) &&
    (!search.setting || scenario.setting === search.setting)
  );
}

export function choices(scenarios: ScenarioSummary[], field: 'region' | 'difficulty' | 'setting'): string[] {
  return [...new Set(scenarios.map(scenario => scenario[field]).filter(value => value !== null))].sort();
}
