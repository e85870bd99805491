// Copies what stands in the element that `data-copy` names, and says so on the button.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  if (await copied(source)) {
    const word = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = word), 2000);
  }
});

// Without HTTPS there is no clipboard: then the text is selected, ready for Ctrl-C.
async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return false;
  }
}
