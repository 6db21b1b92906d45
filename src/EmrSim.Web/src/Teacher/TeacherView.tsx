import { address } from '../Shell/routing';
import { CaseKeyPage } from './CaseKeyPage';
import { CaseKeys } from './CaseKeys';
import { Encounters } from './Encounters';
import { SignedIn } from './SignedIn';
import { Watch } from './Watch';
import './teacher.css';

const parts = [
  { part: 'running', name: 'Running' },
  { part: 'transcripts', name: 'Transcripts' },
  { part: 'cases', name: 'Cases' },
];

export default function TeacherView({ part, id }: { part: string; id?: string }) {
  return (
    <SignedIn what="encounters and cases">
      {signOut => (
        <>
          <nav className="parts" aria-label="Teacher">
            {parts.map(one => (
              <a key={one.part} href={address.teacher(one.part)} aria-current={one.part === part ? 'page' : undefined}>
                {one.name}
              </a>
            ))}
            {signOut && (
              <button type="button" className="button plain" onClick={signOut}>
                Sign out
              </button>
            )}
          </nav>
          <Part part={part} id={id} />
        </>
      )}
    </SignedIn>
  );
}

function Part({ part, id }: { part: string; id?: string }) {
  if (part === 'transcripts') return <Encounters key="over" state="over" title="Transcripts" />;
  if (part === 'cases') return id ? <CaseKeyPage key={id} id={id} /> : <CaseKeys />;
  if (part === 'watch' && id) return <Watch key={id} id={id} />;
  return <Encounters key="running" state="running" title="Running encounters" />;
}
