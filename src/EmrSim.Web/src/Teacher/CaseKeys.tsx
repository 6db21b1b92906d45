import { address } from '../Shell/routing';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import { inWords } from '../Shell/words';
import type { CaseList } from '../wire';
import { ContentFindings } from './ContentFindings';
import { askAsTeacher } from './teacherKey';

export function CaseKeys() {
  useTitle('Cases for teachers');
  const loaded = useLoaded('case-keys', signal => askAsTeacher<CaseList>('/api/teacher/cases', signal));
  if (!loaded.value) return <Waiting loaded={loaded} what="the cases" />;
  const { cases, problems } = loaded.value;
  return (
    <>
      <header className="page-head">
        <h1>Cases</h1>
        <p>With everything a student must not know.</p>
      </header>
      <ul className="encounters">
        {cases.map(one => (
          <li key={one.scenario_id} className="encounter-row">
            <div>
              <h2>
                <a href={address.teacher('cases', one.scenario_id)}>{one.title}</a>
              </h2>
              <p className="muted">{[inWords(one.region), inWords(one.difficulty)].filter(Boolean).join(' · ')}</p>
            </div>
            <p className="encounter-facts">
              <span>{one.checklist_items} checklist items</span>
              <span className={one.problems ? 'badge bad' : 'badge'}>{one.problems ? `${one.problems} problems` : 'Sound'}</span>
            </p>
          </li>
        ))}
      </ul>
      <section className="panel problems" aria-labelledby="validation">
        <h2 id="validation">Validation of all content</h2>
        <ContentFindings findings={problems} />
      </section>
    </>
  );
}
