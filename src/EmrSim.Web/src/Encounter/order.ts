import type { Utterance } from './utterance';

/**
 * The order of the server's transcript: each utterance after the one it names; those without a predecessor by the time at which they
 * began; those whose predecessor is unknown, and circles, at the end.
 */
export function arrange(items: Iterable<Utterance>): Utterance[] {
  const all = [...items];
  const known = new Set(all.map(item => item.id));
  const followers = new Map<string, Utterance[]>();
  for (const item of all) {
    if (item.previous) followers.set(item.previous, [...(followers.get(item.previous) ?? []), item]);
  }

  const arranged: Utterance[] = [];
  const placed = new Set<string>();
  const place = (head: Utterance) => {
    // A chain can be as long as the conversation, so no recursion.
    const waiting = [head];
    for (let item = waiting.pop(); item; item = waiting.pop()) {
      if (placed.has(item.id)) continue;
      placed.add(item.id);
      arranged.push(item);
      waiting.push(...(followers.get(item.id) ?? []).sort(bySeq).reverse());
    }
  };
  for (const head of all.filter(item => !item.previous).sort((a, b) => a.startedAt - b.startedAt || bySeq(a, b))) place(head);
  for (const orphan of all.filter(item => item.previous && !known.has(item.previous)).sort(bySeq)) place(orphan);
  for (const circling of all.filter(item => !placed.has(item.id)).sort(bySeq)) place(circling);
  return arranged;
}

// What has no place in the log yet is the newest.
const bySeq = (a: Utterance, b: Utterance) => (a.seq || Infinity) - (b.seq || Infinity) || a.startedAt - b.startedAt;
