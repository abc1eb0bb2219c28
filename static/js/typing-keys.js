// Typing as in a spreadsheet: keys that go from cell to cell, blocks pasted with a
// preview. What is pasted is then saved as if it had been typed.
(() => {
  const form = document.querySelector("[data-typing]");
  if (!form) return;
  const rows = () => [...form.querySelectorAll("[data-row]")];
  const rowOf = (element) => element.closest("[data-row]");
  const cells = (row) => [...row.querySelectorAll("input, textarea, select")]
    .filter((f) => f.type !== "hidden");

  const nameOf = (field) => {
    const legend = rowOf(field).querySelector("legend, th").textContent.trim();
    return `${legend} – ${field.labels[0].textContent.trim()}`;
  };
  // The title above a row, which tells it from another of the same name.
  const headingOf = (field) => {
    let at = rowOf(field);
    while (at && at.tagName !== "H2") at = at.previousElementSibling;
    return at ? ` (${at.textContent.replace(/\s+/g, " ").trim()})` : "";
  };

  const kind = (f) => f.name.replace(/^r\d+-/, "");
  const beside = (field, step) => {
    const row = cells(rowOf(field));
    return row[row.indexOf(field) + step];
  };
  const under = (field, step) => {
    const lines = rows();
    for (let at = lines.indexOf(rowOf(field)) + step; lines[at]; at += step) {
      const same = cells(lines[at]).find((f) => kind(f) === kind(field));
      if (same) return same;
    }
    return null;
  };
  const atEdge = (f, end) => f.selectionStart === f.selectionEnd && f.selectionStart === (end ? f.value.length : 0);
  const moves = {
    Enter: (f) => under(f, 1),
    ArrowDown: (f) => atEdge(f, true) && under(f, 1),
    ArrowUp: (f) => atEdge(f, false) && under(f, -1),
    ArrowRight: (f) => atEdge(f, true) && beside(f, 1),
    ArrowLeft: (f) => atEdge(f, false) && beside(f, -1),
  };
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("[data-row] textarea, [data-row] input[type=text]")) return;
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const go = moves[event.key];
    if (!go) return;
    const next = go(field);
    if (next || event.key === "Enter") event.preventDefault();
    if (next) next.focus();
  });

  // A block copied from a spreadsheet: shown before it goes anywhere.
  const parse = (text) => {
    const lines = [[""]];
    let quoted = false;
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let i = 0; i < source.length; i += 1) {
      const sign = source[i];
      const line = lines[lines.length - 1];
      if (sign === '"' && quoted && source[i + 1] === '"') { line[line.length - 1] += sign; i += 1; }
      else if (sign === '"' && (quoted || line[line.length - 1] === "")) quoted = !quoted;
      else if (sign === "\t" && !quoted) line.push("");
      else if (sign === "\n" && !quoted) lines.push([""]);
      else line[line.length - 1] += sign;
    }
    return lines;
  };
  const meant = (field, text) => {
    if (field.tagName !== "SELECT") return text;
    const same = (option) => option.text.toLowerCase() === text.trim().toLowerCase();
    return [...field.options].find(same)?.value ?? null;
  };
  const dialog = document.querySelector("[data-paste]");
  form.addEventListener("paste", (event) => {
    const start = event.target;
    const text = event.clipboardData.getData("text/plain");
    const isBlock = text.includes("\t") || (start.tagName === "INPUT" && text.trim().includes("\n"));
    if (!isBlock || !rowOf(start)?.dataset.row) return;
    event.preventDefault();
    const plan = [];
    let left = 0;
    let first = start;
    for (const line of parse(text)) {
      let field = first;
      for (const value of line) {
        const wanted = field ? meant(field, value) : null;
        if (wanted === null) left += value.trim() ? 1 : 0;
        else if (wanted !== field.value) plan.push([field, wanted, value]);
        field = field && beside(field, 1);
      }
      first = first && under(first, 1);
    }
    const body = dialog.querySelector("tbody");
    const names = plan.map(([field]) => nameOf(field));
    body.replaceChildren(...plan.map(([field, , value], at) => {
      const line = document.createElement("tr");
      const isAlone = names.indexOf(names[at]) === names.lastIndexOf(names[at]);
      const name = isAlone ? names[at] : names[at] + headingOf(field);
      for (const words of [name, field.value, value]) {
        line.appendChild(document.createElement("td")).textContent = words;
      }
      return line;
    }));
    dialog.querySelector("[data-left]").textContent = left
      ? `Sans case où aller, donc laissées de côté : ${left}.` : "";
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue) {
        plan.forEach(([field, wanted]) => {
          field.value = wanted;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        });
        new Map(plan.map(([field]) => [rowOf(field), field])).forEach((field) => {
          field.dispatchEvent(new Event("change", { bubbles: true }));
        });
      }
      start.focus();
    };
    dialog.showModal();
  });
})();
