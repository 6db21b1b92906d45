import { useState } from 'react';
import { Avatar } from '../Shell/Avatar';
import { Notice } from '../Shell/Notice';
import { ask, wordsOf } from '../Shell/server';
import { address, go } from '../Shell/routing';
import { keep } from '../Shell/kept';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import { inWords } from '../Shell/words';
import { voiceIsOffered } from '../Voice/availability';
import type { EncounterCreated, PersonaSummary, ScenarioSummary } from '../wire';
import { loadLibrary, suited } from './library';
import { MicrophoneCheck } from './MicrophoneCheck';
import { languages, roles, times, usualPlan, type Plan } from './plan';
import { VoiceChoice } from './VoiceChoice';
import './cases.css';
import type { LastEncounter } from './Unfinished';

export default function Preparation({ scenarioId }: { scenarioId: string }) {
  const loaded = useLoaded('library', loadLibrary);
  const scenario = loaded.value?.scenarios.find(one => one.scenario_id === scenarioId);
  useTitle(scenario?.title ?? 'Before the start');
  if (!loaded.value) return <Waiting loaded={loaded} what="the case" />;
  if (!scenario) {
    return (
      <Notice tone="warn" role="alert">
        <p>
          This case is not in the library any more. <a href={address.cases()}>See all cases</a>
        </p>
      </Notice>
    );
  }
  return <Briefing scenario={scenario} personas={suited(scenario, loaded.value.personas)} />;
}

function Briefing({ scenario, personas }: { scenario: ScenarioSummary; personas: PersonaSummary[] }) {
  const voice = useLoaded('voice-offered', voiceIsOffered);
  const [personaId, setPersonaId] = useState(personas[0]?.id ?? '');
  const [plan, setPlan] = useState<Plan>(usualPlan);
  const [problem, setProblem] = useState<string>();
  const [starting, setStarting] = useState(false);
  const persona = personas.find(one => one.id === personaId);
  const change = (part: Partial<Plan>) => setPlan(before => ({ ...before, ...part }));

  async function begin() {
    setStarting(true);
    setProblem(undefined);
    try {
      const made = await ask<EncounterCreated>('/api/sessions', {
        body: { persona_id: personaId, scenario_id: scenario.scenario_id, mode: 'sps', ...(plan.role !== 'patient' && { role_id: plan.role }), ...(plan.language !== 'en' && { language: plan.language }) },
      });
      keep(`plan.${made.session_id}`, plan);
      keep('last-encounter', { id: made.session_id, patient: persona?.display_name ?? 'the patient', startedAt: Date.now(), over: false } satisfies LastEncounter);
      go(address.encounter(made.session_id));
    } catch (failure) {
      setProblem(wordsOf(failure));
      setStarting(false);
    }
  }

  return (
    <form
      className="preparation"
      onSubmit={event => {
        event.preventDefault();
        void begin();
      }}
    >
      <header className="page-head">
        <p>
          <a href={address.cases()}>All cases</a>
        </p>
        <h1>{scenario.title}</h1>
        <p className="muted">{[inWords(scenario.region), inWords(scenario.difficulty), inWords(scenario.setting)].filter(Boolean).join(' · ')}</p>
      </header>

      <section className="panel" aria-labelledby="room">
        <h2 id="room">In the room</h2>
        <div className="who">
          <Avatar name={persona?.display_name ?? '?'} large />
          <div>
            <p className="who-name">{persona?.display_name}</p>
            <p className="muted">{persona?.headline}</p>
          </div>
        </div>
        <p>You are the student in charge of this visit. Greet the patient, say who you are, check name and date of birth, and ask for consent before you examine.</p>
        <div className="fields">
          <label className="field">
            <span>Patient</span>
            <select value={personaId} onChange={event => setPersonaId(event.target.value)}>
              {personas.map(one => (
                <option key={one.id} value={one.id}>
                  {one.display_name}
                  {one.age ? `, ${one.age}` : ''}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>You talk with</span>
            <select value={plan.role} onChange={event => change({ role: event.target.value })}>
              {roles.map(role => (
                <option key={role.id} value={role.id}>
                  {role.name}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>Time</span>
            <select value={plan.minutes} onChange={event => change({ minutes: Number(event.target.value) })}>
              {times.map(minutes => (
                <option key={minutes} value={minutes}>
                  {minutes ? `${minutes} minutes` : 'No limit'}
                </option>
              ))}
            </select>
          </label>
        </div>
      </section>

      <section className="panel" aria-labelledby="sound">
        <h2 id="sound">Voice</h2>
        {voice.value?.offered === true && (
          <>
            <p>You can talk or type at any time, and change between them. Headphones keep the patient from hearing themselves.</p>
            <div className="fields">
              <label className="field">
                <span>Language</span>
                <select value={plan.language} onChange={event => change({ language: event.target.value })}>
                  {languages.map(language => (
                    <option key={language.code} value={language.code}>
                      {language.name}
                    </option>
                  ))}
                </select>
              </label>
              <VoiceChoice value={plan.voice} usual={persona?.voice} onChange={chosen => change({ voice: chosen })} />
            </div>
            <MicrophoneCheck />
          </>
        )}
        {voice.value?.offered === false && <p>{voice.value.reason} This encounter is held in writing; nothing else is different.</p>}
        {voice.problem && <p>Whether voice works can’t be told just now. You can begin in writing.</p>}
      </section>

      <section className="panel" aria-labelledby="kept">
        <h2 id="kept">What is kept</h2>
        <ul>
          <li>The words: yours and the patient’s, with their times. You read them afterwards and can save them.</li>
          <li>Your reflection at the end, if you write one.</li>
          <li>No sound. With voice, your speech goes to the voice service that plays the patient and is turned into text there.</li>
        </ul>
        <p className="muted">The patient is played by a program and can be wrong. Do not tell it real patients’ data.</p>
      </section>

      {problem && (
        <Notice tone="bad" role="alert">
          <p>{problem} Nothing is lost: try again.</p>
        </Notice>
      )}
      <p className="start">
        {/* What is said of voice moves it: not to be pressed before it stays where it is. */}
        <button className="button primary large" disabled={starting || !personaId || !(voice.value || voice.problem)}>
          {starting ? 'Opening the door…' : 'Begin the encounter'}
        </button>
      </p>
    </form>
  );
}
