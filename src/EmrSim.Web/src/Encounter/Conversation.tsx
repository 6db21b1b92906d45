import { useEffect, useRef, useState } from 'react';
import { Icon } from '../Shell/Icon';
import type { Letter } from './Outbox';
import { UtteranceBubble } from './UtteranceBubble';
import { WaitingLetter } from './WaitingLetter';
import { isPartial, type Utterance } from './utterance';

type Props = {
  conversation: readonly Utterance[];
  letters: readonly Letter[];
  patient: string;
  student?: string;
  connected: boolean;
  onRetry?: (id: string) => void;
  onDiscard?: (id: string) => void;
};

const nearEnd = 120;

export function Conversation({ conversation, letters, patient, student = 'You', connected, onRetry, onDiscard }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [behind, setBehind] = useState(false);
  const told = new Set(conversation.map(said => said.id));
  const waiting = letters.filter(letter => !told.has(`msg-${letter.id}`));
  const last = conversation.findLast(said => !isPartial(said) && said.role === 'assistant');

  const list = useRef<HTMLOListElement>(null);

  // Pictures grow the list after they were drawn, so its size is what is followed.
  useEffect(() => {
    const growing = new ResizeObserver(() => {
      if (following.current) box.current?.scrollTo({ top: box.current.scrollHeight });
    });
    growing.observe(list.current!);
    growing.observe(box.current!);
    return () => growing.disconnect();
  }, []);
  useEffect(() => {
    if (!following.current) setBehind(true);
  }, [conversation.length, waiting.length]);

  function scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    following.current = scrollHeight - scrollTop - clientHeight < nearEnd;
    if (following.current) setBehind(false);
  }

  function toEnd() {
    following.current = true;
    setBehind(false);
    box.current!.scrollTo({ top: box.current!.scrollHeight });
  }

  return (
    <div className="conversation">
      <div className="scroll" ref={box} onScroll={scrolled} tabIndex={0} role="region" aria-label="Conversation">
        {conversation.length === 0 && waiting.length === 0 && <p className="empty">The patient looks up as you come in.</p>}
        <ol id="conversation" ref={list}>
          {conversation.map(said => (
            <UtteranceBubble key={said.id} said={said} name={said.role === 'user' ? student : patient} />
          ))}
          {waiting.map(letter => (
            <WaitingLetter key={letter.id} letter={letter} connected={connected} onRetry={onRetry} onDiscard={onDiscard} />
          ))}
        </ol>
      </div>
      {/* One finished answer at a time is read aloud; words that still grow would be read over and over. */}
      <p className="aside" aria-live="polite">
        {last ? `${patient}: ${last.text}` : ''}
      </p>
      {behind && (
        <button type="button" className="button to-end" onClick={toEnd}>
          <Icon name="down" /> Newest words
        </button>
      )}
    </div>
  );
}
