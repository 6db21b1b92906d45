import { useState } from 'react';
import { inWords } from '../Shell/words';
import type { Examination } from './encounterCase';

type Props = { examinations: Examination[]; disabled: boolean; onRequest: (words: string) => void };

export function Examinations({ examinations, disabled, onRequest }: Props) {
  const [sought, setSought] = useState('');
  const found = examinations.filter(one => one.label.toLowerCase().includes(sought.trim().toLowerCase()));
  const regions = [...new Set(found.map(one => one.region))];
  return (
    <div className="examinations">
      <label className="field">
        <span>Find an examination</span>
        <input type="search" value={sought} onChange={event => setSought(event.target.value)} />
      </label>
      <div className="examination-list">
        {regions.map(region => (
          <section key={region} aria-label={inWords(region)}>
            {regions.length > 1 && <h4>{inWords(region)}</h4>}
            <ul>
              {found
                .filter(one => one.region === region)
                .map(one => (
                  <li key={one.id}>
                    <button type="button" className="button plain" disabled={disabled} onClick={() => onRequest(`I would like to examine now: ${one.label}.`)}>
                      {one.label}
                    </button>
                  </li>
                ))}
            </ul>
          </section>
        ))}
        {found.length === 0 && <p className="muted">Not in the list. Ask for it in your own words.</p>}
      </div>
    </div>
  );
}
