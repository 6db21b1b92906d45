import { useId, type ReactNode } from 'react';
import { inWords, phaseName } from '../Shell/words';
import type { FacultyCase, KeyPoint } from '../wire';
import { ContentFindings } from './ContentFindings';

/** What is behind a case, part by part; folded where it stands beside a conversation. */
export function CaseKey({ known, open }: { known: FacultyCase; open?: boolean }) {
  return (
    <div className="case-key">
      <Part title="Diagnosis" open>
        <List lines={known.diagnoses} />
      </Part>
      <Part title="Checklist" open={open}>
        <ul>
          {known.checklist.map(item => (
            <li key={item.id}>
              {item.text} {item.critical && <span className="badge bad">Critical</span>}{' '}
              <span className="muted">{[...new Set([item.phase && phaseName(item.phase), inWords(item.domain)])].filter(Boolean).join(' · ')}</span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="What the patient tells" open={open}>
        <Points points={known.history} />
      </Part>
      <Part title="What is found" open={open}>
        <Points points={known.findings} />
      </Part>
      <Part title="Differentials" open={open}>
        <List lines={known.differentials} />
      </Part>
      <Part title="Learning objectives" open={open}>
        <List lines={known.objectives} />
      </Part>
      <Part title="Notes for teachers" open={open}>
        <List lines={known.notes} />
      </Part>
      <Part title="Sources" open={open}>
        <List lines={known.sources} />
      </Part>
      <Part title="Validation" open={open}>
        <ContentFindings findings={known.problems} />
      </Part>
    </div>
  );
}

function Part({ title, open, children }: { title: string; open?: boolean; children: ReactNode }) {
  const heading = useId();
  return (
    <details className="side-part" open={open}>
      <summary id={heading}>{title}</summary>
      <div role="group" aria-labelledby={heading}>
        {children}
      </div>
    </details>
  );
}

function List({ lines }: { lines: string[] }) {
  if (lines.length === 0) return <p className="muted">None.</p>;
  return (
    <ul>
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Points({ points }: { points: KeyPoint[] }) {
  return (
    <dl className="points">
      {points.map(point => (
        <div key={point.label}>
          <dt>{point.label}</dt>
          <dd>{point.text}</dd>
        </div>
      ))}
    </dl>
  );
}
