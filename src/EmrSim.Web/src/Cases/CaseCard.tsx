import { Avatar } from '../Shell/Avatar';
import { address } from '../Shell/routing';
import { inWords } from '../Shell/words';
import type { PersonaSummary, ScenarioSummary } from '../wire';

export function CaseCard({ scenario, persona }: { scenario: ScenarioSummary; persona?: PersonaSummary }) {
  return (
    <li className="card">
      <div className="card-head">
        <Avatar name={persona?.display_name ?? scenario.title} />
        <p className="card-who">
          <span>{persona?.display_name ?? 'A patient'}</span>
          <span className="muted">{persona?.age ? `${persona.age} years` : scenario.student_case_id}</span>
        </p>
        {scenario.difficulty && <span className={`badge ${scenario.difficulty}`}>{inWords(scenario.difficulty)}</span>}
      </div>
      <h2>
        <a href={address.before(scenario.scenario_id)}>{scenario.title}</a>
      </h2>
      <p className="muted">{[inWords(scenario.region), inWords(scenario.setting)].filter(Boolean).join(' · ')}</p>
      {scenario.practises && scenario.practises.length > 0 && (
        <>
          <h3>You practise</h3>
          <ul className="chips">
            {scenario.practises.map(focus => (
              <li key={focus}>{inWords(focus)}</li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}
