// Saves each row as soon as it is typed. Without this script the same form posts.
// What could not be saved stays in the fields, in this browser's session, and warns.
(() => {
  const form = document.querySelector("[data-typing]");
  if (!form) return;
  const key = (row) => `saisie:${row.dataset.row}`;
  const fields = (row) => [...row.querySelectorAll("input, textarea, select")];
  const pending = () => form.querySelector("[data-pending]");
  const say = (row, text) => { row.querySelector("[data-said]").textContent = text; };
  const named = (row, end) => row.querySelector(`[name$="-${end}"]`);

  const keep = (row) => {
    row.dataset.pending = "";
    const typed = fields(row).filter((f) => f.type !== "hidden").map((f) => [f.name, f.value]);
    const version = named(row, "version").value;
    sessionStorage.setItem(key(row), JSON.stringify({ version, typed }));
  };
  const forget = (row) => {
    delete row.dataset.pending;
    sessionStorage.removeItem(key(row));
  };
  const showErrors = (row, errors) => {
    row.querySelectorAll(".errorlist").forEach((list) => list.remove());
    for (const [name, messages] of Object.entries(errors)) {
      const field = named(row, name);
      const list = document.createElement("ul");
      list.className = "errorlist";
      list.id = `${field.id}_error`;
      for (const message of messages) {
        list.appendChild(document.createElement("li")).textContent = message;
      }
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", list.id);
      field.closest(".field").append(list);
    }
  };
  const clear = (row) => {
    row.querySelectorAll("[aria-invalid]").forEach((f) => f.removeAttribute("aria-invalid"));
    showErrors(row, {});
    row.querySelector("[data-conflict]").replaceChildren();
  };

  const take = async (row, answer) => {
    if (answer.redirected || answer.status === 404) {
      say(row, "Non enregistré : se reconnecter dans un autre onglet, puis enregistrer ici.");
      return;
    }
    const body = await answer.json();
    if (answer.ok) {
      clear(row);
      named(row, "version").value = body.version;
      named(row, "base").value = body.base;
      row.querySelector("[data-state]").innerHTML = body.state;
      say(row, body.message);
      forget(row);
    } else if (answer.status === 422) {
      showErrors(row, body.errors);
      say(row, "Non enregistré : corriger la ligne.");
    } else if (answer.status === 409) {
      row.querySelector("[data-conflict]").innerHTML = body.html;
      named(row, "version").value = body.version;
      say(row, "Non enregistré : choisir une version.");
    } else {
      say(row, body.message);
    }
  };

  const save = async (row) => {
    if (row.dataset.saving) { row.dataset.again = ""; return; }
    row.dataset.saving = "1";
    say(row, "Enregistrement…");
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    fields(row).forEach((f) => data.append(f.name, f.value));
    try {
      await take(row, await fetch(row.dataset.row, { method: "POST", body: data }));
    } catch {
      say(row, "Non enregistré : connexion perdue. Le texte est gardé, nouvel essai dans un instant.");
      setTimeout(() => row.hasAttribute("data-pending") && save(row), 10000);
    }
    delete row.dataset.saving;
    if ("again" in row.dataset) { delete row.dataset.again; save(row); }
  };

  form.addEventListener("input", (event) => keep(event.target.closest("[data-row]")));
  form.addEventListener("change", (event) => save(event.target.closest("[data-row]")));
  form.addEventListener("submit", () => {
    form.querySelectorAll("[data-pending]").forEach((row) => delete row.dataset.pending);
  });
  addEventListener("beforeunload", (event) => pending() && event.preventDefault());

  form.querySelectorAll("[data-row]").forEach((row) => {
    const kept = JSON.parse(sessionStorage.getItem(key(row)) || "null");
    let restored = false;
    // A higher version means that the text was saved since.
    const typed = kept && kept.version === named(row, "version").value ? kept.typed : [];
    for (const [name, value] of typed) {
      const field = form.elements[name];
      if (field && field.value !== value) { field.value = value; restored = true; }
    }
    if (restored) {
      row.dataset.pending = "";
      say(row, "Texte retrouvé, pas encore enregistré.");
    }
  });
})();
