/* Page behaviour that improves, never carries: every page works without this file. */
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const isTyping = (element) =>
    element.matches?.("textarea,select,input:not([type=checkbox]):not([type=radio]),[contenteditable]");

  // After an error or a swap the reader is put where the news is.
  const settle = (root) => {
    const target = find("[data-focus]", root);
    if (target) target.focus({ preventScroll: root === document });
    for (const box of root.querySelectorAll?.(".filebox input[type=file]") ?? []) nameFile(box);
  };

  const nameFile = (input) => {
    const label = find("[data-file-name]", input.closest(".filebox"));
    if (!label || !input.files?.length) return;
    label.textContent = [...input.files].map((file) => `${file.name} (${size(file.size)})`).join("; ");
  };
  const size = (bytes) =>
    bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

  // A second press of the same button does nothing; after 300 ms the button says so.
  const sending = (event) => {
    const form = event.target;
    if (form.method === "get" || form.matches("[method=dialog]")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter;
    setTimeout(() => {
      if (!button || event.defaultPrevented) return;
      button.setAttribute("aria-disabled", "true");
      if (button.dataset.sending) button.textContent = button.dataset.sending;
    }, 300);
  };
  const unsend = () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("form [aria-disabled=true]")) button.removeAttribute("aria-disabled");
  };

  const press = (event) => {
    const button = event.target.closest("[data-print],[data-open],[data-close]");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    if (button.dataset.open) find(`#${CSS.escape(button.dataset.open)}`)?.showModal();
    if ("close" in button.dataset) button.closest("dialog")?.close();
  };

  // Staff lists: J K move, X selects, Enter opens, / searches, ? explains; the page of keys switches them off.
  const keys = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      const jump = find("#jump");
      if (jump) { jump.focus(); event.preventDefault(); }
      return;
    }
    const table = find("table[data-keys]");
    if (!table || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.documentElement.hasAttribute("data-keys-off")) return;
    const rows = [...table.tBodies[0].rows];
    const at = rows.findIndex((row) => row.classList.contains("cur"));
    const row = rows[at];
    if (event.key === "j" || event.key === "k") {
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)))];
      rows.forEach((other) => other.classList.remove("cur"));
      if (next) {
        next.classList.add("cur");
        next.tabIndex = -1;
        next.focus();
      }
      event.preventDefault();
    } else if (event.key === "x" && row) {
      const box = find("input[type=checkbox]", row);
      if (box) row.classList.toggle("sel", (box.checked = !box.checked));
    } else if (event.key === "/") {
      find("[data-search]")?.focus();
      event.preventDefault();
    } else if (event.key === "?") {
      find("[data-help]")?.click();
    } else if (event.key === "Enter" && row && event.target === row) {
      find("a", row)?.click();
    }
  };

  document.addEventListener("submit", sending);
  document.addEventListener("click", press);
  document.addEventListener("keydown", keys);
  document.addEventListener("change", (event) => event.target.type === "file" && nameFile(event.target));
  document.addEventListener("htmx:after:swap", (event) => settle(event.target));
  addEventListener("pageshow", unsend);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
  settle(document);
})();
