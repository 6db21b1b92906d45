import { useSyncExternalStore } from 'react';
import type { EncounterChange } from '../wire';
import { Examinations } from './Examinations';
import type { EncounterCase } from './encounterCase';
import { GateHints } from './GateHints';
import { PhaseStepper } from './PhaseStepper';

type Props = { about: EncounterCase; encounter?: EncounterChange; over: boolean; paused: boolean; onPhase: (signal: string) => void; onRequest: (words: string) => void };

export function RoomSide({ about, encounter, over, paused, onPhase, onRequest }: Props) {
  const roomy = useRoomy();
  const phase = encounter?.phase ?? about.encounter.phase;
  return (
    <aside className="side" aria-label="The visit">
      <PhaseStepper phase={phase} disabled={over} onChange={onPhase} />
      <GateHints gate={encounter?.gate ?? about.encounter.gate} />
      <details className="side-part" open={roomy && phase === 'objective'} key={`examine-${roomy && phase === 'objective'}`}>
        <summary>Examine</summary>
        <Examinations examinations={about.examinations} disabled={over || paused} onRequest={onRequest} />
      </details>
      <details className="side-part" open={roomy} key={`about-${roomy}`}>
        <summary>About this visit</summary>
        <p>{about.title}</p>
        <p className="muted">{about.patient.headline}</p>
        <p className="muted">{about.setting}</p>
      </details>
    </aside>
  );
}

const wide = matchMedia('(min-width: 62rem)');

/** On a phone everything beside the conversation is folded away. */
function useRoomy() {
  return useSyncExternalStore(
    heard => {
      wide.addEventListener('change', heard);
      return () => wide.removeEventListener('change', heard);
    },
    () => wide.matches,
  );
}
