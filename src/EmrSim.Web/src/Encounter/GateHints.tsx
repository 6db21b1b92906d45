import { Icon } from '../Shell/Icon';
import type { GateFlags } from '../wire';

const gates = [
  { id: 'greeting_done', name: 'Greeting' },
  { id: 'intro_done', name: 'Who you are' },
  { id: 'identity_verified', name: 'Name and date of birth' },
  { id: 'consent_done', name: 'Consent' },
] as const;

/** Hints, not orders: quiet while open, a check mark once done. */
export function GateHints({ gate }: { gate?: Partial<GateFlags> }) {
  return (
    <ul className="gates" aria-label="Before you examine">
      {gates.map(({ id, name }) => {
        const done = gate?.[id] === true;
        return (
          <li key={id} className={done ? 'done' : ''}>
            <span className="mark" aria-hidden="true">
              {done && <Icon name="check" />}
            </span>
            {name}
            <span className="aside">{done ? ' (done)' : ' (still to do)'}</span>
          </li>
        );
      })}
    </ul>
  );
}
