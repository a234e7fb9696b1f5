/* The studio draws the flow of a draft: each change is written into the form at once. */
"use strict";
(() => {
  const form = document.querySelector("[data-studio]");
  const canvas = form?.querySelector("[data-canvas]");
  const text = form?.elements.flow_xml;
  if (!canvas || !window.BpmnJS) return;
  const box = form.querySelector("[data-modeler]");
  box.hidden = false;
  const modeler = (form.modeler = new BpmnJS({ container: canvas }));

  async function show() {
    try {
      await modeler.importXML(text.value);
      modeler.get("canvas").zoom("fit-viewport", "auto");
      box.removeAttribute("data-broken");
    } catch {
      box.setAttribute("data-broken", ""); // The text is not BPMN yet: the report says what is wrong with it.
    }
  }

  modeler.on("commandStack.changed", async () => {
    text.value = (await modeler.saveXML({ format: true })).xml;
  });
  text.addEventListener("change", show);
  show();
})();
