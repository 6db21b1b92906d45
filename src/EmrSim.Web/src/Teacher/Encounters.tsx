import { useEffect, useState } from 'react';
import { Icon } from '../Shell/Icon';
import { wordsOf } from '../Shell/server';
import { address } from '../Shell/routing';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import type { EncounterList, ListedEncounter } from '../wire';
import { EncounterRow } from './EncounterRow';
import { askAsTeacher } from './teacherKey';

const between = 4000;
const settled = 250;

/** Encounters of all instances: those that run, seen anew every few seconds, or those that are over, by what was said. */
export function Encounters({ state, title }: { state: 'running' | 'over'; title: string }) {
  useTitle(title);
  const [words, setWords] = useState('');
  const [sought, setSought] = useState('');
  const path = `/api/teacher/encounters?state=${state}${sought ? `&q=${encodeURIComponent(sought)}` : ''}`;
  const loaded = useLoaded(path, signal => askAsTeacher<EncounterList>(path, signal));
  const older = useOlder(path, loaded.value);

  useEffect(() => {
    const calm = setTimeout(() => setSought(words.trim()), settled);
    return () => clearTimeout(calm);
  }, [words]);
  useEffect(() => {
    if (state !== 'running') return;
    const looking = setInterval(() => document.visibilityState === 'visible' && loaded.reload(), between);
    return () => clearInterval(looking);
  }, [state, loaded.reload]);

  const all = [...(loaded.value?.encounters ?? []), ...older.encounters];
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
      </header>
      <search>
        <label className="field">
          <span>Search in what was said</span>
          <span className="with-icon">
            <Icon name="search" />
            <input type="search" value={words} onChange={event => setWords(event.target.value)} />
          </span>
        </label>
      </search>
      {!loaded.value && <Waiting loaded={loaded} what="the encounters" />}
      {loaded.value && (
        <>
          <p className="count" role="status">
            {all.length === 0 ? (state === 'running' ? 'Nobody is with a patient just now.' : 'Nothing found.') : all.length === 1 ? '1 encounter' : `${all.length}${older.more ? ' or more' : ''} encounters`}
          </p>
          <ul className="encounters">
            {all.map(encounter => (
              <EncounterRow key={encounter.session_id} encounter={encounter} sought={sought} to={address.teacher('watch', encounter.session_id)} />
            ))}
          </ul>
          {older.more && (
            <button type="button" className="button" onClick={older.load}>
              Show older ones
            </button>
          )}
          {older.problem && <p role="alert">{older.problem}</p>}
        </>
      )}
    </>
  );
}

function useOlder(path: string, first: EncounterList | undefined) {
  const [pages, setPages] = useState<{ path: string; encounters: ListedEncounter[]; before: number | null } | undefined>();
  const [problem, setProblem] = useState<string>();
  const current = pages?.path === path ? pages : undefined;
  const before = current ? current.before : first?.before;
  const load = () => {
    setProblem(undefined);
    askAsTeacher<EncounterList>(`${path}&before=${before}`).then(
      next => setPages({ path, encounters: [...(current?.encounters ?? []), ...next.encounters], before: next.before }),
      failure => setProblem(wordsOf(failure)),
    );
  };
  return { encounters: current?.encounters ?? [], more: typeof before === 'number', load, problem };
}
