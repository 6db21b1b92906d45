import { Icon } from '../Shell/Icon';
import type { Completeness } from '../wire';

const lacks = [
  { field: 'failed', words: 'could not be understood' },
  { field: 'interrupted', words: 'interrupted' },
  { field: 'abandoned', words: 'given up at the end' },
] as const;

/** Says what the transcript holds and, just as plainly, what it lacks. */
export function CompletenessRecord({ record }: { record: Completeness }) {
  const missing = lacks.filter(({ field }) => record[field] > 0).map(({ field, words }) => `${record[field]} ${words}`);
  const whole = record.final === record.expected;
  return (
    <p className={whole ? 'completeness whole' : 'completeness'}>
      <Icon name={whole ? 'check' : 'eye'} />
      <span>
        {record.final} of {record.expected} utterances are in the transcript.{missing.length > 0 && ` ${missing.join(', ')}.`}
        {record.witnessed > 0 && ` ${record.witnessed} told by the voice service itself.`}
      </span>
    </p>
  );
}
