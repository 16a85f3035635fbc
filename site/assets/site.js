// What pages gain where scripts run: buttons that copy snippets. Without them, text is selected by hand.

const said = document.createElement('p');
said.className = 'unseen';
said.setAttribute('role', 'status');
document.body.append(said);

for (const box of document.querySelectorAll('.snippet')) {
  if (!navigator.clipboard) break;
  const button = document.createElement('button');
  const text = box.querySelector('pre').textContent;
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy the text for ${box.dataset.client}`);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = said.textContent = 'Copied';
    } catch {
      button.textContent = said.textContent = 'Copy failed';
    }
    setTimeout(() => {
      button.textContent = 'Copy';
      said.textContent = '';
    }, 2000);
  });
  box.append(button);
}
