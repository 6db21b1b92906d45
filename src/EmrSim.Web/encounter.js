const part = id => document.getElementById(id);
const patientName = { value: 'Patient' };
let events;

async function call(path, body) {
  const response = await fetch(path, body === undefined ? {} : {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? problem.error ?? `The server answered ${response.status}.`);
  }
  return response;
}

const json = async (path, body) => (await call(path, body)).json();

function tell(problem) {
  part('problem').textContent = problem ? problem.message : '';
}

function show(view) {
  for (const id of ['cases', 'encounter']) part(id).hidden = id !== view;
  events?.close();
  part('connection').textContent = '';
  tell();
}

async function showCases() {
  show('cases');
  const [{ scenarios }, { personas }] = await Promise.all([json('/api/sps/scenarios'), json('/api/sps/personas')]);
  const scenario = part('scenario'), persona = part('persona');
  scenario.replaceChildren(...scenarios.map(s => new Option(s.title, s.scenario_id)));
  persona.replaceChildren(...personas.map(p => new Option(p.display_name, p.id)));
  scenario.onchange = () => {
    const chosen = scenarios.find(s => s.scenario_id === scenario.value);
    if (!chosen) return;
    part('scenario-facts').textContent = [chosen.region, chosen.difficulty, chosen.setting].filter(Boolean).join(' · ').replaceAll('_', ' ');
    const suited = chosen.persona_id ?? chosen.suggested_personas?.[0];
    if (suited && personas.some(p => p.id === suited)) persona.value = suited;
    persona.onchange();
  };
  persona.onchange = () => {
    const chosen = personas.find(p => p.id === persona.value);
    part('persona-facts').textContent = chosen ? [chosen.headline, chosen.age && `${chosen.age} years`].filter(Boolean).join(' · ') : '';
  };
  scenario.onchange();
}

function entryElement(key) {
  let element = [...part('transcript').children].find(li => li.dataset.key === key);
  if (!element) {
    element = document.createElement('li');
    element.dataset.key = key;
    part('transcript').append(element);
  }
  return element;
}

function picture(media) {
  const figure = document.createElement('figure');
  if (media.type === 'image') {
    const image = document.createElement('img');
    image.src = media.url;
    image.alt = media.caption ?? media.title ?? '';
    figure.append(image);
  } else {
    const link = document.createElement('a');
    link.href = media.url;
    link.textContent = media.caption ?? media.title ?? media.url;
    figure.append(link);
  }
  return figure;
}

function showEntry(entry) {
  const element = entryElement(entry.itemId);
  if (Number(element.dataset.revision ?? -1) > entry.revision) return;
  if (element.dataset.settled && !entry.isFinal) return;
  element.dataset.revision = entry.revision;
  if (entry.isFinal) element.dataset.settled = 'yes';
  const speaker = document.createElement('b');
  speaker.textContent = entry.role === 'user' ? 'You' : patientName.value;
  element.className = `${entry.role}${entry.isFinal ? '' : ' partial'}`;
  element.replaceChildren(speaker, entry.text);
  if (entry.media) element.append(picture(entry.media));
  element.scrollIntoView({ block: 'nearest' });
}

function follow(id) {
  events = new EventSource(`/api/sessions/${encodeURIComponent(id)}/events?after=0`);
  events.onopen = () => { part('connection').textContent = 'Live'; };
  events.onerror = () => { part('connection').textContent = 'Reconnecting'; };
  events.addEventListener('transcript', event => showEntry(JSON.parse(event.data)));
  events.addEventListener('encounter', () => refresh(id).catch(tell));
}

function linkTranscript(id) {
  for (const [name, suffix] of [['print', ''], ['json', '.json'], ['txt', '.txt'], ['vtt', '.vtt']])
    part(name).href = `/api/sessions/${encodeURIComponent(id)}/transcript${suffix}`;
}

