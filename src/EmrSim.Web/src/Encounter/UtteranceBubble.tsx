import { memo } from 'react';
import { MediaFigure } from './MediaFigure';
import type { Utterance } from './utterance';

const troubles: Record<string, string> = {
  failed: 'These words could not be understood.',
  interrupted: 'Interrupted',
  abandoned: 'These words were given up at the end.',
};

/** Drawn again only when it changes: a long conversation must not get slower. */
export const UtteranceBubble = memo(function UtteranceBubble({ said, name }: { said: Utterance; name: string }) {
  return (
    <li className={`said ${said.role} ${said.state}`} data-item={said.id} data-state={said.state}>
      <span className="speaker">{name}</span>
      {said.text && <p>{said.text}</p>}
      {said.media.map(media => (
        <MediaFigure key={media.id} media={media} />
      ))}
      {troubles[said.state] && <span className="trouble">{troubles[said.state]}</span>}
    </li>
  );
});
