import { Notice } from '../Shell/Notice';
import { ServerProblem } from '../Shell/server';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import { Room } from './Room';
import { loadEncounterCase } from './encounterCase';
import './encounter.css';

export default function EncounterView({ id }: { id: string }) {
  const loaded = useLoaded(`encounter.${id}`, signal => loadEncounterCase(id, signal));
  useTitle(loaded.value ? loaded.value.patient.name : 'Encounter');
  if (loaded.value) return <Room id={id} about={loaded.value} />;
  if (loaded.problem instanceof ServerProblem && loaded.problem.status === 404) {
    return (
      <Notice tone="warn" role="alert">
        <h1>This encounter is not known here</h1>
        <p>The address may be incomplete, or the encounter belongs to another installation.</p>
        <p>
          <a href="#/">Choose a case</a>
        </p>
      </Notice>
    );
  }
  return <Waiting loaded={loaded} what="the encounter" />;
}
