import { ConnectionLine } from '../Encounter/ConnectionLine';
import { Conversation } from '../Encounter/Conversation';
import { loadEncounterCase, type EncounterCase } from '../Encounter/encounterCase';
import { GateHints } from '../Encounter/GateHints';
import { useEncounterFeed } from '../Encounter/useEncounterFeed';
import '../Encounter/encounter.css';
import { ask } from '../Shell/server';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import { inWords, phaseName, when } from '../Shell/words';
import type { FacultyCase, Reflection } from '../wire';
import { CaseKey } from './CaseKey';
import { askAsTeacher } from './teacherKey';

/** The conversation as it happens, or as it was, and beside it what is behind the case. */
export function Watch({ id }: { id: string }) {
  const loaded = useLoaded(`watch.${id}`, signal => loadEncounterCase(id, signal));
  useTitle(loaded.value ? `Watching ${loaded.value.patient.name}` : 'Watching');
  return loaded.value ? <Watched id={id} about={loaded.value} /> : <Waiting loaded={loaded} what="the encounter" />;
}

function Watched({ id, about }: { id: string; about: EncounterCase }) {
  const { connection, way, failures, conversation, encounter } = useEncounterFeed(id);
  const scenario = about.encounter.scenario_id;
  const known = useLoaded(`key.${scenario}`, signal => askAsTeacher<FacultyCase>(`/api/teacher/cases/${encodeURIComponent(scenario)}`, signal));
  const state = encounter?.state ?? about.encounter.state;
  return (
    <div className="watch">
      <header className="page-head">
        <h1>{about.patient.name}</h1>
        <p className="muted">
          {known.value?.title ?? about.title} · {when(about.encounter.started_at)} · {state === 'active' ? phaseName(encounter?.phase ?? about.encounter.phase) : inWords(state)}
        </p>
        {(state === 'active' || connection !== 'live') && <ConnectionLine connection={connection} way={way} failures={failures} />}
        <GateHints gate={encounter?.gate ?? about.encounter.gate} />
      </header>
      <div className="watch-talk panel">
        <Conversation conversation={conversation} letters={[]} patient={about.patient.name} student="Student" connected />
      </div>
      <aside aria-label="Behind the case">
        {state !== 'active' && <Reflected id={id} />}
        {known.value ? <CaseKey known={known.value} /> : <Waiting loaded={known} what="the case" />}
      </aside>
    </div>
  );
}

function Reflected({ id }: { id: string }) {
  const loaded = useLoaded(`reflection.${id}`, signal => ask<Reflection>(`/api/sessions/${encodeURIComponent(id)}/reflection`, { signal }));
  const written = [loaded.value?.went_well, loaded.value?.to_improve, loaded.value?.take_away].filter(Boolean);
  if (written.length === 0) return null;
  return (
    <section className="panel reflected">
      <h2>The student’s reflection</h2>
      {written.map(text => (
        <p key={text}>{text}</p>
      ))}
    </section>
  );
}
