const strokes = {
  mic: 'M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3Zm-7-3a7 7 0 0 0 14 0M12 19v3',
  micOff: 'M9 9v3a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.7-1.3M5 12a7 7 0 0 0 11.3 5.5M19 12a7 7 0 0 1-.6 2.8M12 19v3M4 3l16 18',
  phone: 'M5 4h4l2 5-2.5 1.5a12 12 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A16 16 0 0 1 4 5a1 1 0 0 1 1-1Z',
  send: 'M5 12h13M12 5l7 7-7 7',
  pause: 'M9 5v14M15 5v14',
  play: 'M7 5l12 7-12 7Z',
  stop: 'M6 6h12v12H6Z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4 4',
  check: 'M5 12.5 10 17l9-10',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3 2',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  down: 'M6 9l6 6 6-6',
  print: 'M7 8V4h10v4M7 17H4v-7h16v7h-3M7 14h10v6H7Z',
  save: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  picture: 'M4 5h16v14H4Zm0 11 5-5 4 4 3-3 4 4',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm10 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
} as const;

export type IconName = keyof typeof strokes;

/** Decoration beside words, so it is hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={strokes[name]} fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
