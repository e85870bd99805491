// Small comforts of a page; everything works without them.
const forms = new WeakSet();

// A filter acts as soon as it is chosen.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// A second press of the same button must not do the thing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (forms.has(form)) event.preventDefault();
  forms.add(form);
  setTimeout(() => forms.delete(form), 3000);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// The summary of what is wrong is read first.
document.getElementById("errors")?.focus();
