// Leaving a form whose fields were changed and not sent asks first.
(() => {
  const form = document.querySelector("[data-unsaved]");
  if (!form) return;
  let changed = form.querySelector("[aria-invalid]") !== null;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
})();
