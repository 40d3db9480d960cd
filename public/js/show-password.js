/** Beside each password a button that shows what is typed; without scripts there is none. */
for (const input of document.querySelectorAll('input[type="password"]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button';
  button.setAttribute('aria-controls', input.id);
  button.setAttribute('aria-label', 'Show what is typed');
  button.setAttribute('aria-pressed', 'false');
  button.textContent = 'Show';
  button.addEventListener('click', () => {
    const isShown = input.type === 'text';
    input.type = isShown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!isShown));
  });
  // Sent as a password, so that the browser does not remember it among ordinary words.
  input.form.addEventListener('submit', () => (input.type = 'password'));
  input.after(button);
}
