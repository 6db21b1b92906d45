import { Notice } from '../Shell/Notice';
import { address } from '../Shell/routing';
import { kept } from '../Shell/kept';
import { when } from '../Shell/words';

export interface LastEncounter {
  id: string;
  patient: string;
  startedAt: number;
  over: boolean;
}

/** After a closed tab or a dead battery: the way back into the encounter that still runs. */
export function Unfinished() {
  const last = kept<LastEncounter>('last-encounter');
  const day = 24 * 60 * 60 * 1000;
  if (!last || last.over || Date.now() - last.startedAt > day) return null;
  return (
    <Notice>
      <p>
        Your encounter with {last.patient}, begun {when(last.startedAt)}, is not ended. <a href={address.encounter(last.id)}>Go on with it</a>
      </p>
    </Notice>
  );
}
