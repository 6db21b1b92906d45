import { useEffect, useState } from 'react';
import { forget, keep, kept } from '../Shell/kept';
import { Notice } from '../Shell/Notice';
import { ask, wordsOf } from '../Shell/server';
import type { Reflection } from '../wire';

const questions = [
  { name: 'went_well', label: 'What went well?', hint: 'A question, a moment, a word that opened something.' },
  { name: 'to_improve', label: 'What would you do differently?', hint: 'What was missing, came too late or came too soon.' },
  { name: 'take_away', label: 'What do you take with you?', hint: 'One thing for the next patient.' },
] as const;

type Answers = Record<(typeof questions)[number]['name'], string>;
type Props = { id: string; patient: string; reflection: Reflection; onKept: (reflection: Reflection) => void; onSkip: () => void };

export function ReflectionForm({ id, patient, reflection, onKept, onSkip }: Props) {
  const draft = `reflection.${id}`;
  const [answers, setAnswers] = useState<Answers>(() => kept<Answers>(draft) ?? { went_well: reflection.went_well, to_improve: reflection.to_improve, take_away: reflection.take_away });
  const [problem, setProblem] = useState<string>();
  const [saving, setSaving] = useState(false);
  useEffect(() => keep(draft, answers), [draft, answers]);

  async function save() {
    setSaving(true);
    setProblem(undefined);
    try {
      const made = await ask<Reflection>(`/api/sessions/${encodeURIComponent(id)}/reflection`, { method: 'PUT', body: answers });
      forget(draft);
      onKept(made);
    } catch (failure) {
      setProblem(wordsOf(failure));
      setSaving(false);
    }
  }

  return (
    <form
      className="reflection"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <header className="page-head">
        <h1>Look back for a moment</h1>
        <p>Before you read what was said: how was it with {patient}? A few words are enough. They are kept with the transcript.</p>
      </header>
      {questions.map(({ name, label, hint }) => (
        <label className="field" key={name}>
          <span>{label}</span>
          <span className="muted" id={`${name}-hint`}>
            {hint}
          </span>
          <textarea rows={3} maxLength={4000} aria-describedby={`${name}-hint`} value={answers[name]} onChange={event => setAnswers({ ...answers, [name]: event.target.value })} />
        </label>
      ))}
      {problem && (
        <Notice tone="bad" role="alert">
          {problem} What you wrote is kept in this browser.
        </Notice>
      )}
      <p className="form-actions">
        <button className="button primary" disabled={saving || !Object.values(answers).some(text => text.trim())}>
          {saving ? 'Keeping' : 'Keep and go on'}
        </button>
        <button type="button" className="button" onClick={onSkip}>
          Later
        </button>
      </p>
    </form>
  );
}
