import { useEffect, useRef, useState, type ReactNode, type Ref } from 'react';
import { Icon } from '../Shell/Icon';
import { keep, kept, forget } from '../Shell/kept';

type Props = { encounterId: string; patient: string; disabled: boolean; field: Ref<HTMLTextAreaElement>; onSay: (text: string) => void; children?: ReactNode };

/** What is half written outlives a reload too. */
export function Composer({ encounterId, patient, disabled, field, onSay, children }: Props) {
  const draft = `draft.${encounterId}`;
  const [words, setWords] = useState(() => kept<string>(draft) ?? '');
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (words) keep(draft, words);
    else forget(draft);
  }, [draft, words]);

  return (
    <form
      ref={form}
      className="composer"
      onSubmit={event => {
        event.preventDefault();
        const text = words.trim();
        if (!text || disabled) return;
        onSay(text);
        setWords('');
      }}
    >
      {children}
      <label className="aside" htmlFor="words">
        Your words to {patient}
      </label>
      <textarea
        id="words"
        ref={field}
        rows={1}
        maxLength={4000}
        value={words}
        disabled={disabled}
        placeholder={`Say something to ${patient}`}
        enterKeyHint="send"
        onChange={event => setWords(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          form.current!.requestSubmit();
        }}
      />
      <button className="button primary round" disabled={disabled || !words.trim()} aria-label="Say it">
        <Icon name="send" />
      </button>
    </form>
  );
}
