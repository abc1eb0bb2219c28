// Follows a work that goes on by itself, and shows its outcome when it ends.
"use strict";
(() => {
  const box = document.querySelector(".job-progress");
  if (!box) return;
  const bar = box.querySelector("progress");
  const label = box.querySelector("label");
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.address, { headers: { Accept: "application/json" } });
      const state = await answer.json();
      bar.value = state.percent;
      label.textContent = state.label;
      if (!state.running || state.stale) {
        window.location.reload();
        return;
      }
    } catch {
      // The next look will tell.
    }
    window.setTimeout(look, 1000);
  };
  window.setTimeout(look, 1000);
})();
