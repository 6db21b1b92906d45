import { Icon } from '../Shell/Icon';
import { inWords } from '../Shell/words';
import type { ScenarioSummary } from '../wire';
import { choices, type Search } from './library';

type Props = { scenarios: ScenarioSummary[]; search: Search; onChange: (search: Search) => void };

export function Filters({ scenarios, search, onChange }: Props) {
  return (
    <search className="filters">
      <label className="field search">
        <span>Search</span>
        <span className="with-icon">
          <Icon name="search" />
          <input type="search" value={search.words} placeholder="knee, stairs, first visit" onChange={event => onChange({ ...search, words: event.target.value })} />
        </span>
      </label>
      {(['region', 'difficulty', 'setting'] as const).map(field => (
        <label className="field" key={field}>
          <span>{inWords(field)}</span>
          <select value={search[field]} onChange={event => onChange({ ...search, [field]: event.target.value })}>
            <option value="">Any</option>
            {choices(scenarios, field).map(value => (
              <option key={value} value={value}>
                {inWords(value)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </search>
  );
}
