// A small editor over a text area: bold, italic, headings and lists. Without it, the
// same text is typed with plain marks. The server cleans whatever is sent.
"use strict";

const COMMANDS = [
  ["Gras", "bold", null],
  ["Italique", "italic", null],
  ["Intertitre", "formatBlock", "h3"],
  ["Paragraphe", "formatBlock", "p"],
  ["Liste", "insertUnorderedList", null],
  ["Liste numérotée", "insertOrderedList", null],
];
const KEPT = new Set(["P", "BR", "STRONG", "B", "EM", "I", "UL", "OL", "LI", "H3"]);
const BLOCKS = new Set(["DIV", "H1", "H2", "H4", "H5", "H6", "TR", "BLOCKQUOTE"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "META", "LINK"]);

// What is pasted loses its colours, its fonts and its pictures; its words stay.
function plainCopy(source, target) {
  for (const node of source.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      target.append(node.textContent);
    } else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName)) {
      const isKept = KEPT.has(node.tagName);
      const name = isKept ? node.tagName : BLOCKS.has(node.tagName) ? "p" : null;
      const copy = name ? target.appendChild(document.createElement(name)) : target;
      plainCopy(node, copy);
    }
  }
}

function paste(event) {
  const html = event.clipboardData.getData("text/html");
  if (!html) return;
  event.preventDefault();
  const holder = document.createElement("div");
  plainCopy(new DOMParser().parseFromString(html, "text/html").body, holder);
  document.execCommand("insertHTML", false, holder.innerHTML);
}

function toolbar(editor) {
  const bar = document.createElement("div");
  bar.className = "rich-toolbar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Mise en forme");
  for (const [label, command, value] of COMMANDS) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button-secondary";
    button.textContent = label;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      editor.focus();
      document.execCommand(command, false, value);
    });
    bar.append(button);
  }
  return bar;
}

for (const editor of document.querySelectorAll("[data-rich-for]")) {
  const area = document.getElementById(editor.dataset.richFor);
  document.execCommand("defaultParagraphSeparator", false, "p");
  editor.hidden = false;
  editor.contentEditable = "true";
  editor.setAttribute("role", "textbox");
  editor.setAttribute("aria-multiline", "true");
  editor.setAttribute("aria-labelledby", "text-label");
  editor.before(toolbar(editor));
  editor.addEventListener("paste", paste);
  area.hidden = true;
  for (const help of document.querySelectorAll("[data-rich-help]")) help.hidden = true;
  area.form.addEventListener("submit", () => {
    area.value = editor.textContent.trim() ? editor.innerHTML : "";
  });
}
