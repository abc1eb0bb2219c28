// Saves each row as soon as it is typed. Without this script the same form posts.
// What is not saved yet stays in the fields and in this browser's session.
(() => {
  const form = document.querySelector("[data-typing]");
  if (!form) return;
  const person = form.dataset.typing;
  const all = (selector, within = form) => [...within.querySelectorAll(selector)];
  const fields = (row) => all("input, textarea, select", row);
  const cells = (row) => fields(row).filter((f) => f.type !== "hidden");
  const key = (row) => `saisie:${person}:${row.dataset.row || location.pathname}`;
  const named = (row, end) => row.querySelector(`[name$="-${end}"]`);
  const rowOf = (element) => element.closest("[data-row]");
  const valueOf = (f) => (f.type === "checkbox" ? f.checked : f.value);
  const setValue = (f, value) => { f[f.type === "checkbox" ? "checked" : "value"] = value; };
  const say = (row, text, link) => {
    const said = row.querySelector("[data-said]") || form.querySelector("[data-typing-status]");
    said.textContent = text;
    if (link) said.append(" ", Object.assign(document.createElement("a"), link));
  };

  const keep = (row) => {
    row.dataset.pending = "";
    const typed = fields(row).map((f) => [f.name, valueOf(f)]);
    sessionStorage.setItem(key(row), JSON.stringify(typed));
  };
  const forget = (row) => {
    delete row.dataset.pending;
    sessionStorage.removeItem(key(row));
  };
  const showErrors = (row, errors) => {
    all(".errorlist", row).forEach((list) => list.remove());
    all("[aria-invalid]", row).forEach((f) => f.removeAttribute("aria-invalid"));
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

  // How many rows still owe a result, and the way to the first of them.
  const count = () => {
    const bar = document.querySelector("[data-count] progress");
    const owed = all(".typing-owed");
    const next = document.querySelector("[data-next]");
    if (!bar) return;
    bar.value = bar.max - owed.length;
    document.querySelector("[data-filled]").textContent = bar.value.toLocaleString("fr-FR");
    if (!next) return;
    next.hidden = !owed.length;
    if (owed.length) next.hash = owed[0].id;
  };

  const take = async (row, answer, sent) => {
    const isJson = (answer.headers.get("content-type") || "").includes("json");
    if (answer.redirected || (answer.status === 403 && !isJson)) {
      const login = { href: "/connexion/", target: "_blank", textContent: "Se connecter dans un autre onglet" };
      say(row, "Non enregistré : votre session a expiré, le texte est gardé.", login);
      return;
    }
    if (answer.status === 404) {
      say(row, "Non enregistré : cette ligne n’est plus dans votre saisie. Le texte reste ici, le copier si besoin.");
      return;
    }
    if (!isJson) throw answer;
    const body = await answer.json();
    if (body.row) {
      forget(row);
      row.outerHTML = body.row;
      count();
    } else if (answer.ok) {
      showErrors(row, {});
      row.querySelector("[data-conflict]").replaceChildren();
      named(row, "version").value = body.version;
      named(row, "base").value = body.base;
      row.querySelector("[data-state]").innerHTML = body.state;
      row.classList.toggle("typing-owed", body.owed);
      count();
      say(row, body.message);
      if (sent === state(row)) forget(row); else keep(row);
    } else if (answer.status === 422) {
      showErrors(row, body.errors);
      say(row, "Non enregistré : corriger la ligne.");
    } else if (answer.status === 409) {
      row.querySelector("[data-conflict]").innerHTML = body.html;
      say(row, "Non enregistré : choisir une version.");
    } else {
      say(row, body.message);
    }
  };

  const state = (row) => JSON.stringify(cells(row).map(valueOf));
  const post = async (row, choice) => {
    delete row.dataset.queued;
    const data = new FormData();
    data.append("person", person);
    fields(row).forEach((f) => data.append(f.name, f.value));
    if (choice) data.append(choice.name, choice.value);
    // Logging in again, in another tab, changes the token: the cookie has the new one.
    const token = document.cookie.match(/csrftoken=([^;]+)/);
    const headers = { "X-CSRFToken": token ? token[1] : "" };
    const request = { method: "POST", body: data, headers, signal: AbortSignal.timeout(20000) };
    const sent = state(row);
    try {
      await take(row, await fetch(row.dataset.row, request), sent);
    } catch {
      say(row, "Non enregistré : connexion perdue. Le texte est gardé, nouvel essai dans un instant.");
      setTimeout(() => "pending" in row.dataset && save(row), 10000);
    }
  };
  // One row after the other: a pasted block does not ask for all at once.
  let queue = Promise.resolve();
  const save = (row, choice) => {
    if (!row.dataset.row || ("queued" in row.dataset && !choice)) return;
    row.dataset.queued = "";
    say(row, "Enregistrement…");
    queue = queue.then(() => post(row, choice));
  };
  const saveAll = () => all("[data-pending]").forEach((row) => save(row));

  form.addEventListener("input", (event) => keep(rowOf(event.target)));
  form.addEventListener("change", (event) => save(rowOf(event.target)));
  form.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choice]");
    if (!choice) return;
    event.preventDefault();
    save(rowOf(choice), choice);
  });
  form.addEventListener("submit", () => {
    all("[data-pending]").forEach((row) => delete row.dataset.pending);
  });
  addEventListener("focus", saveAll);
  addEventListener("online", saveAll);
  addEventListener("beforeunload", (event) => {
    if (form.querySelector("[data-pending]")) event.preventDefault();
  });

  // Kept text comes back with the version over which it was typed: if somebody saved
  // since, both versions will be shown. A note that was written meanwhile does not.
  all("[data-row]").forEach((row) => {
    const kept = JSON.parse(sessionStorage.getItem(key(row)) || "[]")
      .filter(([name]) => form.elements[name])
      .map(([name, value]) => [form.elements[name], value]);
    const differs = ([field, value]) => valueOf(field) !== value;
    const isWritten = kept.some((one) => one[0].name.endsWith("-written") && differs(one));
    if (isWritten || !kept.some((one) => one[0].type !== "hidden" && differs(one))) {
      forget(row);
      return;
    }
    kept.forEach(([field, value]) => setValue(field, value));
    row.dataset.pending = "";
    say(row, "Texte retrouvé, pas encore enregistré.");
    save(row);
  });
})();
