import { useState, type ReactNode } from 'react';
import { Notice } from '../Shell/Notice';
import { wordsOf } from '../Shell/server';
import { useLoaded } from '../Shell/useLoaded';
import { Waiting } from '../Shell/Waiting';
import type { TeacherDoor } from '../wire';
import { askAsTeacher, setTeacherKey, teacherKey } from './teacherKey';

type Props = { what: string; children: (signOut: (() => void) | undefined) => ReactNode };

/** Shows what is inside to teachers, and to others the door. */
export function SignedIn({ what, children }: Props) {
  const [turn, setTurn] = useState(0);
  const door = useLoaded(`door.${turn}`, signal => askAsTeacher<TeacherDoor>('/api/teacher/door', signal));
  const again = () => setTurn(count => count + 1);
  if (!door.value) return <Waiting loaded={door} what={what} />;
  if (door.value.open) {
    const signOut = () => {
      setTeacherKey(undefined);
      again();
    };
    return children(teacherKey() ? signOut : undefined);
  }
  return door.value.needs_key ? <SignIn what={what} onSignedIn={again} /> : <Shut />;
}

function SignIn({ what, onSignedIn }: { what: string; onSignedIn: () => void }) {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string>();

  async function enter() {
    setProblem(undefined);
    setTeacherKey(key.trim());
    try {
      const door = await askAsTeacher<TeacherDoor>('/api/teacher/door');
      if (door.open) return onSignedIn();
      setProblem('This key does not open the door. Check it and try again.');
    } catch (failure) {
      setProblem(wordsOf(failure));
    }
    setTeacherKey(undefined);
  }

  return (
    <form
      className="sign-in panel"
      onSubmit={event => {
        event.preventDefault();
        void enter();
      }}
    >
      <h1>Sign in</h1>
      <p>To see {what} you need the teacher key of this server. Whoever runs the server has it.</p>
      <label className="field">
        <span>Teacher key</span>
        <input type="password" autoComplete="current-password" value={key} onChange={event => setKey(event.target.value)} required aria-invalid={problem ? true : undefined} aria-describedby="key-problem" />
      </label>
      <p id="key-problem" role="alert" className="problem">
        {problem}
      </p>
      <button className="button primary">Sign in</button>
    </form>
  );
}

function Shut() {
  return (
    <Notice tone="warn">
      <h1>Teachers can’t sign in here</h1>
      <p>This server is open to the network and has no teacher key. Whoever runs it sets TEACHER_KEY and starts it again.</p>
    </Notice>
  );
}
