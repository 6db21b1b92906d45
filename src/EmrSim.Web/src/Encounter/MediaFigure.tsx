import { useState } from 'react';
import { Dialog } from '../Shell/Dialog';
import type { MediaRef } from '../wire';

export function MediaFigure({ media }: { media: MediaRef }) {
  const [enlarged, setEnlarged] = useState(false);
  const caption = media.title ?? 'Shown by the patient';
  if (!media.url) return null;
  return (
    <figure className="media">
      {media.type === 'video' && <video src={media.url} controls preload="metadata" aria-label={caption} />}
      {media.type === 'youtube' && (
        <iframe src={media.url.replace('www.youtube.com', 'www.youtube-nocookie.com')} title={caption} loading="lazy" allowFullScreen sandbox="allow-scripts allow-same-origin allow-presentation" />
      )}
      {media.type !== 'video' && media.type !== 'youtube' && (
        <button type="button" className="media-open" onClick={() => setEnlarged(true)} aria-label={`Enlarge: ${caption}`}>
          <img src={media.url} alt={caption} loading="lazy" />
        </button>
      )}
      <figcaption>{caption}</figcaption>
      {enlarged && (
        <Dialog title="Enlarged" wide onClose={() => setEnlarged(false)}>
          <img className="media-large" src={media.url} alt={caption} />
        </Dialog>
      )}
    </figure>
  );
}
