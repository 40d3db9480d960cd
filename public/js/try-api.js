/** Sends the operations of the page with the key that was typed, and shows the answers. Nothing is kept. */
const key = document.querySelector('#key');
document.querySelector('[data-key]').hidden = false;

for (const form of document.querySelectorAll('[data-try]')) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    show(form, 'Waiting for the answer …');
    send(form).then(
      (text) => show(form, text),
      () => show(form, 'There was no answer. Try again.'),
    );
  });
}

function show(form, text) {
  const answer = form.querySelector('[data-answer]');
  answer.textContent = text;
  answer.hidden = false;
}

async function send(form) {
  const headers = { Authorization: `Bearer ${key.value.trim()}`, Accept: 'application/json' };
  const { body, type } = bodyOf(form);
  if (type) headers['Content-Type'] = type;
  const options = { method: form.dataset.method, headers, body, credentials: 'omit' };
  const answer = await fetch(addressOf(form), options);
  const lines = [`${answer.status} ${answer.statusText}`];
  if (answer.headers.get('Location')) lines.push(`Location: ${answer.headers.get('Location')}`);
  return `${lines.join('\n')}\n\n${indented(await answer.text())}`;
}

function addressOf(form) {
  const query = new URLSearchParams();
  let path = form.dataset.address;
  for (const { name, value, dataset } of form.querySelectorAll('[data-place]')) {
    if (dataset.place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '') query.set(name, value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function bodyOf(form) {
  const text = form.querySelector('[data-body]');
  if (text) return { body: text.value, type: 'application/json' };
  const file = form.querySelector('[data-file]')?.files[0];
  if (!file) return {};
  const body = new FormData();
  body.set('file', file);
  return { body };
}

/** JSON on lines of its own; anything else as it is. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
