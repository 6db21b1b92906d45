import type { ContentFinding } from '../wire';

export function ContentFindings({ findings }: { findings: ContentFinding[] }) {
  if (findings.length === 0) return <p className="muted">Nothing is wrong.</p>;
  return (
    <ul>
      {findings.map(finding => (
        <li key={`${finding.code} ${finding.where}`}>
          <span className={finding.severity === 'error' ? 'badge bad' : 'badge warn'}>{finding.severity}</span> {finding.message} <code>{finding.where}</code>
        </li>
      ))}
    </ul>
  );
}
