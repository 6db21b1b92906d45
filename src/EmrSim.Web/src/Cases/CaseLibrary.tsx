import { useDeferredValue, useState } from 'react';
import { Notice } from '../Shell/Notice';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import { CaseCard } from './CaseCard';
import { Filters } from './Filters';
import { Unfinished } from './Unfinished';
import { anything, loadLibrary, matches, suited } from './library';
import './cases.css';

export function CaseLibrary() {
  useTitle('Cases');
  const loaded = useLoaded('library', loadLibrary);
  const [search, setSearch] = useState(anything);
  const sought = useDeferredValue(search);
  const found = loaded.value?.scenarios.filter(scenario => matches(scenario, sought)) ?? [];

  return (
    <>
      <header className="page-head">
        <h1>Choose a case</h1>
        <p>Meet a simulated patient. Take the history, examine, agree on a plan. Everything said becomes a transcript that you keep.</p>
      </header>
      <Unfinished />
      {!loaded.value && <Waiting loaded={loaded} what="the cases" />}
      {loaded.value && (
        <>
          <Filters scenarios={loaded.value.scenarios} search={search} onChange={setSearch} />
          <p className="count" role="status">
            {found.length === 1 ? '1 case' : `${found.length} cases`}
          </p>
          {found.length === 0 && (
            <Notice>
              <p>
                No case fits.{' '}
                <button type="button" className="button" onClick={() => setSearch(anything)}>
                  Show all
                </button>
              </p>
            </Notice>
          )}
          <ul className="cards">
            {found.map(scenario => (
              <CaseCard key={scenario.scenario_id} scenario={scenario} persona={suited(scenario, loaded.value!.personas)[0]} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