async function refresh(id) {
  const encounter = await json(`/api/sessions/${encodeURIComponent(id)}`);
  const over = encounter.state !== 'active';
  part('phase').value = encounter.phase;
  part('phase').disabled = part('end').disabled = over;
  part('say').hidden = over;
  part('ended').hidden = encounter.state !== 'final' && encounter.state !== 'abandoned';
  const gates = { greeting_done: 'greeting', intro_done: 'introduction', consent_done: 'consent', identity_verified: 'name and date of birth' };
  const missing = Object.keys(gates).filter(gate => !encounter.gate[gate]).map(gate => gates[gate]);
  part('gates').textContent = missing.length ? `Still to do: ${missing.join(', ')}` : 'Greeting, introduction, consent and identity are done.';
  if (encounter.completeness) {
    const record = encounter.completeness;
    part('completeness').textContent = `${record.final} of ${record.expected} utterances are in the transcript.`;
  }
  return encounter;
}

async function showEncounter(id) {
  show('encounter');
  part('transcript').replaceChildren();
  linkTranscript(id);
  const encounter = await refresh(id);
  const { persona } = await json(`/api/sps/personas/${encodeURIComponent(encounter.persona_id)}`).catch(() => ({ persona: {} }));
  patientName.value = persona.display_name ?? persona.demographics?.preferred_name ?? persona.demographics?.name ?? 'Patient';
  part('who').textContent = `Encounter with ${patientName.value}`;
  follow(id);
  part('words').focus();

  part('phase').onchange = () => {
    const signal = { objective: 'move_objective', treatment_plan: 'move_treatment', subjective: 'move_subjective' }[part('phase').value];
    json(`/api/sessions/${encodeURIComponent(id)}/sps/phase`, { signal }).then(() => refresh(id)).catch(tell);
  };
  part('end').onclick = async () => {
    part('end').disabled = true;
    part('connection').textContent = 'Finishing';
    try {
      await json(`/api/sessions/${encodeURIComponent(id)}/end`, {});
      await refresh(id);
      part('connection').textContent = 'Ended';
    } catch (problem) { part('end').disabled = false; tell(problem); }
  };
  part('say').onsubmit = event => {
    event.preventDefault();
    say(id, part('words').value).catch(tell);
  };
  part('words').onkeydown = event => {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); part('say').requestSubmit(); }
  };
}

async function say(id, text) {
  const words = part('words'), button = part('say').querySelector('button');
  button.disabled = true;
  tell();
  const turnId = part('say').dataset.turnId ??= crypto.randomUUID();
  try {
    const response = await call(`/api/sessions/${encodeURIComponent(id)}/messages`, { text, client_turn_id: turnId });
    await readAnswer(response.body.pipeThrough(new TextDecoderStream()));
    delete part('say').dataset.turnId;
    words.value = '';
    await refresh(id);
  } finally {
    button.disabled = false;
    words.focus();
  }
}

async function readAnswer(stream) {
  let buffer = '', spoken = '';
  for await (const chunk of stream) {
    buffer += chunk;
    const blocks = buffer.split('\n\n');
    buffer = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1], data = /^data: (.*)$/m.exec(block)?.[1];
      if (!data) continue;
      const value = JSON.parse(data);
      if (name === 'error') throw new Error(value.detail ?? value.error);
      if (name === 'delta') {
        spoken += value.text;
        const element = entryElement('answer');
        element.className = 'assistant partial';
        element.textContent = spoken;
        element.scrollIntoView({ block: 'nearest' });
      }
      if (name === 'done') entryElement('answer').remove();
    }
  }
}

function route() {
  const id = /^#encounter\/(.+)$/.exec(location.hash)?.[1];
  (id ? showEncounter(decodeURIComponent(id)) : showCases()).catch(tell);
}

part('start').onsubmit = event => {
  event.preventDefault();
  json('/api/sessions', { persona_id: part('persona').value, scenario_id: part('scenario').value, mode: 'sps' })
    .then(session => { location.hash = `#encounter/${session.session_id}`; })
    .catch(tell);
};
addEventListener('hashchange', route);
route();
