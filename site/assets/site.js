// What pages gain where scripts run: buttons that copy snippets. Without them, text is selected by hand.

for (const box of document.querySelectorAll('.snippet')) {
  if (!navigator.clipboard) break;
  const button = document.createElement('button');
  const text = box.querySelector('pre').textContent;
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy the snippet for ${box.dataset.client}`);
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
  box.append(button);
}
